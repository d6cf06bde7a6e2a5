#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct sync_group_response;

struct sync_group_request {
  using response = sync_group_response;
  static constexpr message_info info{"SyncGroupRequest", api::sync_group, direction::request, {0, 5}, 4};
  static constexpr api_facts facts{route::group_coordinator, "0.9 0.11 2.0 2.3 2.4 2.5"};

  struct member_assignment {
    std::string member_id;
    bytes assignment;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  generation_id generation{};
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<member_assignment> assignments;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct sync_group_response {
  static constexpr message_info info{"SyncGroupResponse", api::sync_group, direction::response, {0, 5}, 4};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  bytes assignment;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
