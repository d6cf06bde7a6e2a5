#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct produce_response;

struct produce_request {
  using response = produce_response;
  static constexpr message_info info{"ProduceRequest", api::produce, direction::request, {0, 13}, 9};
  static constexpr api_facts facts{route::leader, "0.8 0.9 0.10 0.11 1.0 1.0 2.0 2.1 2.4 2.8 3.7 3.8 4.0 4.1",
                                   3};

  struct partition {
    partition_id index{};
    std::optional<bytes_view> records;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;  ///< up to version 12
    uuid topic_id{};   ///< from version 13 on
    std::vector<partition> partition_data;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> transactional_id;
  std::int16_t acks = 0;
  std::int32_t timeout_ms = 0;
  std::vector<topic> topic_data;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct produce_response {
  static constexpr message_info info{"ProduceResponse", api::produce, direction::response, {0, 13}, 9};

  struct record_error {
    std::int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct leader {
    node_id leader_id = no_node;
    leader_epoch epoch = no_leader_epoch;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id index{};
    std::int16_t error_code = 0;
    std::int64_t base_offset = 0;
    std::int64_t log_append_time_ms = -1;
    std::int64_t log_start_offset = -1;
    std::vector<record_error> record_errors;
    std::optional<std::string> error_message;
    leader current_leader;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;  ///< up to version 12
    uuid topic_id{};   ///< from version 13 on
    std::vector<partition> partition_responses;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint {
    node_id id{};
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> responses;
  std::int32_t throttle_time_ms = 0;
  std::vector<endpoint> node_endpoints;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
