#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct leave_group_response;

struct leave_group_request {
  using response = leave_group_response;
  static constexpr message_info info{"LeaveGroupRequest", api::leave_group, direction::request, {0, 5}, 4};
  static constexpr api_facts facts{route::group_coordinator, "0.9 0.11 2.0 2.4 2.4 3.2"};

  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::string member_id;        ///< up to version 2
  std::vector<member> members;  ///< from version 3 on
  unknown_fields unknown;
  void describe(visitor& v);
};

struct leave_group_response {
  static constexpr message_info info{"LeaveGroupResponse", api::leave_group, direction::response, {0, 5}, 4};

  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id = "";
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<member> members;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
