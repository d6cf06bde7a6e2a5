#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct controller_registration_response;

struct controller_registration_request {
  using response = controller_registration_response;
  static constexpr message_info info{
      "ControllerRegistrationRequest", api::controller_registration, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::inter_broker, "3.7"};

  struct listener {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    std::int16_t security_protocol = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct feature_range {
    std::string name;
    std::int16_t min_supported_version = 0;
    std::int16_t max_supported_version = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  node_id controller_id{};
  uuid incarnation_id{};
  bool zk_migration_ready = false;
  std::vector<listener> listeners;
  std::vector<feature_range> features;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct controller_registration_response {
  static constexpr message_info info{
      "ControllerRegistrationResponse", api::controller_registration, direction::response, {0, 0}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
