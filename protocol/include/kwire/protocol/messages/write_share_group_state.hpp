#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct write_share_group_state_response;

struct write_share_group_state_request {
  using response = write_share_group_state_response;
  static constexpr message_info info{
      "WriteShareGroupStateRequest", api::write_share_group_state, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::share_coordinator, "4.1 4.2"};

  struct state_batch {
    std::int64_t first_offset = 0;
    std::int64_t last_offset = 0;
    std::int8_t delivery_state = 0;
    std::int16_t delivery_count = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id index{};
    std::int32_t state_epoch = 0;
    leader_epoch epoch{};
    std::int64_t start_offset = 0;
    std::int32_t delivery_complete_count = -1;
    std::vector<state_batch> state_batches;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct write_share_group_state_response {
  static constexpr message_info info{
      "WriteShareGroupStateResponse", api::write_share_group_state, direction::response, {0, 1}, 0};

  struct partition {
    partition_id index{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
