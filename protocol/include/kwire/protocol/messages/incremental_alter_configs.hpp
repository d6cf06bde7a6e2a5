#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct incremental_alter_configs_response;

struct incremental_alter_configs_request {
  using response = incremental_alter_configs_response;
  static constexpr message_info info{
      "IncrementalAlterConfigsRequest", api::incremental_alter_configs, direction::request, {0, 1}, 1};
  static constexpr api_facts facts{route::any_broker, "2.3 2.4"};

  struct config {
    std::string name;
    std::int8_t config_operation = 0;
    std::optional<std::string> value = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct resource {
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<config> configs;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<resource> resources;
  bool validate_only = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct incremental_alter_configs_response {
  static constexpr message_info info{
      "IncrementalAlterConfigsResponse", api::incremental_alter_configs, direction::response, {0, 1}, 1};

  struct resource {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::int8_t resource_type = 0;
    std::string resource_name;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<resource> responses;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
