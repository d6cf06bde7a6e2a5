#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <vector>

namespace kwire::protocol {

struct broker_heartbeat_response;

struct broker_heartbeat_request {
  using response = broker_heartbeat_response;
  static constexpr message_info info{
      "BrokerHeartbeatRequest", api::broker_heartbeat, direction::request, {0, 2}, 0};
  static constexpr api_facts facts{route::inter_broker, "2.8 3.7 4.3"};

  node_id broker_id{};
  std::int64_t broker_epoch = -1;
  std::int64_t current_metadata_offset = 0;
  bool want_fence = false;
  bool want_shut_down = false;
  std::vector<uuid> offline_log_dirs;
  std::optional<std::vector<uuid>> cordoned_log_dirs;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct broker_heartbeat_response {
  static constexpr message_info info{
      "BrokerHeartbeatResponse", api::broker_heartbeat, direction::response, {0, 2}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  bool is_caught_up = false;
  bool is_fenced = true;
  bool should_shut_down = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
