#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>

namespace kwire::protocol {

struct heartbeat_response;

struct heartbeat_request {
  using response = heartbeat_response;
  static constexpr message_info info{"HeartbeatRequest", api::heartbeat, direction::request, {0, 4}, 4};
  static constexpr api_facts facts{route::group_coordinator, "0.8.2 0.11 2.0 2.3 2.4"};

  std::string group_id;
  generation_id generation{};
  std::string member_id;
  std::optional<std::string> group_instance_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct heartbeat_response {
  static constexpr message_info info{"HeartbeatResponse", api::heartbeat, direction::response, {0, 4}, 4};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
