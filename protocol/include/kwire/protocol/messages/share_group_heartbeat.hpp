#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct share_group_heartbeat_response;

struct share_group_heartbeat_request {
  using response = share_group_heartbeat_response;
  static constexpr message_info info{
      "ShareGroupHeartbeatRequest", api::share_group_heartbeat, direction::request, {1, 1}, 0};
  static constexpr api_facts facts{route::group_coordinator, "4.1"};

  std::string group_id;
  std::string member_id;
  std::int32_t member_epoch = 0;
  std::optional<std::string> rack_id;
  std::optional<std::vector<std::string>> subscribed_topic_names;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_heartbeat_response {
  static constexpr message_info info{
      "ShareGroupHeartbeatResponse", api::share_group_heartbeat, direction::response, {1, 1}, 0};

  struct topic {
    uuid topic_id{};
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct assigned {
    std::vector<topic> topic_partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::optional<std::string> member_id;
  std::int32_t member_epoch = 0;
  std::int32_t heartbeat_interval_ms = 0;
  std::optional<assigned> assignment;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
