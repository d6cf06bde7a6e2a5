#include "core/consumer_group.hpp"

#include <algorithm>

namespace kwire::embedded {

bool is_subset(const topic_partitions& part, const topic_partitions& whole) noexcept {
  return std::ranges::all_of(part, [&](const auto& entry) {
    const auto found = whole.find(entry.first);
    return found != whole.end() && std::ranges::includes(found->second, entry.second);
  });
}

group_refusal check_heartbeat(const std::string& group, const consumer_heartbeat& input,
                              std::int16_t version) {
  constexpr std::int16_t first_with_own_ids = 1;
  const auto invalid = [](std::string why) {
    return group_refusal{broker_errc::invalid_request, std::move(why)};
  };
  if (group.empty()) return invalid("GroupId can't be empty.");
  if (input.instance_id && input.instance_id->empty()) return invalid("InstanceId can't be empty.");
  if (input.rack_id && input.rack_id->empty()) return invalid("RackId can't be empty.");
  if (input.epoch < leaving_static_epoch) return invalid("MemberEpoch is invalid.");
  if (input.member_id.empty() && (version >= first_with_own_ids || input.epoch != 0)) {
    return invalid("MemberId can't be empty.");
  }
  if (input.epoch == leaving_static_epoch && !input.instance_id) return invalid("InstanceId can't be null.");
  if (input.epoch == 0) {
    if (input.rebalance_timeout_ms == -1)
      return invalid("RebalanceTimeoutMs must be provided in first request.");
    if (!input.owned || !input.owned->empty()) {
      return invalid("TopicPartitions must be empty when (re-)joining.");
    }
    if (!input.topics && !input.pattern) {
      return invalid(
          "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
    }
  }
  if (input.assignor && find_assignor(*input.assignor) == nullptr) {
    return {broker_errc::unsupported_assignor,
            "ServerAssignor " + *input.assignor +
                " is not supported. Supported assignors: " + std::string{assignor_names} + "."};
  }
  return {};
}

namespace {

/// Whether a member at `who.epoch` may come with `epoch`. The epoch before passes when the answer that raised
/// it may have been lost.
group_refusal check_epoch(const consumer_member& who, std::int32_t epoch,
                          const std::optional<topic_partitions>& owned) {
  const auto fenced = [&](std::string_view how) {
    return group_refusal{broker_errc::fenced_member_epoch,
                         "The consumer group member has a " + std::string{how} + " member epoch (" +
                             std::to_string(epoch) + ") than the one known by the group coordinator (" +
                             std::to_string(who.epoch) +
                             "). The member must abandon all its partitions and rejoin."};
  };
  if (epoch > who.epoch) return fenced("greater");
  if (epoch == who.epoch) return {};
  if (epoch == who.previous_epoch && owned && is_subset(*owned, who.assigned)) return {};
  return fenced("smaller");
}

const group_refusal full{broker_errc::group_max_size_reached,
                         "The consumer group has reached its maximum capacity."};

group_refusal unknown_member(const std::string& id) {
  return {broker_errc::unknown_member_id, "Member " + id + " is not a member of the group."};
}

}  // namespace

consumer_member& consumer_group::create(const std::string& id) {
  auto& made = members_[id];
  made.id = id;
  return made;
}

group_refusal consumer_group::enter(const consumer_heartbeat& input, consumer_member*& found) {
  if (input.instance_id) return enter_static(input, found);
  const auto known = members_.find(input.member_id);
  if (known == members_.end()) {
    if (input.epoch != 0) return unknown_member(input.member_id);
    if (is_full()) return full;
    found = &create(input.member_id);
    return {};
  }
  found = &known->second;
  return check_epoch(*found, input.epoch, input.owned);
}

group_refusal consumer_group::enter_static(const consumer_heartbeat& input, consumer_member*& found) {
  const auto named = static_members_.find(*input.instance_id);
  if (input.epoch == 0) {
    if (named == static_members_.end()) {
      if (is_full()) return full;
      found = &create(input.member_id);
      return {};
    }
    const auto& old = members_.at(named->second);
    if (!old.classic && old.epoch != leaving_static_epoch) {
      return {broker_errc::unreleased_instance_id,
              "Static member " + input.member_id + " with instance id " + *input.instance_id +
                  " cannot join the group because the instance id is owned by " + old.id + " member."};
    }
    found = &replace(old.id, input.member_id);
    return {};
  }
  if (named == static_members_.end()) {
    return {broker_errc::unknown_member_id, "Instance id " + *input.instance_id + " is unknown."};
  }
  if (named->second != input.member_id) {
    return {broker_errc::fenced_instance_id, "Static member " + input.member_id + " with instance id " +
                                                 *input.instance_id + " was fenced by member " +
                                                 named->second + "."};
  }
  found = &members_.at(named->second);
  return check_epoch(*found, input.epoch, input.owned);
}

/// The newcomer has what its former self had, from epoch zero on.
consumer_member& consumer_group::replace(const std::string& old_id, const std::string& id) {
  auto node = members_.extract(old_id);
  node.key() = id;
  auto target = target_.extract(node.mapped().id);
  if (!target.empty()) {
    target.key() = id;
    target_.insert(std::move(target));
  }
  auto& who = members_.insert(std::move(node)).position->second;
  who.id = id;
  who.epoch = who.previous_epoch = 0;
  static_members_[*who.instance_id] = id;
  return who;
}

/// Whether the subscription is another than before.
bool consumer_group::update(consumer_member& who, const consumer_heartbeat& input) {
  bool changed = false;
  if (input.instance_id) {
    who.instance_id = input.instance_id;
    static_members_[*input.instance_id] = who.id;
  }
  if (input.rack_id) who.rack_id = input.rack_id;
  if (input.rebalance_timeout_ms >= 0)
    who.rebalance_timeout = std::chrono::milliseconds{input.rebalance_timeout_ms};
  if (input.assignor) who.assignor = input.assignor;
  who.client_id = input.client_id;
  who.client_host = input.client_host;
  who.classic.reset();
  who.join_end.reset();
  who.sync_end.reset();
  if (input.topics) {
    std::set<std::string> topics{input.topics->begin(), input.topics->end()};
    changed = changed || topics != who.topics;
    who.topics = std::move(topics);
  }
  if (input.pattern) {
    changed = changed || *input.pattern != who.pattern;
    who.pattern = *input.pattern;
  }
  return changed;
}

consumer_heartbeat_result consumer_group::heartbeat(const consumer_heartbeat& input, cluster& topics,
                                                    instant now) {
  if (input.epoch < 0) return leave(input);
  const bool known = deadline_known_;
  auto asked = input;
  if (asked.member_id.empty()) asked.member_id = kwire::to_string(random_->next_uuid());
  consumer_heartbeat_result result;
  std::shared_ptr<const topic_pattern> pattern;
  if (asked.pattern && !asked.pattern->empty() && !patterns_.contains(*asked.pattern)) {
    std::string why;
    pattern = topic_pattern::compile(*asked.pattern, why);
    if (!pattern) {
      result.refused = {
          broker_errc::invalid_regular_expression,
          "SubscribedTopicRegex `" + *asked.pattern + "` is not a valid regular expression: " + why + "."};
      return result;
    }
  }
  consumer_member* who = nullptr;
  result.refused = enter(asked, who);
  if (result.refused.code != broker_errc::none) return result;
  if (pattern) {
    patterns_[*asked.pattern] = std::move(pattern);
    seen_topics_ = 0;
  }
  const bool changed = update(*who, asked);
  const auto before = who->assigned;
  refresh(topics, changed || epoch_ == 0);
  if (epoch_ > assignment_epoch_) assign();
  reconcile(*who, asked.owned, changed, now);
  who->session_end = now + config_->consumer_session;
  deadline_known_ = known;
  note_deadlines(*who);
  result.member_id = who->id;
  result.epoch = who->epoch;
  const bool full = asked.epoch == 0 ||
                    (asked.rebalance_timeout_ms != -1 && (asked.topics || asked.pattern) && asked.owned);
  if (full || who->assigned != before) result.assignment = who->assigned;
  return result;
}

consumer_heartbeat_result consumer_group::leave(const consumer_heartbeat& input) {
  consumer_heartbeat_result result;
  result.member_id = input.member_id;
  result.epoch = input.epoch;
  if (!input.instance_id) {
    if (!members_.contains(input.member_id)) {
      result.refused = unknown_member(input.member_id);
    } else {
      remove(input.member_id);
    }
    return result;
  }
  const auto named = static_members_.find(*input.instance_id);
  if (named == static_members_.end()) {
    result.refused = {broker_errc::unknown_member_id, "Instance id " + *input.instance_id + " is unknown."};
  } else if (named->second != input.member_id) {
    result.refused = {broker_errc::fenced_instance_id,
                      "The instance id belongs to member " + named->second + "."};
  } else if (input.epoch == leaving_static_epoch) {
    // Away for a moment: it keeps its partitions until its session ends or it is back under a new id.
    auto& who = members_.at(input.member_id);
    who.previous_epoch = who.epoch;
    who.epoch = leaving_static_epoch;
    who.revoking.clear();
    who.rebalance_end.reset();
  } else {
    remove(input.member_id);
  }
  return result;
}

void consumer_group::remove(const std::string& member) {
  const auto found = members_.find(member);
  if (found == members_.end()) return;
  if (found->second.instance_id) static_members_.erase(*found->second.instance_id);
  target_.erase(found->first);
  members_.erase(found);
  if (!all_classic()) ++epoch_;  // or else it becomes a classic group, which counts on by itself
  // What only the one that went subscribed to is no concern of the group any more.
  std::set<std::string> wanted;
  for (const auto& [id, who] : members_) wanted.merge(subscription(who));
  std::erase_if(topics_, [&](const auto& entry) { return !wanted.contains(entry.first); });
}

broker_errc consumer_group::may_commit(const std::string& member, std::int32_t epoch,
                                       bool knows_epochs) const {
  if (epoch < 0 && members_.empty()) return broker_errc::none;
  const auto found = members_.find(member);
  if (found == members_.end()) return broker_errc::unknown_member_id;
  const auto& who = found->second;
  if (!who.classic && !knows_epochs) return broker_errc::unsupported_version;
  if (epoch == who.epoch) return broker_errc::none;
  return who.classic ? broker_errc::illegal_generation : broker_errc::stale_member_epoch;
}

broker_errc consumer_group::may_fetch(const std::optional<std::string>& member, std::int32_t epoch) const {
  if (!member && epoch < 0) return broker_errc::none;
  const auto found = members_.find(member.value_or(""));
  if (found == members_.end()) return broker_errc::unknown_member_id;
  if (epoch == found->second.epoch) return broker_errc::none;
  return found->second.classic ? broker_errc::illegal_generation : broker_errc::stale_member_epoch;
}

void consumer_group::moved(instant now) {
  deadline_known_ = false;
  for (auto& [id, who] : members_) {
    who.session_end = now + (who.classic ? who.classic->session_timeout : config_->consumer_session);
  }
}

void consumer_group::advance(instant now) {
  const auto over = [now](const std::optional<instant>& end) { return end && *end <= now; };
  deadline_known_ = false;
  std::vector<std::string> late;
  for (const auto& [id, who] : members_) {
    if (who.session_end <= now || over(who.rebalance_end) || over(who.join_end) || over(who.sync_end)) {
      late.push_back(id);
    }
  }
  for (const auto& id : late) remove(id);
}

namespace {

void consider(const consumer_member& who, std::optional<instant>& first) {
  for (const auto& end : {std::optional{who.session_end}, who.rebalance_end, who.join_end, who.sync_end}) {
    if (end && (!first || *end < *first)) first = end;
  }
}

}  // namespace

/// A heartbeat only makes the member's own deadline another one. That of the others need not be looked at:
/// what was the first of all is early at worst, and is then looked for anew.
void consumer_group::note_deadlines(const consumer_member& who) {
  if (deadline_known_) consider(who, deadline_);
}

std::optional<instant> consumer_group::next_deadline() const {
  if (members_.empty()) return std::nullopt;
  if (std::exchange(deadline_known_, true)) return deadline_;
  deadline_.reset();
  for (const auto& [id, who] : members_) consider(who, deadline_);
  return deadline_;
}

std::string_view consumer_group::state() const {
  if (members_.empty()) return "Empty";
  if (epoch_ > assignment_epoch_) return "Assigning";
  const bool done = std::ranges::all_of(
      members_, [&](const auto& entry) { return entry.second.reconciled_to(assignment_epoch_); });
  return done ? "Stable" : "Reconciling";
}

/// The assignor that most members ask for; the first by name among equals.
std::string_view consumer_group::assignor_name() const {
  std::map<std::string_view, std::size_t> votes;
  for (const auto& [id, who] : members_) {
    if (who.assignor) ++votes[*who.assignor];
  }
  std::string_view best = default_assignor;
  std::size_t most = 0;
  for (const auto& [name, count] : votes) {
    if (count <= most) continue;
    most = count;
    best = name;
  }
  return best;
}

const topic_partitions& consumer_group::target(const std::string& member) const {
  static const topic_partitions none;
  const auto found = target_.find(member);
  return found == target_.end() ? none : found->second;
}

bool consumer_group::all_classic() const {
  return !members_.empty() &&
         std::ranges::all_of(members_, [](const auto& entry) { return entry.second.classic.has_value(); });
}

}  // namespace kwire::embedded
