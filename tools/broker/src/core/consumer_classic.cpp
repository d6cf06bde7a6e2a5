#include <algorithm>
#include <kwire/protocol/messages/consumer_protocol.hpp>

#include "core/consumer_group.hpp"

// Members of a consumer group that still speak the classic protocol: the group answers them as if it were a
// classic one that never has more than one member to wait for. A member's epoch is its generation.

namespace kwire::embedded {
namespace {

const std::string consumer_protocol = "consumer";

topic_partitions by_id(const std::vector<protocol::consumer_protocol_subscription::topic_partitions>& named,
                       cluster& topics) {
  topic_partitions ids;
  for (const auto& topic : named) {
    const auto* known = topics.find(topic.topic);
    if (known == nullptr) continue;
    for (const auto index : topic.partitions) ids[known->id].insert(raw(index));
  }
  return ids;
}

/// All protocols of a member carry the same subscription.
std::optional<protocol::consumer_protocol_subscription> read_subscription(const bytes& metadata) {
  protocol::consumer_protocol_subscription told;
  if (!protocol::decode_stored(protocol::ref(told), metadata)) return std::nullopt;
  return told;
}

bytes write_assignment(const topic_partitions& assigned, cluster& topics) {
  protocol::consumer_protocol_assignment content;
  for (const auto& [id, indexes] : assigned) {
    const auto* known = topics.find(id);
    if (known == nullptr) continue;
    auto& listed = content.assigned_partitions.emplace_back();
    listed.topic = known->name;
    for (const auto index : indexes) listed.partitions.push_back(partition_id{index});
  }
  protocol::writer out;
  if (!protocol::encode_stored(protocol::ref(content), 0, out)) return {};
  return std::move(out.buffer());
}

join_result refuse(broker_errc why, std::string member) {
  join_result result;
  result.error = why;
  result.member_id = std::move(member);
  return result;
}

}  // namespace

bool consumer_group::take_over(const group& classic, cluster& topics, instant now) {
  deadline_known_ = false;
  for (const auto& [id, old] : classic.members()) {
    const auto* metadata = old.metadata(classic.protocol());
    if (metadata == nullptr && !old.protocols.empty()) metadata = &old.protocols.front().metadata;
    if (metadata == nullptr) return false;
    auto told = read_subscription(*metadata);
    protocol::consumer_protocol_assignment given;
    if (!told ||
        (!old.assignment.empty() && !protocol::decode_stored(protocol::ref(given), old.assignment))) {
      members_.clear();
      return false;
    }
    auto& who = create(id);
    who.instance_id = old.instance_id;
    if (who.instance_id) static_members_[*who.instance_id] = id;
    who.rack_id = told->rack_id;
    who.client_id = old.client_id;
    who.client_host = old.client_host;
    who.rebalance_timeout = old.rebalance_timeout;
    who.topics = {told->topics.begin(), told->topics.end()};
    who.epoch = who.previous_epoch = raw(classic.generation());
    for (const auto& topic : given.assigned_partitions) {
      auto* known = topics.find(topic.topic);
      if (known == nullptr) continue;
      for (const auto index : topic.partitions) {
        if (known->find(index) != nullptr) who.assigned[known->id].insert(raw(index));
      }
    }
    target_[id] = who.assigned;
    who.classic = classic_side{old.session_timeout, old.protocols};
    who.session_end = now + old.session_timeout;
  }
  epoch_ = assignment_epoch_ = raw(classic.generation());
  return true;
}

bool consumer_group::supports(const join_input& input) const {
  return input.protocol_type == consumer_protocol &&
         std::ranges::any_of(input.protocols, [&](const auto& offered) {
           return std::ranges::all_of(members_, [&](const auto& entry) {
             const auto& side = entry.second.classic;
             return !side || std::ranges::find(side->protocols, offered.name, &group_protocol::name) !=
                                 side->protocols.end();
           });
         });
}

group_refusal consumer_group::enter_classic(const join_input& input, const std::string& id,
                                            consumer_member*& found) {
  if (!input.instance_id) {
    const auto known = members_.find(id);
    if (known == members_.end() && is_full()) return {broker_errc::group_max_size_reached, ""};
    found = known == members_.end() ? &create(id) : &known->second;
    return {};
  }
  const auto named = static_members_.find(*input.instance_id);
  if (named == static_members_.end()) {
    if (!input.member_id.empty()) return {broker_errc::unknown_member_id, ""};
    found = &create(id);
  } else if (input.member_id.empty()) {
    found = &replace(std::string{named->second}, id);
  } else if (named->second != id) {
    return {broker_errc::fenced_instance_id, ""};
  } else {
    found = &members_.at(id);
  }
  return {};
}

join_result consumer_group::join(const join_input& input, cluster& topics, instant now) {
  deadline_known_ = false;
  if (!supports(input)) return refuse(broker_errc::inconsistent_group_protocol, input.member_id);
  constexpr std::int16_t first_with_required_id = 4;  // KIP-394
  const bool unknown = input.member_id.empty();
  const auto id = unknown ? kwire::to_string(random_->next_uuid()) : input.member_id;
  if (unknown && !input.instance_id && input.token.version >= first_with_required_id) {
    return refuse(broker_errc::member_id_required, id);
  }
  auto told = read_subscription(input.protocols.front().metadata);
  if (!told) return refuse(broker_errc::inconsistent_group_protocol, input.member_id);
  consumer_member* who = nullptr;
  const auto refused = enter_classic(input, id, who);
  if (refused.code != broker_errc::none) return refuse(refused.code, input.member_id);
  if (input.instance_id) {
    who->instance_id = input.instance_id;
    static_members_[*input.instance_id] = id;
  }
  who->rack_id = told->rack_id;
  who->client_id = input.client_id;
  who->client_host = input.client_host;
  who->rebalance_timeout = input.rebalance_timeout;
  who->assignor.reset();
  who->pattern.clear();
  who->classic = classic_side{input.session_timeout, input.protocols};
  std::set<std::string> names{told->topics.begin(), told->topics.end()};
  const bool changed = names != who->topics;
  who->topics = std::move(names);
  refresh(topics, changed || epoch_ == 0);
  if (epoch_ > assignment_epoch_) assign();
  reconcile(*who, by_id(told->owned_partitions, topics), changed, now);
  who->join_end.reset();
  who->session_end = now + input.session_timeout;
  who->sync_end = now + input.rebalance_timeout;

  join_result result;
  result.member_id = id;
  result.generation = generation_id{who->epoch};
  result.protocol_type = consumer_protocol;
  result.protocol_name = input.protocols.front().name;
  return result;
}

broker_errc consumer_group::check_classic(const std::string& member,
                                          const std::optional<std::string>& instance,
                                          generation_id generation) const {
  if (instance) {
    const auto named = static_members_.find(*instance);
    if (named == static_members_.end()) return broker_errc::unknown_member_id;
    if (named->second != member) return broker_errc::fenced_instance_id;
  }
  const auto found = members_.find(member);
  if (found == members_.end() || !found->second.classic) return broker_errc::unknown_member_id;
  return raw(generation) == found->second.epoch ? broker_errc::none : broker_errc::illegal_generation;
}

sync_result consumer_group::sync(const sync_input& input, cluster& topics, instant now) {
  deadline_known_ = false;
  sync_result result;
  result.error = check_classic(input.member_id, input.instance_id, input.generation);
  if (result.error != broker_errc::none) return result;
  auto& who = members_.at(input.member_id);
  const auto& name = who.classic->protocols.front().name;
  if ((input.protocol_type && *input.protocol_type != consumer_protocol) ||
      (input.protocol_name && *input.protocol_name != name)) {
    result.error = broker_errc::inconsistent_group_protocol;
    return result;
  }
  if (epoch_ > who.epoch && who.now != consumer_member::state::unrevoked) {
    if (!who.join_end) who.join_end = now + who.rebalance_timeout;
    result.error = broker_errc::rebalance_in_progress;
    return result;
  }
  who.sync_end.reset();
  who.session_end = now + who.classic->session_timeout;
  result.protocol_type = input.protocol_type;
  result.protocol_name = input.protocol_name;
  result.assignment = write_assignment(who.assigned, topics);
  return result;
}

/// There is a new epoch, something to give back, or what others held has become free.
bool consumer_group::must_rejoin(const consumer_member& who) const {
  using enum consumer_member::state;
  if (who.epoch < epoch_ || who.now == unrevoked) return true;
  if (who.now != unreleased) return false;
  const auto taken = owned_by_others(who);
  for (const auto& [topic, indexes] : target(who.id)) {
    for (const auto index : indexes) {
      if (!contains(who.assigned, topic, index) && contains(taken, topic, index)) return false;
    }
  }
  return true;
}

broker_errc consumer_group::classic_heartbeat(const std::string& member,
                                              const std::optional<std::string>& instance,
                                              generation_id generation, instant now) {
  deadline_known_ = false;
  const auto error = check_classic(member, instance, generation);
  if (error != broker_errc::none) return error;
  auto& who = members_.at(member);
  who.session_end = now + who.classic->session_timeout;
  if (!must_rejoin(who)) return broker_errc::none;
  if (!who.join_end) who.join_end = now + who.rebalance_timeout;
  return broker_errc::rebalance_in_progress;
}

broker_errc consumer_group::classic_leave(const std::string& member,
                                          const std::optional<std::string>& instance) {
  auto id = member;
  if (instance) {
    const auto named = static_members_.find(*instance);
    if (named == static_members_.end()) return broker_errc::unknown_member_id;
    if (!member.empty() && named->second != member) return broker_errc::fenced_instance_id;
    id = named->second;
  }
  const auto found = members_.find(id);
  if (found == members_.end() || !found->second.classic) return broker_errc::unknown_member_id;
  remove(id);
  return broker_errc::none;
}

/// The members as a classic group has them.
std::vector<group_member> consumer_group::as_classic(cluster& topics) const {
  std::vector<group_member> all;
  for (const auto& [id, who] : members_) {
    auto& made = all.emplace_back();
    made.id = id;
    made.instance_id = who.instance_id;
    made.client_id = who.client_id;
    made.client_host = who.client_host;
    made.rebalance_timeout = who.rebalance_timeout;
    made.session_timeout = who.classic->session_timeout;
    made.protocols = who.classic->protocols;
    made.assignment = write_assignment(target(id), topics);
  }
  return all;
}

}  // namespace kwire::embedded
