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

struct join_group_response;

struct join_group_request {
  using response = join_group_response;
  static constexpr message_info info{"JoinGroupRequest", api::join_group, direction::request, {0, 9}, 6};
  static constexpr api_facts facts{route::group_coordinator, "0.8.2 0.10.1 0.11 2.0 2.2 2.3 2.4 2.5 3.2 3.2"};

  struct protocol {
    std::string name;
    bytes metadata;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  std::vector<protocol> protocols;
  std::optional<std::string> reason;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct join_group_response {
  static constexpr message_info info{"JoinGroupResponse", api::join_group, direction::response, {0, 9}, 6};

  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    bytes metadata;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  generation_id generation = no_generation;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name = "";
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  std::vector<member> members;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
