#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct describe_producers_response;

struct describe_producers_request {
  using response = describe_producers_response;
  static constexpr message_info info{
      "DescribeProducersRequest", api::describe_producers, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::leader, "2.8"};

  struct topic {
    std::string name;
    std::vector<partition_id> partition_indexes;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_producers_response {
  static constexpr message_info info{
      "DescribeProducersResponse", api::describe_producers, direction::response, {0, 0}, 0};

  struct producer_state {
    producer_id producer{};
    std::int32_t epoch = 0;
    std::int32_t last_sequence = -1;
    std::int64_t last_timestamp = -1;
    std::int32_t coordinator_epoch = 0;
    std::int64_t current_txn_start_offset = -1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<producer_state> active_producers;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
