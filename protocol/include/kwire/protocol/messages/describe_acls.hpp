#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct describe_acls_response;

struct describe_acls_request {
  using response = describe_acls_response;
  static constexpr message_info info{
      "DescribeAclsRequest", api::describe_acls, direction::request, {0, 3}, 2};
  static constexpr api_facts facts{route::any_broker, "0.11 2.0 2.5 3.3", 1};

  std::int8_t resource_type_filter = 0;
  std::optional<std::string> resource_name_filter = "";
  std::int8_t pattern_type_filter = 3;
  std::optional<std::string> principal_filter = "";
  std::optional<std::string> host_filter = "";
  std::int8_t operation = 0;
  std::int8_t permission_type = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_acls_response {
  static constexpr message_info info{
      "DescribeAclsResponse", api::describe_acls, direction::response, {0, 3}, 2};

  struct acl {
    std::string principal;
    std::string host;
    std::int8_t operation = 0;
    std::int8_t permission_type = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct resource {
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::int8_t pattern_type = 3;
    std::vector<acl> acls;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<resource> resources;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
