#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct broker_registration_response;

struct broker_registration_request {
  using response = broker_registration_response;
  static constexpr message_info info{
      "BrokerRegistrationRequest", api::broker_registration, direction::request, {0, 4}, 0};
  static constexpr api_facts facts{route::inter_broker, "2.8 3.4 3.7 3.7 3.9"};

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

  node_id broker_id{};
  std::string cluster_id;
  uuid incarnation_id{};
  std::vector<listener> listeners;
  std::vector<feature_range> features;
  std::optional<std::string> rack = "";
  bool is_migrating_zk_broker = false;
  std::vector<uuid> log_dirs;
  std::int64_t previous_broker_epoch = -1;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct broker_registration_response {
  static constexpr message_info info{
      "BrokerRegistrationResponse", api::broker_registration, direction::response, {0, 4}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::int64_t broker_epoch = -1;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
