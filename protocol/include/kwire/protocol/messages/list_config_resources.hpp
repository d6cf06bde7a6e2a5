#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct list_config_resources_response;

struct list_config_resources_request {
  using response = list_config_resources_response;
  static constexpr message_info info{
      "ListConfigResourcesRequest", api::list_config_resources, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::any_broker, "3.7 4.1"};

  std::vector<std::int8_t> resource_types;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct list_config_resources_response {
  static constexpr message_info info{
      "ListConfigResourcesResponse", api::list_config_resources, direction::response, {0, 1}, 0};

  struct resource {
    std::string resource_name;
    std::int8_t resource_type = 16;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<resource> config_resources;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
