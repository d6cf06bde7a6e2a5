#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct alter_client_quotas_response;

struct alter_client_quotas_request {
  using response = alter_client_quotas_response;
  static constexpr message_info info{
      "AlterClientQuotasRequest", api::alter_client_quotas, direction::request, {0, 1}, 1};
  static constexpr api_facts facts{route::any_broker, "2.6 2.8"};

  struct entity_part {
    std::string entity_type;
    std::optional<std::string> entity_name = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct operation {
    std::string key;
    double value = 0;
    bool remove = false;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct entry {
    std::vector<entity_part> entity;
    std::vector<operation> ops;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<entry> entries;
  bool validate_only = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct alter_client_quotas_response {
  static constexpr message_info info{
      "AlterClientQuotasResponse", api::alter_client_quotas, direction::response, {0, 1}, 1};

  struct entity_part {
    std::string entity_type;
    std::optional<std::string> entity_name = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct entry {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<entity_part> entity;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<entry> entries;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
