#include "peers/group_troupe.hpp"

#include <algorithm>
#include <kwire/protocol/messages/offset_commit.hpp>

namespace kwire::sim {
namespace {

constexpr const char* group_name = "g";
constexpr std::size_t most_members = 10;

}  // namespace

group_troupe::group_troupe(stage on) : troupe(std::move(on)), setting_{on_.truth, on_.plan, on_.wrong} {
  setting_.session = 2500 * millisecond + static_cast<micros>(random().below(1500 * millisecond));
  setting_.rebalance_timeout = 2 * second + static_cast<micros>(random().below(2 * second));
  auto& config = on_.broker.groups().config(group_name);
  config.consumer_session = std::chrono::milliseconds{setting_.session / millisecond};
  config.consumer_heartbeat = std::chrono::milliseconds{300 + random().below(400)};
}

void group_troupe::start() {
  for (std::size_t i = 0; i <= on_.plan.consumers; ++i) {
    group_peer::habits how;
    if (random().below(5) < 2) how.instance = "instance" + std::to_string(++last_instance_);
    how.by_pattern = random().below(5) < 2;
    join(how, static_cast<micros>(random().below(500 * millisecond)));
  }
}

void group_troupe::join(group_peer::habits how, micros wait) {
  const auto id = on_.next_id();
  auto made = std::make_unique<group_peer>(id, around(), random().next(), setting_, std::move(how));
  on_.enroll(id, *made);
  auto& kept = *members_.emplace_back(std::move(made));
  after(wait, [&kept] {
    if (!kept.dead()) kept.start();
  });
}

std::vector<group_peer*> group_troupe::living() {
  std::vector<group_peer*> all;
  for (auto& one : members_) {
    if (one->stays()) all.push_back(one.get());
  }
  return all;
}

void group_troupe::flap() {
  const auto all = living();
  if (members_.size() >= most_members || all.empty()) return;
  auto& chosen = *all[random().below(all.size())];
  const bool coming_back = chosen.how().instance && random().below(3) > 0;
  const auto how = chosen.how();
  chosen.leave(coming_back);
  if (coming_back) return come_back(chosen, 100);
  if (random().below(3) > 0 || all.size() == 1) join({std::nullopt, how.by_pattern}, 0);
}

/// A static member starts again under a new id once the old one is gone.
void group_troupe::come_back(group_peer& who, int tries) {
  if (closing_) return;
  if (!who.left() && !who.dead() && tries > 0) {
    return after(50 * millisecond, [this, &who, tries] { come_back(who, tries - 1); });
  }
  join(who.how(), static_cast<micros>(random().below(2 * second)));
}

void group_troupe::kill(std::uint32_t who) {
  const auto all = living();
  if (members_.size() >= most_members || all.empty()) return;
  auto& chosen = *all[who % all.size()];
  on_.log.line([&] { return "peer" + std::to_string(chosen.id()) + " is killed"; });
  troupe::kill(chosen);
  on_.truth.gone(chosen.id());
  join(chosen.how(), static_cast<micros>(random().below(second)));
}

bool group_troupe::request(host_id, wire_id, const frame_head& head, bytes& frame) {
  if (head.key != api::offset_commit) return true;
  auto* group = on_.broker.groups().find_consumer(group_name);
  bool forged = false;
  auto copy = frame;
  rewrite_request<protocol::offset_commit_request>(copy, [&](auto& message, auto&) {
    commit_is_current_ = false;
    if (group == nullptr) return;
    const auto found = group->members().find(message.member_id);
    const auto epoch = raw(message.generation_id_or_member_epoch);
    commit_is_current_ = found != group->members().end() && found->second.epoch == epoch;
    if (commit_is_current_ || group->members().empty()) return;
    const auto& as = found == group->members().end() ? group->members().begin()->second : found->second;
    message.member_id = as.id;
    message.generation_id_or_member_epoch = generation_id{as.epoch};
    message.group_instance_id = as.instance_id;
    forged = true;
  });
  if (forged && on_.wrong == mutant::commit_of_old_epoch) frame = std::move(copy);
  return true;
}

/// What a member has or is about to give back, no other member has.
void group_troupe::served(host_id, const frame_head& head, bytes&) {
  if (head.key != api::consumer_group_heartbeat) return;
  const auto* group = on_.broker.groups().find_consumer(group_name);
  if (group == nullptr) return;
  std::map<std::int32_t, std::string> owners;
  for (const auto& [id, member] : group->members()) {
    for (const auto* held : {&member.assigned, &member.revoking}) {
      for (const auto& [topic, indexes] : *held) {
        for (const auto index : indexes) {
          const auto [known, fresh] = owners.try_emplace(index, id);
          if (fresh || known->second == id) continue;
          on_.truth.broken(
              'P', "partition " + std::to_string(index) + " is given to " + known->second + " and " + id);
        }
      }
    }
  }
}

void group_troupe::answer(host_id, wire_id, const frame_head& head, bytes& frame) {
  if (on_.wrong != mutant::assigned_twice || head.key != api::consumer_group_heartbeat) return;
  rewrite_answer<protocol::consumer_group_heartbeat_response>(frame, head.version, [](auto& message) {
    if (!message.assignment || message.assignment->topic_partitions.empty()) return;
    auto& indexes = message.assignment->topic_partitions[0].partitions;
    if (std::ranges::find(indexes, partition_id{0}) == indexes.end()) indexes.push_back(partition_id{0});
  });
}

std::string group_troupe::unsettled() {
  const auto* topic = on_.broker.state().find(topic_name);
  const auto* group = on_.broker.groups().find(group_name);
  for (std::int32_t i = 0; i < on_.plan.partitions; ++i) {
    const auto end = topic->partitions[static_cast<std::size_t>(i)].log.end_offset();
    if (end == 0) continue;
    const auto which = " of " + std::to_string(end) + " records of partition " + std::to_string(i);
    const auto seen = on_.truth.seen(i);
    if (seen < end) return std::to_string(seen) + which + " are read";
    if (group == nullptr) return "there is no group";
    const auto known = group->offsets.find({topic_name, partition_id{i}});
    const auto committed = known == group->offsets.end() ? 0 : known->second.offset;
    if (committed < end) return std::to_string(committed) + which + " are committed";
  }
  for (auto* one : living()) {
    if (!one->idle()) return "a member has records in hand";
  }
  return {};
}

std::int64_t group_troupe::progress() const {
  std::int64_t sum = 0;
  for (std::int32_t i = 0; i < on_.plan.partitions; ++i) sum += on_.truth.seen(i);
  const auto* group = on_.broker.groups().find(group_name);
  if (group == nullptr) return sum;
  for (const auto& [where, kept] : group->offsets) sum += kept.offset;
  return sum;
}

void group_troupe::close() {
  closing_ = true;
  for (auto* one : living()) one->leave(false);
}

bool group_troupe::closed() const {
  return std::ranges::all_of(members_, [](const auto& one) { return one->dead() || one->left(); });
}

}  // namespace kwire::sim
