#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct create_acls_response;

struct create_acls_request {
  using response = create_acls_response;
  static constexpr message_info info{"CreateAclsRequest", api::create_acls, direction::request, {0, 3}, 2};
  static constexpr api_facts facts{route::any_broker, "0.11 2.0 2.5 3.3", 1};

  struct creation {
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::int8_t resource_pattern_type = 3;
    std::string principal;
    std::string host;
    std::int8_t operation = 0;
    std::int8_t permission_type = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<creation> creations;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct create_acls_response {
  static constexpr message_info info{"CreateAclsResponse", api::create_acls, direction::response, {0, 3}, 2};

  struct result {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<result> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
