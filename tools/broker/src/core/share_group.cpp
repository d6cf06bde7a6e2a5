#include "core/share_group.hpp"

#include <algorithm>

namespace kwire::embedded {

group_refusal check_heartbeat(const std::string& group, const share_heartbeat& input) {
  const auto invalid = [](std::string why) {
    return group_refusal{broker_errc::invalid_request, std::move(why)};
  };
  if (group.empty()) return invalid("GroupId can't be empty.");
  if (input.member_id.empty()) return invalid("MemberId can't be empty.");
  if (input.rack_id && input.rack_id->empty()) return invalid("RackId can't be empty.");
  if (input.epoch < leaving_epoch) return invalid("MemberEpoch is invalid.");
  if (input.epoch == 0 && (!input.topics || input.topics->empty())) {
    return invalid("SubscribedTopicNames must be set in first request.");
  }
  return {};
}

group_refusal share_group::enter_member(const share_heartbeat& input, share_member*& found) {
  const auto known = members_.find(input.member_id);
  if (known == members_.end()) {
    if (input.epoch != 0)
      return {broker_errc::unknown_member_id, "Member " + input.member_id + " is unknown."};
    if (members_.size() >= limits_->max_share_size) {
      return {broker_errc::group_max_size_reached, "The share group has reached its maximum capacity."};
    }
    found = &members_[input.member_id];
    found->id = input.member_id;
    return {};
  }
  found = &known->second;
  if (input.epoch == found->epoch || input.epoch == found->previous_epoch) return {};
  return {broker_errc::fenced_member_epoch,
          "The share group member has the member epoch " + std::to_string(input.epoch) +
              " and not the one known by the group coordinator (" + std::to_string(found->epoch) +
              "). The member must abandon all its partitions and rejoin."};
}

consumer_heartbeat_result share_group::heartbeat(const share_heartbeat& input, cluster& topics, instant now) {
  consumer_heartbeat_result result;
  result.member_id = input.member_id;
  result.epoch = input.epoch;
  if (input.epoch == leaving_epoch) {
    if (!members_.contains(input.member_id)) {
      result.refused = {broker_errc::unknown_member_id, "Member " + input.member_id + " is unknown."};
    } else {
      remove(input.member_id);
    }
    return result;
  }
  share_member* who = nullptr;
  result.refused = enter_member(input, who);
  if (result.refused.code != broker_errc::none) return result;
  if (input.rack_id) who->rack_id = input.rack_id;
  who->client_id = input.client_id;
  who->client_host = input.client_host;
  bool changed = false;
  if (input.topics) {
    std::set<std::string> names{input.topics->begin(), input.topics->end()};
    changed = names != who->topics;
    who->topics = std::move(names);
  }
  refresh(topics, changed || epoch_ == 0);
  const auto before = who->assigned;
  who->assigned = target_[who->id];
  who->previous_epoch = who->epoch;
  who->epoch = epoch_;
  who->session_end = now + config_->share_session;
  result.epoch = who->epoch;
  if (input.epoch == 0 || input.topics || who->assigned != before) result.assignment = who->assigned;
  return result;
}

void share_group::refresh(cluster& topics, bool bump) {
  std::map<std::string, std::pair<uuid, std::int32_t>> facts;
  for (const auto& [id, who] : members_) {
    for (const auto& name : who.topics) {
      const auto* known = topics.find(name);
      if (known != nullptr) facts[name] = {known->id, static_cast<std::int32_t>(known->partitions.size())};
    }
  }
  if (!bump && facts == topics_) return;
  topics_ = std::move(facts);
  ++epoch_;
  assign();
}

void share_group::assign() {
  assignor_input input;
  for (const auto& [name, fact] : topics_) input.partitions[fact.first] = fact.second;
  for (const auto& [id, who] : members_) {
    auto& member = input.members[id];
    for (const auto& name : who.topics) {
      if (const auto found = topics_.find(name); found != topics_.end())
        member.topics.insert(found->second.first);
    }
    member.current = target_[id];
  }
  target_ = assign_simple(input);
}

void share_group::remove(const std::string& member) {
  members_.erase(member);
  target_.erase(member);
  std::erase_if(topics_, [&](const auto& entry) {
    return std::ranges::none_of(members_,
                                [&](const auto& m) { return m.second.topics.contains(entry.first); });
  });
  ++epoch_;
  assign();
}

share_limits share_group::limits() const {
  return {config_->share_delivery_limit, config_->share_max_locks, config_->share_lock};
}

void share_group::moved(instant now) {
  for (auto& [id, who] : members_) who.session_end = now + config_->share_session;
}

share_partition& share_group::enter(const place& where, const partition& of, instant now) {
  const auto& log = of.log;
  const auto known = places_.find(where);
  if (known != places_.end()) {
    known->second.end_at_most(log.end_offset());
    known->second.start_at_least(log.start_offset());
    return known->second;
  }
  auto start = of.high_watermark;
  if (config_->share_reset == group_config::reset::earliest) start = log.start_offset();
  if (config_->share_reset == group_config::reset::by_duration) {
    const auto from = to_ms(now - config_->share_reset_span);
    const auto& entries = log.entries();
    const auto found =
        std::ranges::find_if(entries, [from](const auto& entry) { return entry.max_timestamp >= from; });
    if (found != entries.end()) start = std::max(found->base_offset, log.start_offset());
  }
  return places_.emplace(where, share_partition{start}).first->second;
}

share_partition* share_group::find(const place& where) {
  const auto known = places_.find(where);
  return known == places_.end() ? nullptr : &known->second;
}

void share_group::forget(const uuid& topic) {
  std::erase_if(places_, [&](const auto& entry) { return entry.first.first == topic; });
}

void share_group::advance(instant now, std::vector<place>& freed) {
  std::vector<std::string> late;
  for (const auto& [id, who] : members_) {
    if (who.session_end <= now) late.push_back(id);
  }
  for (const auto& id : late) remove(id);
  for (auto& [where, state] : places_) {
    if (state.expire(limits(), now)) freed.push_back(where);
  }
}

std::optional<instant> share_group::next_deadline() const {
  std::optional<instant> first;
  const auto consider = [&](const std::optional<instant>& at) {
    if (at && (!first || *at < *first)) first = at;
  };
  for (const auto& [id, who] : members_) consider(who.session_end);
  for (const auto& [where, state] : places_) consider(state.next_deadline());
  return first;
}

}  // namespace kwire::embedded
