#include <algorithm>

#include "core/consumer_group.hpp"

// How a consumer group gets from topics and subscriptions to a target assignment, and each member to its part
// of it.

namespace kwire::embedded {

std::set<std::string> consumer_group::subscription(const consumer_member& who) const {
  auto names = who.topics;
  if (who.pattern.empty()) return names;
  const auto found = matches_.find(who.pattern);
  if (found != matches_.end()) names.insert(found->second.begin(), found->second.end());
  return names;
}

std::set<uuid> consumer_group::subscribed_ids(const consumer_member& who) const {
  std::set<uuid> ids;
  for (const auto& name : subscription(who)) {
    if (const auto found = topics_.find(name); found != topics_.end()) ids.insert(found->second.first);
  }
  return ids;
}

/// Looks at the topics anew; the group's epoch rises when they have changed, or with `bump`.
/// Heartbeats of many members ask for this, so it costs nothing while neither has changed.
void consumer_group::refresh(cluster& topics, bool bump) {
  if (!bump && seen_topics_ == topics.topics_version()) return;
  seen_topics_ = topics.topics_version();
  std::erase_if(patterns_, [&](const auto& entry) {
    return std::ranges::none_of(members_, [&](const auto& m) { return m.second.pattern == entry.first; });
  });
  matches_.clear();
  for (const auto& [text, pattern] : patterns_) matches_[text] = pattern->matches(topics.topics());
  topic_facts facts;
  for (const auto& [id, who] : members_) {
    for (const auto& name : subscription(who)) {
      const auto* known = topics.find(name);
      if (known == nullptr) continue;
      facts[name] = {known->id, static_cast<std::int32_t>(known->partitions.size())};
    }
  }
  if (!bump && facts == topics_) return;
  topics_ = std::move(facts);
  ++epoch_;
}

void consumer_group::assign() {
  assignor_input input;
  for (const auto& [name, fact] : topics_) input.partitions[fact.first] = fact.second;
  for (const auto& [id, who] : members_)
    input.members[id] = {who.instance_id, subscribed_ids(who), target(id)};
  target_ = find_assignor(assignor_name())(input);
  assignment_epoch_ = epoch_;
}

topic_partitions consumer_group::owned_by_others(const consumer_member& who) const {
  topic_partitions owned;
  for (const auto& [id, other] : members_) {
    if (id == who.id) continue;
    for (const auto* held : {&other.assigned, &other.revoking}) {
      for (const auto& [topic, indexes] : *held) owned[topic].insert(indexes.begin(), indexes.end());
    }
  }
  return owned;
}

namespace {

/// Whether the member may still use some of what it is to give back: it does not say, or says so.
bool still_owns(const std::optional<topic_partitions>& owned, const topic_partitions& revoking) {
  if (!owned) return true;
  return std::ranges::any_of(*owned, [&](const auto& entry) {
    return std::ranges::any_of(entry.second,
                               [&](std::int32_t index) { return contains(revoking, entry.first, index); });
  });
}

void add(topic_partitions& to, const topic_partitions& what) {
  for (const auto& [topic, indexes] : what) to[topic].insert(indexes.begin(), indexes.end());
}

}  // namespace

/// One step of `who` towards its target, as far as what it and the others own allows.
void consumer_group::reconcile(consumer_member& who, const std::optional<topic_partitions>& owned,
                               bool changed, instant now) {
  using enum consumer_member::state;
  const auto state = who.now;
  const auto epoch = who.epoch;
  const auto revoking = who.revoking;
  if (who.now == stable && who.epoch == assignment_epoch_) {
    if (changed) shrink(who, owned);
  } else if (who.now == unrevoked && still_owns(owned, who.revoking)) {
    if (changed) shrink(who, owned);
  } else if (who.now == unrevoked) {
    next_assignment(who, std::min(who.epoch + 1, assignment_epoch_), owned);
  } else {
    next_assignment(who, who.epoch, owned);
  }
  if (who.now != unrevoked || who.classic) {
    who.rebalance_end.reset();
  } else if (state != unrevoked || epoch != who.epoch || revoking != who.revoking) {
    who.rebalance_end = now + who.rebalance_timeout;
  }
}

/// Takes from the member the topics it no longer subscribes to, without waiting for a new target.
void consumer_group::shrink(consumer_member& who, const std::optional<topic_partitions>& owned) {
  const auto subscribed = subscribed_ids(who);
  topic_partitions kept;
  auto revoking = who.revoking;
  for (const auto& [topic, indexes] : who.assigned) {
    if (subscribed.contains(topic)) {
      kept[topic] = indexes;
    } else {
      revoking[topic].insert(indexes.begin(), indexes.end());
    }
  }
  if (kept == who.assigned) return;
  who.assigned = std::move(kept);
  if (!still_owns(owned, revoking)) return;
  who.now = consumer_member::state::unrevoked;
  who.revoking = std::move(revoking);
}

void consumer_group::next_assignment(consumer_member& who, std::int32_t epoch,
                                     const std::optional<topic_partitions>& owned) {
  using enum consumer_member::state;
  const auto subscribed = subscribed_ids(who);
  auto wanted = target(who.id);
  std::erase_if(wanted, [&](const auto& entry) { return !subscribed.contains(entry.first); });
  topic_partitions kept;
  topic_partitions revoking;
  for (const auto& [topic, indexes] : who.assigned) {
    for (const auto index : indexes) (contains(wanted, topic, index) ? kept : revoking)[topic].insert(index);
  }
  topic_partitions coming;
  bool waits = false;
  const auto taken = owned_by_others(who);
  for (const auto& [topic, indexes] : wanted) {
    for (const auto index : indexes) {
      if (contains(kept, topic, index)) continue;
      if (contains(taken, topic, index)) {
        waits = true;
      } else {
        coming[topic].insert(index);
      }
    }
  }
  const auto reach = [&](std::int32_t to) {
    who.previous_epoch = who.epoch;
    who.epoch = to;
  };
  who.assigned = std::move(kept);
  if (!revoking.empty() && still_owns(owned, revoking)) {
    reach(epoch);
    who.now = unrevoked;
    who.revoking = std::move(revoking);
    return;
  }
  reach(assignment_epoch_);
  add(who.assigned, coming);
  who.revoking.clear();
  who.now = waits ? unreleased : stable;
}

}  // namespace kwire::embedded
