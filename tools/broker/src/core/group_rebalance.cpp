#include <algorithm>

#include "core/group.hpp"

// The group's rounds: who is waited for, for how long, and what happens then.

namespace kwire::embedded {

std::chrono::milliseconds group::longest_rebalance() const {
  std::chrono::milliseconds longest{};
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

void group::prepare_rebalance(instant now) {
  for (auto& [id, member] : members_) {
    if (member.syncing)
      fail_sync(*std::exchange(member.syncing, std::nullopt), broker_errc::rebalance_in_progress);
    member.synced = false;
    // Those that were being answered as fast as they can heartbeat get a fresh session.
    if (state_ == state::completing_rebalance) touch(member, now);
  }
  sync_end_.reset();
  const auto limit = longest_rebalance();
  gathering_ = state_ == state::empty && limits_->initial_rebalance_delay.count() > 0;
  somebody_came_ = false;
  state_ = state::preparing_rebalance;
  if (gathering_) {
    join_end_ = now + limits_->initial_rebalance_delay;
    may_prolong_ = std::max(limit - limits_->initial_rebalance_delay, std::chrono::milliseconds{0});
    return;
  }
  join_end_ = now + limit;
  try_complete_join(now);
}

void group::try_complete_join(instant now) {
  if (state_ != state::preparing_rebalance || gathering_ || !pending_.empty()) return;
  const auto joined = [](const auto& entry) { return entry.second.joining.has_value(); };
  if (std::ranges::all_of(members_, joined)) complete_join(now);
}

void group::join_expired(instant now) {
  if (gathering_ && somebody_came_ && may_prolong_.count() > 0) {
    const auto more = std::min<std::chrono::microseconds>(limits_->initial_rebalance_delay, may_prolong_);
    may_prolong_ -= more;
    somebody_came_ = false;
    join_end_ = now + more;
    return;
  }
  gathering_ = false;
  complete_join(now);
}

void group::complete_join(instant now) {
  join_end_.reset();
  // Static members keep their place until their session ends, whether they have joined or not.
  std::erase_if(members_, [](const auto& e) { return !e.second.joining && !e.second.instance_id; });
  generation_ = generation_id{raw(generation_) + 1};
  if (members_.empty()) {
    state_ = state::empty;
    empty_since_ = now;
    protocol_.clear();
    leader_.clear();
    return;
  }
  const auto leads = members_.find(leader_);
  if (leads == members_.end() || !leads->second.joining) {
    const auto joined = [](const auto& entry) { return entry.second.joining.has_value(); };
    const auto next = std::ranges::find_if(members_, joined);
    leader_ = next == members_.end() ? members_.begin()->first : next->first;
  }
  protocol_ = choose_protocol();
  state_ = state::completing_rebalance;
  sync_end_ = now + longest_rebalance();
  for (auto& [id, member] : members_) {
    member.synced = false;
    if (!member.joining) continue;
    touch(member, now);
    answers.push_back(
        {*std::exchange(member.joining, std::nullopt), current_generation(member, id == leader_)});
  }
}

/// Members that took the new generation and never asked for their assignment would hold up the others.
void group::sync_expired(instant now) {
  sync_end_.reset();
  std::vector<std::string> silent;
  for (const auto& [id, member] : members_) {
    if (!member.synced) silent.push_back(id);
  }
  for (const auto& id : silent) remove(id, broker_errc::unknown_member_id, now);
}

void group::remove(const std::string& member, broker_errc why, instant now) {
  auto node = members_.extract(member);
  if (node.empty()) return;
  auto& gone = node.mapped();
  if (gone.joining) fail_join(*gone.joining, why, gone.id);
  if (gone.syncing) fail_sync(*gone.syncing, why);
  if (gone.instance_id) static_members_.erase(*gone.instance_id);
  if (leader_ == gone.id) leader_ = members_.empty() ? std::string{} : members_.begin()->first;
  if (state_ == state::preparing_rebalance) return try_complete_join(now);
  prepare_rebalance(now);
}

void group::moved(instant now) {
  for (auto& [id, member] : members_) {
    if (member.joining)
      fail_join(*std::exchange(member.joining, std::nullopt), broker_errc::not_coordinator, id);
    if (member.syncing) fail_sync(*std::exchange(member.syncing, std::nullopt), broker_errc::not_coordinator);
    touch(member, now);
  }
  // Kafka's new coordinator knows of complete generations only and begins what was under way anew.
  if (join_end_ && !gathering_) join_end_ = now + longest_rebalance();
  if (sync_end_) sync_end_ = now + longest_rebalance();
}

void group::advance(instant now) {
  for (auto at = pending_.begin(); at != pending_.end();) {
    at = at->second <= now ? pending_.erase(at) : std::next(at);
  }
  std::vector<std::string> expired;
  for (const auto& [id, member] : members_) {
    if (!member.waits() && member.session_end <= now) expired.push_back(id);
  }
  for (const auto& id : expired) remove(id, broker_errc::unknown_member_id, now);
  if (join_end_ && *join_end_ <= now) join_expired(now);
  if (sync_end_ && *sync_end_ <= now) sync_expired(now);
  try_complete_join(now);
}

std::optional<instant> group::next_deadline() const {
  std::optional<instant> first;
  const auto consider = [&first](instant at) {
    if (!first || at < *first) first = at;
  };
  if (join_end_) consider(*join_end_);
  if (sync_end_) consider(*sync_end_);
  for (const auto& [id, until] : pending_) consider(until);
  for (const auto& [id, member] : members_) {
    if (!member.waits()) consider(member.session_end);
  }
  return first;
}

}  // namespace kwire::embedded
