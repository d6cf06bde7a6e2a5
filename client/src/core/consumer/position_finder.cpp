#include "core/consumer/position_finder.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace kwire::core {
namespace {

using stage = partition_state::stage;

bool searching(const partition_state& state) {
  return !state.asked && (state.now == stage::locating || state.now == stage::resetting);
}

}  // namespace

void position_finder::need_metadata() {
  if (!std::exchange(refresh_asked_, true)) context_->out.refresh_metadata = true;
}

/// Nothing is committed: the policy decides.
void position_finder::decide(const topic_partition& where, partition_state& state) {
  if (context_->settings.reset == reset_policy::none) {
    state.now = stage::stopped;
    context_->sink.failed(error{errc::no_offset}.on(where.topic, where.partition));
    return;
  }
  state.now = stage::resetting;
  state.reset_to = context_->settings.reset == reset_policy::earliest ? earliest_timestamp : latest_timestamp;
}

void position_finder::advance(time_point now) {
  std::vector<asked_for> locate;
  std::map<node_id, std::vector<asked_for>> by_leader;
  for (auto& [where, state] : partitions_->entries()) {
    if (state.now == stage::undecided) decide(where, state);
    if (!searching(state) || state.not_before > now) continue;
    state.not_before = {};
    if (state.now == stage::locating) {
      if (!committed_asked_) locate.push_back({where, state.version});
      continue;
    }
    const auto* place = context_->metadata->find(where.topic, where.partition);
    if (place == nullptr || place->leader == no_node || context_->metadata->find(place->leader) == nullptr) {
      if (reading_table::wait_for_leader(state, now, context_->random)) need_metadata();
      continue;
    }
    if (!offsets_asked_.contains(place->leader)) by_leader[place->leader].push_back({where, state.version});
  }
  if (!locate.empty()) ask_committed(locate, now);
  for (const auto& [node, list] : by_leader) ask_offsets(node, list, now);
}

void position_finder::ask_committed(const std::vector<asked_for>& list, time_point now) {
  std::vector<topic_partition> wanted;
  for (const auto& one : list) {
    wanted.push_back(one.where);
    partitions_->find(one.where)->asked = true;
  }
  const auto& group = context_->settings.group_id;
  request asked;
  asked.body = make_offset_fetch(group, wanted, true);
  asked.to = destination::group(group);
  asked.usable.max = offset_fetch_by_name;
  asked.deadline = now + context_->client.request_timeout;
  committed_asked_ = true;
  context_->calls.send(std::move(asked), [this, list](const response& answer, time_point at) {
    committed_asked_ = false;
    on_committed(list, answer, at);
  });
}

void position_finder::on_committed(const std::vector<asked_for>& list, const response& answer,
                                   time_point now) {
  const auto committed = read_offset_fetch(answer);
  const auto& group = context_->settings.group_id;
  for (const auto& [where, version] : list) {
    auto* state = partitions_->find(where, version);
    if (state == nullptr || state->now != stage::locating) continue;
    state->asked = false;
    if (!committed) {
      again(where, *state, committed.error(), now);
      continue;
    }
    const auto entry = committed->find(where);
    if (entry == committed->end()) {
      // A partition the answer leaves out is not one without an offset.
      again(where, *state, error{errc::unexpected_answer, "the partition is missing in the answer"}, now);
    } else if (entry->second.code != broker_errc::none) {
      again(where, *state, error{entry->second.code}.in(api::offset_fetch), now);
    } else if (entry->second.offset >= 0) {
      found(where, *state, entry->second.offset);
    } else {
      decide(where, *state);
    }
  }
  const auto moved = [](const error& why) {
    return why == broker_errc::not_coordinator || why == broker_errc::coordinator_not_available;
  };
  if (!committed && moved(committed.error())) context_->out.lost_coordinators.push_back(group);
}

void position_finder::ask_offsets(node_id node, const std::vector<asked_for>& list, time_point now) {
  std::vector<list_target> targets;
  for (const auto& one : list) {
    auto& state = *partitions_->find(one.where);
    state.asked = true;
    targets.push_back(
        {one.where, state.reset_to, context_->metadata->find(one.where.topic, one.where.partition)->epoch});
  }
  request asked;
  asked.body = make_list_offsets(targets, context_->settings.level);
  asked.to = destination::broker(node);
  asked.deadline = now + context_->client.request_timeout;
  offsets_asked_.insert(node);
  context_->calls.send(std::move(asked), [this, node, list](const response& answer, time_point at) {
    offsets_asked_.erase(node);
    on_offsets(list, answer, at);
  });
}

void position_finder::on_offsets(const std::vector<asked_for>& list, const response& answer, time_point now) {
  const auto listed = read_list_offsets(answer);
  if (!listed) need_metadata();
  for (const auto& [where, version] : list) {
    auto* state = partitions_->find(where, version);
    if (state == nullptr || state->now != stage::resetting) continue;
    state->asked = false;
    if (!listed) {
      again(where, *state, listed.error(), now);
      continue;
    }
    const auto entry = listed->find(where);
    if (entry == listed->end()) {
      again(where, *state, error{errc::unexpected_answer, "the partition is missing in the answer"}, now);
    } else if (entry->second.code != broker_errc::none) {
      again(where, *state, error{entry->second.code}.in(api::list_offsets), now);
    } else if (entry->second.offset >= 0) {
      found(where, *state, entry->second.offset);
    } else if (state->reset_to >= 0) {
      state->reset_to = latest_timestamp;  // no record is that late: go to the end, as Kafka's tools do
    } else {
      again(where, *state, error{errc::unexpected_answer, "a negative offset"}.in(api::list_offsets), now);
    }
  }
}

void position_finder::found(const topic_partition& where, partition_state& state, std::int64_t offset) {
  const bool reset = state.now == stage::resetting;
  state.now = stage::fetching;
  state.offset = offset;
  state.pause.reset();
  state.not_before = {};
  state.told = false;
  if (reset) {
    context_->tell(event_kind::position_reset, severity::info, context::fetch)
        .about(to_string(where))
        .with("to offset " + std::to_string(offset));
  }
  context_->sink.positioned(where, state.version, offset);
}

void position_finder::again(const topic_partition& where, partition_state& state, error why, time_point now) {
  state.not_before = now + state.pause.next(context_->random);
  why.on(where.topic, where.partition);
  if (why.metadata_stale() || why == broker_errc::fenced_leader_epoch) need_metadata();
  const bool authorization = why == broker_errc::topic_authorization_failed ||
                             why == broker_errc::group_authorization_failed ||
                             why == errc::unsupported_by_broker;
  if (authorization && !std::exchange(state.told, true)) context_->sink.failed(why);
  context_->tell(event_kind::fetch_failed, severity::debug, context::fetch)
      .about(to_string(where))
      .because(std::move(why));
}

time_point position_finder::next_deadline() const {
  auto next = never;
  for (const auto& [where, state] : partitions_->entries()) {
    if (searching(state) && state.not_before > time_point{}) next = std::min(next, state.not_before);
  }
  return next;
}

}  // namespace kwire::core
