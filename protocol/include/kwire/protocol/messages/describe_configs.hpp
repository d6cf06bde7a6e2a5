#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct describe_configs_response;

struct describe_configs_request {
  using response = describe_configs_response;
  static constexpr message_info info{
      "DescribeConfigsRequest", api::describe_configs, direction::request, {0, 4}, 4};
  static constexpr api_facts facts{route::any_broker, "0.11 1.1 2.0 2.6 2.8", 1};

  struct resource {
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::optional<std::vector<std::string>> configuration_keys{std::in_place};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<resource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_configs_response {
  static constexpr message_info info{
      "DescribeConfigsResponse", api::describe_configs, direction::response, {0, 4}, 4};

  struct synonym {
    std::string name;
    std::optional<std::string> value = "";
    std::int8_t source = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct config {
    std::string name;
    std::optional<std::string> value = "";
    bool read_only = false;
    bool is_default = false;
    std::int8_t config_source = -1;
    bool is_sensitive = false;
    std::vector<synonym> synonyms;
    std::int8_t config_type = 0;
    std::optional<std::string> documentation = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct result {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<config> configs;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<result> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
