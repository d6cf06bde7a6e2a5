#pragma once

#include <kwire/client/assignor.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/consumer/offset_bodies.hpp"
#include "core/request.hpp"

namespace kwire::core {

using assignor_list = std::vector<std::shared_ptr<const assignor>>;

/// What a member tells of itself when it joins.
struct join_details {
  commit_identity who;
  std::vector<std::string> topics;
  std::vector<topic_partition> owned;  ///< kept through the rebalance; empty when rebalancing eagerly
  std::vector<topic_partition> had;    ///< before the rebalance
  generation_id generation_of_owned = no_generation;
  std::string rack;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = 0;
  std::string reason;
};

std::shared_ptr<request_body> make_join_group(const join_details& details, const assignor_list& assignors);
std::shared_ptr<request_body> make_sync_group(const commit_identity& who, const std::string& protocol,
                                              const group_assignment& assignment);
std::shared_ptr<request_body> make_heartbeat(const commit_identity& who);
std::shared_ptr<request_body> make_leave_group(const commit_identity& who, std::string reason);

/// The members of a JoinGroup answer as the assignor takes them. What does not parse counts as a member
/// without topics: one broken member must not keep the group from working.
std::vector<group_subscription> read_members(const protocol::join_group_response& answer,
                                             const assignor& how);
/// Partitions that the leader gave us.
result<std::vector<topic_partition>> read_assignment(bytes_view data);

}  // namespace kwire::core
