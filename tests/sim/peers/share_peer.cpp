#include "peers/share_peer.hpp"

#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <utility>

#include "peers/transactional_peer.hpp"
#include "producer_app.hpp"

namespace kwire::sim {
namespace {

constexpr std::int8_t accept = 1, release = 2, reject = 3;

}  // namespace

share_peer::share_peer(host_id id, surroundings around, std::uint64_t seed, share_setting& setting)
    : peer(id, around, seed), setting_(setting), member_id_("sharer-" + std::to_string(id)) {}

void share_peer::start() {
  if (state_ == state::left) return;
  rejoin();
  tick();
}

void share_peer::rejoin() {
  state_ = state::joining;
  epoch_ = 0;
  after(20 * millisecond, [this, round = ++round_] { beat(round); });
}

void share_peer::beat(std::uint64_t round) {
  if (round != round_ || state_ == state::leaving || state_ == state::left) return;
  const auto node = coordinator_of(coordinator::group, share_group_name);
  (void)leader(topic_name, 0);
  const auto again = [this, round](micros wait) { after(wait, [this, round] { beat(round); }); };
  if (node == no_node || facts(topic_name) == nullptr) return again(30 * millisecond);
  protocol::share_group_heartbeat_request request;
  request.group_id = share_group_name;
  request.member_id = member_id_;
  request.member_epoch = epoch_;
  // After an answer that was lost everything is told, which has everything told.
  if (epoch_ == 0 || std::exchange(full_, false)) request.subscribed_topic_names = {topic_name};
  ask(
      lane::group, node, request, 1,
      [this, round, again](const protocol::share_group_heartbeat_response* told) {
        if (round != round_ || state_ == state::leaving || state_ == state::left) return;
        const auto error = told == nullptr ? broker_errc::none : broker_errc{told->error_code};
        if (told == nullptr || is_passing(error)) {
          full_ = true;
          forget_coordinator(coordinator::group, share_group_name);
          return again(30 * millisecond);
        }
        if (error != broker_errc::none) return rejoin();
        state_ = state::member;
        epoch_ = told->member_epoch;
        if (told->assignment) {
          assigned_.clear();
          for (const auto& topic : told->assignment->topic_partitions) {
            for (const auto index : topic.partitions) assigned_.insert(raw(index));
          }
        }
        again(told->heartbeat_interval_ms * millisecond);
      },
      800 * millisecond);
}

std::set<std::int32_t> share_peer::led_by(node_id node) {
  std::set<std::int32_t> led;
  for (const auto index : assigned_) {
    if (leader(topic_name, index) == node) led.insert(index);
  }
  return led;
}

/// Every broker that has something for it is asked, one request at a time.
void share_peer::tick() {
  if (state_ == state::leaving || state_ == state::left) return;
  std::set<node_id> nodes;
  for (const auto index : assigned_) {
    const auto node = leader(topic_name, index);
    if (node != no_node) nodes.insert(node);
  }
  for (const auto node : nodes) {
    if (sessions_[node].busy || state_ != state::member) continue;
    if (sessions_[node].epoch > 0 && percent(40)) {
      acknowledge(node);
    } else {
      fetch(node);
    }
  }
  after(10 * millisecond + static_cast<micros>(random().below(30 * millisecond)), [this] { tick(); });
}

/// Takes along what has been decided about records of these partitions.
template <class Topics>
void share_peer::tell(Topics& topics, const std::set<std::int32_t>& partitions) {
  for (const auto index : partitions) {
    auto decided = std::exchange(said_[index], {});
    if (decided.empty()) continue;
    if (topics.empty()) topics.emplace_back().topic_id = facts(topic_name)->id;
    auto& list = topics[0].partitions;
    auto at = std::ranges::find(list, partition_id{index}, [](const auto& p) { return p.partition_index; });
    if (at == list.end()) {
      list.emplace_back().partition_index = partition_id{index};
      at = list.end() - 1;
    }
    for (const auto& [offset, type] : decided) {
      auto& batches = at->acknowledgement_batches;
      const bool joins = !batches.empty() && batches.back().last_offset + 1 == offset;
      if (!joins) {
        auto& made = batches.emplace_back();
        made.first_offset = offset;
      }
      batches.back().last_offset = offset;
      batches.back().acknowledge_types.push_back(type);
    }
  }
}

bool share_peer::step(node_id node, std::int16_t error, bool answered) {
  auto& with = sessions_[node];
  with.busy = false;
  if (answered && error == 0) {
    ++with.epoch;
    return true;
  }
  // A request that got no answer may have moved the session on: only a new one is sure to be in step.
  hang_up(lane::data, node);
  with = {};
  refresh();
  return false;
}

void share_peer::fetch(node_id node) {
  auto& with = sessions_[node];
  const auto led = led_by(node);
  protocol::share_fetch_request request;
  request.group_id = share_group_name;
  request.member_id = member_id_;
  request.share_session_epoch = with.epoch;
  request.max_wait_ms = 100;
  request.min_bytes = 1;
  request.max_bytes = 1 << 16;
  request.max_records = 1 + static_cast<std::int32_t>(random().below(20));
  for (const auto index : led) {
    if (with.known.contains(index)) continue;
    if (request.topics.empty()) request.topics.emplace_back().topic_id = facts(topic_name)->id;
    request.topics[0].partitions.emplace_back().partition_index = partition_id{index};
  }
  for (const auto index : with.known) {
    if (led.contains(index)) continue;
    auto& gone = request.forgotten_topics_data;
    if (gone.empty()) gone.emplace_back().topic_id = facts(topic_name)->id;
    gone[0].partitions.push_back(partition_id{index});
  }
  if (with.epoch > 0) tell(request.topics, led);
  with.known = led;
  with.busy = true;
  ask(lane::data, node, request, 1, [this, node](const protocol::share_fetch_response* told) {
    if (!step(node, told == nullptr ? std::int16_t{0} : told->error_code, told != nullptr)) return;
    fetched(node, *told);
  });
}

void share_peer::acknowledge(node_id node) {
  auto& with = sessions_[node];
  protocol::share_acknowledge_request request;
  request.group_id = share_group_name;
  request.member_id = member_id_;
  request.share_session_epoch = with.epoch;
  tell(request.topics, led_by(node));
  if (request.topics.empty()) return;
  with.busy = true;
  ask(lane::data, node, request, 1, [this, node](const protocol::share_acknowledge_response* told) {
    (void)step(node, told == nullptr ? std::int16_t{0} : told->error_code, told != nullptr);
  });
}

void share_peer::fetched(node_id node, const protocol::share_fetch_response& told) {
  for (const auto& topic : told.responses) {
    for (const auto& part : topic.partitions) {
      if (part.error_code != 0) {
        // Whether the session has the partition is not told: a new one is sure.
        sessions_[node] = {};
        refresh();
        continue;
      }
      look_at(part, raw(part.partition_index));
      for (const auto& run : part.acquired_records) {
        const auto slow = percent(3) ? 2 * setting_.lock : 40 * millisecond;
        after(static_cast<micros>(random().below(static_cast<std::uint64_t>(slow))),
              [this, index = raw(part.partition_index), first = run.first_offset, last = run.last_offset] {
                work(index, first, last);
              });
      }
    }
  }
}

/// What was acquired has to come along.
void share_peer::look_at(const protocol::share_fetch_response::partition& answer, std::int32_t partition) {
  std::set<std::int64_t> there;
  protocol::decompressor unpacker;
  bytes buffer;
  protocol::record_set set{answer.records};
  for (const auto& batch : set) {
    const auto body = protocol::payload(batch, unpacker, 1 << 24, buffer);
    if (!body) return broken("a batch cannot be read");
    auto range = protocol::records(batch, *body);
    for (const auto& record : range) {
      if (!read_value(record.value())) return broken("a record is not what was produced");
      there.insert(record.offset());
    }
  }
  for (const auto& run : answer.acquired_records) {
    for (auto offset = run.first_offset; offset <= run.last_offset; ++offset) {
      if (there.contains(offset)) continue;
      return broken("record " + std::to_string(partition) + "@" + std::to_string(offset) +
                    " is acquired and not in the answer");
    }
  }
}

void share_peer::work(std::int32_t partition, std::int64_t first, std::int64_t last) {
  for (auto offset = first; offset <= last; ++offset) {
    const auto luck = setting_.calm ? 0 : random().below(100);
    if (luck >= 92) continue;  // forgotten: its lock will end
    said_[partition][offset] = luck < 75 ? accept : luck < 87 ? release : reject;
  }
}

void share_peer::go() {
  if (state_ == state::leaving || state_ == state::left) return;
  const bool was_member = state_ == state::member;
  state_ = was_member ? state::leaving : state::left;
  if (!was_member) return;
  for (auto& [node, with] : sessions_) {
    if (with.busy || with.epoch == 0) continue;
    protocol::share_acknowledge_request request;
    request.group_id = share_group_name;
    request.member_id = member_id_;
    request.share_session_epoch = -1;
    tell(request.topics, led_by(node));
    ask(lane::data, node, request, 1, [](const protocol::share_acknowledge_response*) {});
  }
  say_goodbye(3);
}

void share_peer::say_goodbye(int tries) {
  const auto node = coordinator_of(coordinator::group, share_group_name);
  if (tries == 0) {
    state_ = state::left;
    return;
  }
  if (node == no_node) return after(50 * millisecond, [this, tries] { say_goodbye(tries - 1); });
  protocol::share_group_heartbeat_request request;
  request.group_id = share_group_name;
  request.member_id = member_id_;
  request.member_epoch = -1;
  ask(
      lane::group, node, request, 1,
      [this, tries](const protocol::share_group_heartbeat_response* told) {
        if (told != nullptr && !is_passing(broker_errc{told->error_code})) {
          state_ = state::left;
          return;
        }
        forget_coordinator(coordinator::group, share_group_name);
        say_goodbye(tries - 1);
      },
      400 * millisecond);
}

}  // namespace kwire::sim
