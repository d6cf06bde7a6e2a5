#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct describe_groups_response;

struct describe_groups_request {
  using response = describe_groups_response;
  static constexpr message_info info{
      "DescribeGroupsRequest", api::describe_groups, direction::request, {0, 6}, 5};
  static constexpr api_facts facts{route::group_coordinator, "0.9 0.11 2.0 2.3 2.4 2.4 4.0"};

  std::vector<std::string> groups;
  bool include_authorized_operations = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_groups_response {
  static constexpr message_info info{
      "DescribeGroupsResponse", api::describe_groups, direction::response, {0, 6}, 5};

  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    bytes member_metadata;
    bytes member_assignment;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::string protocol_type;
    std::string protocol_data;
    std::vector<member> members;
    std::int32_t authorized_operations = INT32_MIN;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<group> groups;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
