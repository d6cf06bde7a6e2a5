#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>

namespace kwire::protocol {

struct unregister_controller_response;

struct unregister_controller_request {
  using response = unregister_controller_response;
  static constexpr message_info info{
      "UnregisterControllerRequest", api::unregister_controller, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::controller, "4.4"};

  node_id controller_id{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct unregister_controller_response {
  static constexpr message_info info{
      "UnregisterControllerResponse", api::unregister_controller, direction::response, {0, 0}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
