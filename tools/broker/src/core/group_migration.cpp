#include <algorithm>
#include <kwire/protocol/messages/consumer_protocol.hpp>

#include "core/group.hpp"

// A live group changes its protocol: members come from a consumer group, or go there.

namespace kwire::embedded {

void group::restore(std::vector<group_member> members, generation_id generation, instant now) {
  members_.clear();
  static_members_.clear();
  pending_.clear();
  for (auto& member : members) {
    touch(member, now);
    member.synced = true;
    if (member.instance_id) static_members_[*member.instance_id] = member.id;
    auto id = member.id;
    members_.emplace(std::move(id), std::move(member));
  }
  generation_ = generation;
  protocol_type_ = "consumer";
  leader_ = members_.begin()->first;
  protocol_ = choose_protocol();
  state_ = state::stable;
  join_end_.reset();
  sync_end_.reset();
}

void group::recover(generation_id generation, const std::string& protocol_type, instant now) {
  generation_ = generation;
  protocol_type_ = protocol_type;
  empty_since_ = now;
}

bool group::subscribes(const std::string& topic) const {
  return std::ranges::any_of(members_, [&](const auto& entry) {
    const auto* metadata = entry.second.metadata(protocol_);
    protocol::consumer_protocol_subscription told;
    return metadata != nullptr && protocol::decode_stored(protocol::ref(told), *metadata).has_value() &&
           std::ranges::find(told.topics, topic) != told.topics.end();
  });
}

void group::dissolve() {
  for (auto& [id, member] : members_) {
    if (member.joining) fail_join(*member.joining, broker_errc::rebalance_in_progress, id);
    if (member.syncing) fail_sync(*member.syncing, broker_errc::rebalance_in_progress);
  }
  members_.clear();
  static_members_.clear();
  pending_.clear();
  leader_.clear();
  protocol_.clear();
  gathering_ = false;
  join_end_.reset();
  sync_end_.reset();
  state_ = state::empty;
}

}  // namespace kwire::embedded
