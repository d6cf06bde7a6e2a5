#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct list_groups_response;

struct list_groups_request {
  using response = list_groups_response;
  static constexpr message_info info{"ListGroupsRequest", api::list_groups, direction::request, {0, 5}, 3};
  static constexpr api_facts facts{route::every_broker, "0.9 0.11 2.0 2.4 2.6 3.8"};

  std::vector<std::string> states_filter;
  std::vector<std::string> types_filter;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct list_groups_response {
  static constexpr message_info info{"ListGroupsResponse", api::list_groups, direction::response, {0, 5}, 3};

  struct group {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<group> groups;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
