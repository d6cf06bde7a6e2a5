#include "core/group.hpp"

#include <algorithm>

namespace kwire::embedded {

std::string_view to_string(group::state state) noexcept {
  switch (state) {
    case group::state::empty: return "Empty";
    case group::state::preparing_rebalance: return "PreparingRebalance";
    case group::state::completing_rebalance: return "CompletingRebalance";
    case group::state::stable: return "Stable";
  }
  return "Unknown";
}

const bytes* group_member::metadata(const std::string& protocol) const noexcept {
  const auto found = std::ranges::find(protocols, protocol, &group_protocol::name);
  return found == protocols.end() ? nullptr : &found->metadata;
}

void group::fail_join(const request_token& token, broker_errc error, std::string member_id) {
  join_result result;
  result.error = error;
  result.member_id = std::move(member_id);
  answers.push_back({token, std::move(result)});
}

void group::fail_sync(const request_token& token, broker_errc error) {
  sync_result result;
  result.error = error;
  answers.push_back({token, std::move(result)});
}

void group::join(const join_input& input, instant now) {
  if (input.protocol_type.empty() || input.protocols.empty() ||
      (!members_.empty() && (input.protocol_type != protocol_type_ || !shares_protocol(input.protocols)))) {
    return fail_join(input.token, broker_errc::inconsistent_group_protocol, input.member_id);
  }
  if (input.member_id.empty()) return first_join(input, now);
  if (pending_.erase(input.member_id) > 0) return add_member(input, input.member_id, now);
  const auto error = check(input.member_id, input.instance_id);
  if (error != broker_errc::none) return fail_join(input.token, error, input.member_id);
  rejoin(input, members_.at(input.member_id), now);
}

void group::first_join(const join_input& input, instant now) {
  if (input.instance_id) {
    const auto known = static_members_.find(*input.instance_id);
    if (known != static_members_.end()) return replace_static(input, known->second, now);
    return add_member(input, new_member_id(input), now);
  }
  auto id = new_member_id(input);
  constexpr std::int16_t first_with_required_id = 4;  // KIP-394
  if (input.token.version < first_with_required_id) return add_member(input, std::move(id), now);
  pending_[id] = now + input.session_timeout;
  fail_join(input.token, broker_errc::member_id_required, std::move(id));
}

std::string group::new_member_id(const join_input& input) {
  return input.instance_id.value_or(input.client_id) + "-" + kwire::to_string(random_->next_uuid());
}

void group::add_member(const join_input& input, std::string id, instant now) {
  auto& who = members_[id];
  who.id = id;
  who.instance_id = input.instance_id;
  if (who.instance_id) static_members_[*who.instance_id] = id;
  if (members_.size() == 1) {
    leader_ = id;
    protocol_type_ = input.protocol_type;
  }
  update(who, input);
  touch(who, now);
  somebody_came_ = true;
  if (state_ == state::preparing_rebalance) return try_complete_join(now);
  prepare_rebalance(now);
}

void group::update(group_member& who, const join_input& input) {
  if (who.joining) fail_join(*who.joining, broker_errc::rebalance_in_progress, who.id);
  who.joining = input.token;
  who.client_id = input.client_id;
  who.client_host = input.client_host;
  who.session_timeout = input.session_timeout;
  who.rebalance_timeout = input.rebalance_timeout;
  who.protocols = input.protocols;
}

void group::rejoin(const join_input& input, group_member& known, instant now) {
  touch(known, now);
  const bool unchanged = known.protocols == input.protocols;
  const bool leads = known.id == leader_;
  // A repeated JoinGroup of somebody who missed the answer gets the same answer. The leader of a stable group
  // joins again because it saw the topics change, so that starts a rebalance.
  if ((state_ == state::completing_rebalance && unchanged) ||
      (state_ == state::stable && unchanged && !leads)) {
    answers.push_back(
        {input.token, current_generation(known, state_ == state::completing_rebalance && leads)});
    return;
  }
  update(known, input);
  if (state_ == state::preparing_rebalance) return try_complete_join(now);
  prepare_rebalance(now);
}

/// KIP-345: a restarted static member takes the place of its former self under a new id. While the group is
/// stable and keeps its protocol, that costs no rebalance.
void group::replace_static(const join_input& input, std::string old_id, instant now) {
  const auto id = new_member_id(input);
  auto node = members_.extract(old_id);
  node.key() = id;
  auto& who = members_.insert(std::move(node)).position->second;
  who.id = id;
  static_members_[*input.instance_id] = id;
  if (who.joining) fail_join(*std::exchange(who.joining, std::nullopt), broker_errc::fenced_instance_id);
  if (who.syncing) fail_sync(*std::exchange(who.syncing, std::nullopt), broker_errc::fenced_instance_id);
  const bool leads = leader_ == old_id;
  if (leads) leader_ = id;
  update(who, input);
  touch(who, now);
  if (state_ == state::preparing_rebalance) return try_complete_join(now);
  if (state_ != state::stable || choose_protocol() != protocol_) return prepare_rebalance(now);

  who.joining.reset();
  constexpr std::int16_t first_with_skip = 9;  // KIP-814
  const bool can_skip = leads && input.token.version >= first_with_skip;
  auto result = current_generation(who, can_skip);
  result.skip_assignment = can_skip;
  // An older leader must not assign now, so it is told that its former self leads.
  if (leads && !can_skip) result.leader = old_id;
  answers.push_back({input.token, std::move(result)});
}

join_result group::current_generation(const group_member& who, bool with_members) const {
  join_result result;
  result.generation = generation_;
  result.protocol_type = protocol_type_;
  result.protocol_name = protocol_;
  result.leader = leader_;
  result.member_id = who.id;
  if (!with_members) return result;
  for (const auto& [id, member] : members_) {
    const auto* metadata = member.metadata(protocol_);
    result.members.push_back({id, member.instance_id, metadata != nullptr ? *metadata : bytes{}});
  }
  return result;
}

void group::sync(const sync_input& input, instant now) {
  const auto known = check(input.member_id, input.instance_id);
  if (known != broker_errc::none) return fail_sync(input.token, known);
  if (input.generation != generation_) return fail_sync(input.token, broker_errc::illegal_generation);
  if ((input.protocol_type && *input.protocol_type != protocol_type_) ||
      (input.protocol_name && *input.protocol_name != protocol_)) {
    return fail_sync(input.token, broker_errc::inconsistent_group_protocol);
  }
  if (state_ == state::preparing_rebalance) return fail_sync(input.token, broker_errc::rebalance_in_progress);
  auto& who = members_.at(input.member_id);
  touch(who, now);
  if (who.syncing) fail_sync(*who.syncing, broker_errc::rebalance_in_progress);
  who.syncing = input.token;
  who.synced = true;
  if (state_ == state::stable) {
    answers.push_back({*std::exchange(who.syncing, std::nullopt),
                       sync_result{{}, protocol_type_, protocol_, who.assignment}});
  } else if (who.id == leader_) {
    assign(input.assignments);
    for (auto& [id, member] : members_) touch(member, now);
  }
}

void group::assign(const std::map<std::string, bytes>& assignments) {
  state_ = state::stable;
  for (auto& [id, member] : members_) {
    const auto found = assignments.find(id);
    member.assignment = found == assignments.end() ? bytes{} : found->second;
    if (!member.syncing) continue;
    answers.push_back({*std::exchange(member.syncing, std::nullopt),
                       sync_result{{}, protocol_type_, protocol_, member.assignment}});
  }
}

broker_errc group::heartbeat(const std::string& member, const std::optional<std::string>& instance,
                             generation_id generation, instant now) {
  const auto known = check(member, instance);
  if (known != broker_errc::none) return known;
  if (generation != generation_) return broker_errc::illegal_generation;
  touch(members_.at(member), now);
  return state_ == state::preparing_rebalance ? broker_errc::rebalance_in_progress : broker_errc::none;
}

broker_errc group::leave(const std::string& member, const std::optional<std::string>& instance, instant now) {
  if (instance) {
    const auto found = static_members_.find(*instance);
    if (found == static_members_.end()) return broker_errc::unknown_member_id;
    if (!member.empty() && member != found->second) return broker_errc::fenced_instance_id;
    remove(std::string{found->second}, broker_errc::unknown_member_id, now);
    return broker_errc::none;
  }
  if (pending_.erase(member) > 0) {
    try_complete_join(now);
    return broker_errc::none;
  }
  if (!members_.contains(member)) return broker_errc::unknown_member_id;
  remove(member, broker_errc::unknown_member_id, now);
  return broker_errc::none;
}

broker_errc group::may_commit(const std::string& member, const std::optional<std::string>& instance,
                              generation_id generation, instant now) {
  // Without members the group is only a place to store offsets ("simple consumers").
  if (raw(generation) < 0 && members_.empty()) return broker_errc::none;
  const auto known = check(member, instance);
  if (known != broker_errc::none) return known;
  if (generation != generation_) return broker_errc::illegal_generation;
  if (state_ == state::completing_rebalance) return broker_errc::rebalance_in_progress;
  touch(members_.at(member), now);
  return broker_errc::none;
}

broker_errc group::may_commit_in_transaction(const std::string& member,
                                             const std::optional<std::string>& instance,
                                             generation_id generation) const {
  if (raw(generation) < 0 && member.empty() && !instance) return broker_errc::none;
  const auto known = check(member, instance);
  if (known != broker_errc::none) return known;
  return generation == generation_ ? broker_errc::none : broker_errc::illegal_generation;
}

broker_errc group::check(const std::string& member, const std::optional<std::string>& instance) const {
  if (instance) {
    const auto found = static_members_.find(*instance);
    if (found == static_members_.end()) return broker_errc::unknown_member_id;
    if (found->second != member) return broker_errc::fenced_instance_id;
  }
  return members_.contains(member) ? broker_errc::none : broker_errc::unknown_member_id;
}

bool group::shares_protocol(const std::vector<group_protocol>& offered) const {
  return std::ranges::any_of(offered, [this](const group_protocol& protocol) {
    return std::ranges::all_of(
        members_, [&](const auto& entry) { return entry.second.metadata(protocol.name) != nullptr; });
  });
}

/// Each member votes for the first of its protocols that all support; the leader's order breaks ties.
std::string group::choose_protocol() const {
  const auto common = [this](const std::string& name) {
    return std::ranges::all_of(members_, [&](const auto& e) { return e.second.metadata(name) != nullptr; });
  };
  std::map<std::string, std::size_t> votes;
  for (const auto& [id, member] : members_) {
    const auto vote = std::ranges::find_if(member.protocols, common, &group_protocol::name);
    if (vote != member.protocols.end()) ++votes[vote->name];
  }
  std::string best;
  std::size_t most = 0;
  for (const auto& protocol : members_.at(leader_).protocols) {
    const auto found = votes.find(protocol.name);
    if (found == votes.end() || found->second <= most) continue;
    most = found->second;
    best = protocol.name;
  }
  return best;
}

}  // namespace kwire::embedded
