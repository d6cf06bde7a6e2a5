#include "peers/group_peer.hpp"

#include <algorithm>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <utility>

#include "peers/transactional_peer.hpp"
#include "producer_app.hpp"

namespace kwire::sim {
namespace {

constexpr const char* group_name = "g";

}  // namespace

group_peer::group_peer(host_id id, surroundings around, std::uint64_t seed, group_setting& setting,
                       habits how)
    : peer(id, around, seed), setting_(setting), how_(std::move(how)) {}

void group_peer::start() {
  if (state_ == state::left) return;
  rejoin(0);
  tick();
}

void group_peer::rejoin(micros wait) {
  state_ = state::joining;
  // A member that was fenced keeps its id; one that the group does not know may as well.
  if (incarnation_ == 0 || percent(50)) {
    member_id_ = "member-" + std::to_string(id()) + "-" + std::to_string(++incarnation_);
  }
  epoch_ = 0;
  full_ = true;
  changed_ = revoking_ = false;
  after(wait, [this, round = ++round_] { beat(round); });
}

void group_peer::fill(heartbeat_request& request) {
  request.group_id = group_name;
  request.member_id = member_id_;
  request.member_epoch = epoch_;
  request.instance_id = how_.instance;
  if (full_) {
    request.rebalance_timeout_ms = static_cast<std::int32_t>(setting_.rebalance_timeout / millisecond);
    if (how_.by_pattern) {
      request.subscribed_topic_regex = "^[s-t]$|nothing";
    } else {
      request.subscribed_topic_names = {topic_name};
    }
  }
  if (!full_ && !changed_) return;
  request.topic_partitions.emplace();
  const auto* known = facts(topic_name);
  if (epoch_ == 0 || owned_.empty() || known == nullptr) return;
  auto& topic = request.topic_partitions->emplace_back();
  topic.topic_id = known->id;
  for (const auto& [index, at] : owned_) {
    if (!hidden_.contains(index)) topic.partitions.push_back(partition_id{index});
  }
}

void group_peer::beat(std::uint64_t round) {
  if (round != round_ || state_ == state::leaving || state_ == state::left) return;
  const auto node = coordinator_of(coordinator::group, group_name);
  (void)leader(topic_name, 0);
  if (node == no_node || facts(topic_name) == nullptr) {
    return after(30 * millisecond, [this, round] { beat(round); });
  }
  heartbeat_request request;
  fill(request);
  full_ = changed_ = false;
  const auto next = round_ = round + 1;
  ask(
      lane::group, node, request, 1,
      [this, next, asked = now()](const protocol::consumer_group_heartbeat_response* told) {
        if (next != round_ || state_ == state::leaving || state_ == state::left) return;
        if (told == nullptr) {
          full_ = true;
          forget_coordinator(coordinator::group, group_name);
          return after(30 * millisecond, [this, next] { beat(next); });
        }
        if (told->error_code != 0) return refused(broker_errc{told->error_code});
        answered(*told, asked);
      },
      800 * millisecond);
}

void group_peer::refused(broker_errc error) {
  say("heartbeat: " + std::string{to_string(error)});
  full_ = true;
  if (error == broker_errc::fenced_instance_id) {
    lose_all();
    state_ = state::left;
    return;
  }
  if (error == broker_errc::unknown_member_id || error == broker_errc::fenced_member_epoch) {
    if (setting_.wrong == mutant::fencing_ignored) {
      return after(300 * millisecond, [this, round = round_] { beat(round); });
    }
    lose_all();
    return rejoin(20 * millisecond);
  }
  if (error == broker_errc::unreleased_instance_id) {
    return after(200 * millisecond, [this, round = round_] { beat(round); });
  }
  if (!is_passing(error)) return broken("a heartbeat is answered " + std::string{to_string(error)});
  forget_coordinator(coordinator::group, group_name);
  after(30 * millisecond, [this, round = round_] { beat(round); });
}

void group_peer::answered(const protocol::consumer_group_heartbeat_response& told, micros asked) {
  state_ = state::member;
  epoch_ = told.member_epoch;
  // The coordinator has heard of us after `asked`: until then plus a session nobody else gets what we have.
  lease_ = asked + setting_.session;
  if (told.assignment) learn(*told.assignment);
  reconcile();
  if (revoking_ && revoke_until_ == 0) revoke_until_ = asked + setting_.rebalance_timeout;
  if (!revoking_) revoke_until_ = 0;
  const auto interval = static_cast<micros>(told.heartbeat_interval_ms) * millisecond;
  after(changed_ ? millisecond : interval, [this, round = round_] { beat(round); });
}

void group_peer::learn(const protocol::consumer_group_heartbeat_response::assigned& target) {
  target_.clear();
  const auto* known = facts(topic_name);
  for (const auto& topic : target.topic_partitions) {
    if (known == nullptr || topic.topic_id != known->id) continue;
    for (const auto index : topic.partitions) target_.insert(raw(index));
  }
}

void group_peer::reconcile() {
  std::set<std::int32_t> leaving;
  for (const auto& [index, at] : owned_) {
    if (!target_.contains(index) && at.period != 0) leaving.insert(index);
  }
  for (const auto index : target_) {
    if (!owned_.contains(index)) take(index);
  }
  if (leaving.empty()) return;
  if (setting_.wrong == mutant::confirm_before_stop) {
    // Says at once that it has let go, and reads on for a while.
    hidden_ = leaving;
    changed_ = true;
    return after(600 * millisecond, [this, leaving] {
      hidden_.clear();
      let_go(leaving);
    });
  }
  let_go(std::move(leaving));
}

void group_peer::let_go(std::set<std::int32_t> partitions) {
  revoking_ = true;
  for (const auto index : partitions) {
    const auto found = owned_.find(index);
    if (found != owned_.end()) found->second.period = 0;  // reads no more
  }
  const auto gone = [this, partitions] {
    for (const auto index : partitions) {
      const auto found = owned_.find(index);
      if (found == owned_.end() || found->second.period != 0) continue;
      owned_.erase(found);
      setting_.truth.revoked(id(), index);
    }
    revoking_ = false;
    changed_ = true;
    reconcile();  // what was let go may have been given back meanwhile
    after(millisecond, [this, round = round_] {
      if (changed_) beat(round);
    });
  };
  commit(partitions, gone);
}

void group_peer::take(std::int32_t partition) {
  auto& at = owned_[partition];
  at = {};
  at.period = ++last_period_;
  changed_ = true;
  setting_.truth.assigned(id(), partition, setting_.truth.granted());
  find_position(partition, at.period);
}

void group_peer::lose_all() {
  for (const auto& [index, at] : owned_) setting_.truth.revoked(id(), index);
  owned_.clear();
  target_.clear();
  revoking_ = false;
  revoke_until_ = 0;
}

/// A member that could not reach the coordinator for a session, or has not let go in time, must take it that
/// it is one no longer.
bool group_peer::may_read() {
  if (setting_.wrong == mutant::fencing_ignored) return true;
  if (state_ != state::member) return false;
  if (now() < lease_ && (revoke_until_ == 0 || now() < revoke_until_)) return true;
  say("has lost touch");
  lose_all();
  rejoin(0);
  return false;
}

bool group_peer::is_current(std::int32_t partition, std::uint64_t period) const {
  const auto found = owned_.find(partition);
  return found != owned_.end() && found->second.period == period && period != 0;
}

void group_peer::find_position(std::int32_t partition, std::uint64_t period) {
  if (!is_current(partition, period) || !may_read()) return;
  const auto later = [this, partition, period] {
    after(30 * millisecond, [this, partition, period] { find_position(partition, period); });
  };
  const auto node = coordinator_of(coordinator::group, group_name);
  if (node == no_node) return later();
  protocol::offset_fetch_request request;
  request.require_stable = true;
  auto& group = request.groups.emplace_back();
  group.group_id = group_name;
  group.member_id = member_id_;
  group.member_epoch = epoch_;
  auto& wanted = group.topics->emplace_back();
  wanted.name = topic_name;
  wanted.partition_indexes = {partition_id{partition}};
  ask(lane::control, node, request, 9,
      [this, partition, period, later](const protocol::offset_fetch_response* told) {
        if (!is_current(partition, period) || !may_read()) return;
        if (told == nullptr || told->groups.at(0).error_code != 0 || told->groups[0].topics.empty()) {
          forget_coordinator(coordinator::group, group_name);
          return later();
        }
        const auto& found = told->groups[0].topics[0].partitions.at(0);
        if (found.error_code != 0) return later();
        auto& at = owned_[partition];
        at.position = at.processed = at.committed = std::max<std::int64_t>(found.committed_offset, 0);
        fetch(partition, period);
      });
}

void group_peer::fetch(std::int32_t partition, std::uint64_t period) {
  if (!is_current(partition, period) || !may_read()) return;
  const auto later = [this, partition, period](micros wait) {
    after(wait, [this, partition, period] { fetch(partition, period); });
  };
  const auto node = leader(topic_name, partition);
  if (node == no_node) return later(30 * millisecond);
  protocol::fetch_request request;
  request.max_wait_ms = 100;
  request.min_bytes = 1;
  auto& from = request.topics.emplace_back();
  from.name = topic_name;
  auto& wanted = from.partitions.emplace_back();
  wanted.index = partition_id{partition};
  wanted.fetch_offset = owned_[partition].position;
  wanted.partition_max_bytes = 3000;
  ask(lane::data, node, request, 12, [this, partition, period, later](const protocol::fetch_response* told) {
    if (!is_current(partition, period) || !may_read()) return;
    if (told == nullptr || told->error_code != 0 || told->responses.empty()) return later(30 * millisecond);
    const auto& answer = told->responses[0].partitions.at(0);
    if (answer.error_code != 0) {
      refresh();
      return later(30 * millisecond);
    }
    deliver(partition, answer);
  });
}

void group_peer::deliver(std::int32_t partition, const protocol::fetch_response::partition& answer) {
  auto& at = owned_[partition];
  protocol::decompressor unpacker;
  bytes buffer;
  if (answer.records) {
    protocol::record_set set{*answer.records};
    for (const auto& batch : set) {
      const auto body = protocol::payload(batch, unpacker, 1 << 24, buffer);
      if (!body) return broken("a batch cannot be read");
      auto range = protocol::records(batch, *body, at.position);
      for (const auto& record : range) {
        const auto key = read_value(record.value());
        if (!key) return broken("a delivered value is not what was produced");
        setting_.truth.delivered(id(), partition, record.offset(), *key);
      }
      at.position = std::max(at.position, batch.next_offset());
    }
  }
  ++busy_;
  after(static_cast<micros>(random().below(30 * millisecond)),
        [this, partition, period = at.period, next = at.position] { work(partition, period, next); });
}

void group_peer::work(std::int32_t partition, std::uint64_t period, std::int64_t next) {
  --busy_;
  if (!is_current(partition, period)) return;
  owned_[partition].processed = next;
  setting_.truth.processed(id(), partition, next);
  fetch(partition, period);
}

/// Commits now and then, and looks whether it is a member still.
void group_peer::tick() {
  if (state_ == state::leaving || state_ == state::left) return;
  std::set<std::int32_t> dirty;
  if (state_ == state::member && may_read() && !committing_) {
    for (const auto& [index, at] : owned_) {
      if (at.processed > at.committed) dirty.insert(index);
    }
  }
  if (!dirty.empty()) commit(dirty, [] {});
  after(100 * millisecond + static_cast<micros>(random().below(200 * millisecond)), [this] { tick(); });
}

void group_peer::commit(const std::set<std::int32_t>& partitions, std::function<void()> then) {
  std::map<std::int32_t, std::int64_t> offsets;
  for (const auto index : partitions) {
    const auto found = owned_.find(index);
    if (found != owned_.end() && found->second.processed > found->second.committed) {
      offsets[index] = found->second.processed;
    }
  }
  const auto node = coordinator_of(coordinator::group, group_name);
  if (offsets.empty() || node == no_node || state_ == state::joining) return after(0, std::move(then));
  protocol::offset_commit_request request;
  request.group_id = group_name;
  request.member_id = member_id_;
  request.generation_id_or_member_epoch = generation_id{epoch_};
  request.group_instance_id = how_.instance;
  auto& topic = request.topics.emplace_back();
  topic.name = topic_name;
  for (const auto& [index, offset] : offsets) {
    auto& part = topic.partitions.emplace_back();
    part.partition_index = partition_id{index};
    part.committed_offset = offset;
  }
  committing_ = true;
  ask(
      lane::group, node, request, 9,
      [this, offsets, then = std::move(then)](const protocol::offset_commit_response* told) {
        committing_ = false;
        if (told == nullptr) forget_coordinator(coordinator::group, group_name);
        for (std::size_t i = 0; told != nullptr && i < told->topics.at(0).partitions.size(); ++i) {
          const auto& part = told->topics[0].partitions[i];
          if (is_passing(broker_errc{part.error_code})) forget_coordinator(coordinator::group, group_name);
          if (part.error_code != 0) continue;
          const auto index = raw(part.partition_index);
          setting_.truth.commit_confirmed(id(), index, offsets.at(index));
          const auto found = owned_.find(index);
          if (found != owned_.end()) {
            found->second.committed = std::max(found->second.committed, offsets.at(index));
          }
        }
        then();
      },
      800 * millisecond);
}

void group_peer::go(bool coming_back) {
  if (state_ == state::leaving || state_ == state::left) return;
  const bool was_member = state_ == state::member && may_read();
  std::set<std::int32_t> all;
  for (auto& [index, at] : owned_) {
    at.period = 0;
    all.insert(index);
  }
  if (!was_member) {
    lose_all();
    state_ = state::left;
    return;
  }
  state_ = state::leaving;
  commit(all, [this, coming_back] {
    lose_all();
    say_goodbye(coming_back, 3);
  });
}

void group_peer::say_goodbye(bool coming_back, int tries) {
  const auto node = coordinator_of(coordinator::group, group_name);
  if (tries == 0) {
    state_ = state::left;
    return;
  }
  if (node == no_node) {
    return after(50 * millisecond, [this, coming_back, tries] { say_goodbye(coming_back, tries - 1); });
  }
  heartbeat_request request;
  request.group_id = group_name;
  request.member_id = member_id_;
  request.member_epoch = coming_back && how_.instance ? -2 : -1;
  request.instance_id = how_.instance;
  ask(
      lane::group, node, request, 1,
      [this, coming_back, tries](const protocol::consumer_group_heartbeat_response* told) {
        if (told != nullptr && !is_passing(broker_errc{told->error_code})) {
          state_ = state::left;
          return;
        }
        forget_coordinator(coordinator::group, group_name);
        say_goodbye(coming_back, tries - 1);
      },
      400 * millisecond);
}

}  // namespace kwire::sim
