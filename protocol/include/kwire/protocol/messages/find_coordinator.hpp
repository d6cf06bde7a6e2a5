#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct find_coordinator_response;

struct find_coordinator_request {
  using response = find_coordinator_response;
  static constexpr message_info info{
      "FindCoordinatorRequest", api::find_coordinator, direction::request, {0, 6}, 3};
  static constexpr api_facts facts{route::any_broker, "0.8.2 0.11 2.0 2.4 3.0 3.8 3.9"};

  std::string key;  ///< up to version 3, then `coordinator_keys`
  std::int8_t key_type = 0;
  std::vector<std::string> coordinator_keys;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct find_coordinator_response {
  static constexpr message_info info{
      "FindCoordinatorResponse", api::find_coordinator, direction::response, {0, 6}, 3};

  struct coordinator {
    std::string key;
    node_id node{};
    std::string host;
    std::int32_t port = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  node_id node{};
  std::string host;
  std::int32_t port = 0;
  std::vector<coordinator> coordinators;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
