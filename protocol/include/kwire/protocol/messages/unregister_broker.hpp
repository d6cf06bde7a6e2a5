#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>

namespace kwire::protocol {

struct unregister_broker_response;

struct unregister_broker_request {
  using response = unregister_broker_response;
  static constexpr message_info info{
      "UnregisterBrokerRequest", api::unregister_broker, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::controller, "2.8"};

  node_id broker_id{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct unregister_broker_response {
  static constexpr message_info info{
      "UnregisterBrokerResponse", api::unregister_broker, direction::response, {0, 0}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
