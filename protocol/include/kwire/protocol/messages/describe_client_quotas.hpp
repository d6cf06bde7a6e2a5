#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct describe_client_quotas_response;

struct describe_client_quotas_request {
  using response = describe_client_quotas_response;
  static constexpr message_info info{
      "DescribeClientQuotasRequest", api::describe_client_quotas, direction::request, {0, 1}, 1};
  static constexpr api_facts facts{route::any_broker, "2.6 2.8"};

  struct component {
    std::string entity_type;
    std::int8_t match_type = 0;
    std::optional<std::string> match = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<component> components;
  bool strict = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_client_quotas_response {
  static constexpr message_info info{
      "DescribeClientQuotasResponse", api::describe_client_quotas, direction::response, {0, 1}, 1};

  struct entity_part {
    std::string entity_type;
    std::optional<std::string> entity_name = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct quota {
    std::string key;
    double value = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct entry {
    std::vector<entity_part> entity;
    std::vector<quota> values;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::optional<std::vector<entry>> entries{std::in_place};
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
