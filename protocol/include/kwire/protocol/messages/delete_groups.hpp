#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct delete_groups_response;

struct delete_groups_request {
  using response = delete_groups_response;
  static constexpr message_info info{
      "DeleteGroupsRequest", api::delete_groups, direction::request, {0, 3}, 2};
  static constexpr api_facts facts{route::group_coordinator, "1.1 2.0 2.4 4.4"};

  std::vector<std::string> groups_names;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct delete_groups_response {
  static constexpr message_info info{
      "DeleteGroupsResponse", api::delete_groups, direction::response, {0, 3}, 2};

  struct group {
    std::string group_id;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<group> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
