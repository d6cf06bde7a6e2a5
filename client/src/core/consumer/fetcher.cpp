#include "core/consumer/fetcher.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_reader.hpp>
#include <utility>

namespace kwire::core {
namespace {

using stage = partition_state::stage;

/// Batches of a record set as far as they make sense one after the other.
struct extent {
  std::size_t bytes = 0;       ///< of whole, ordered batches
  std::int64_t next = 0;       ///< behind the last of them
  std::optional<error> fault;  ///< what is wrong with the following one
};

/// Finds where the records end without looking at any. A batch whose offsets do not lie behind those
/// before it is broken, whatever its checksum says: the base offset is not covered by it.
extent measure(const protocol::record_set& input, std::int64_t from) {
  extent found{0, from, {}};
  auto set = input;
  for (const auto& batch : set) {
    if (batch.last_offset < found.next) {
      // Brokers start with the batch that holds the offset; older batches before it are not theirs.
      found.fault = error{errc::corrupt_data, "a batch ends at offset " + std::to_string(batch.last_offset) +
                                                  " where " + std::to_string(found.next) + " was due"};
      return found;
    }
    found.bytes = batch.at + batch.raw.size();
    found.next = batch.next_offset();
  }
  if (set.error()) found.fault = error{errc::corrupt_data, set.error_info().message()};
  return found;
}

constexpr std::int16_t first_to_wait_here = 8;  // before KIP-219 the broker has waited itself

bool is_stale(broker_errc code) {
  return needs_metadata_refresh(code) || code == broker_errc::fenced_leader_epoch ||
         code == broker_errc::unknown_topic_id || code == broker_errc::inconsistent_topic_id ||
         code == broker_errc::kafka_storage_error || code == broker_errc::replica_not_available;
}

}  // namespace

const fetch_session* fetcher::session(node_id node) const {
  const auto found = brokers_.find(node);
  return found == brokers_.end() ? nullptr : &found->second.session;
}

void fetcher::need_metadata() {
  if (!std::exchange(refresh_asked_, true)) context_->out.refresh_metadata = true;
}

std::map<node_id, fetch_targets> fetcher::targets(time_point now) {
  std::map<node_id, fetch_targets> wanted;
  const topic_info* topic = nullptr;
  for (auto& [where, state] : partitions_->entries()) {
    if (state.now == stage::fetching && state.not_before <= now) state.not_before = {};
    if (!state.wants_data(now)) continue;
    if (topic == nullptr || topic->name != where.topic) topic = context_->metadata->find(where.topic);
    const auto* place = context_->metadata->find(where.topic, where.partition);
    if (topic == nullptr || place == nullptr || place->leader == no_node ||
        context_->metadata->find(place->leader) == nullptr) {
      if (reading_table::wait_for_leader(state, now, context_->random)) need_metadata();
      continue;
    }
    wanted[place->leader].try_emplace(
        where, fetch_target{state.offset, place->epoch, state.max_bytes, topic->id, state.version});
  }
  return wanted;
}

void fetcher::advance(time_point now) {
  auto wanted = targets(now);
  waits_for_room_ = false;
  for (auto& [node, from] : brokers_) {
    if (from.not_before <= now) from.not_before = {};  // no deadline lies in the past
  }
  for (auto& [node, list] : wanted) {
    auto& from = brokers_.try_emplace(node, context_->make_pause()).first->second;
    if (from.in_flight || now < from.not_before) continue;
    if (!ask(node, std::move(list), now)) waits_for_room_ = true;
  }
}

/// What a fetch may bring in. Every broker gets a share of what is free, so that none starves the others. An
/// answer is at most an eighth of the budget: one is handed over while the next waits and a third arrives,
/// and larger ones would only make all three larger.
std::size_t fetcher::room(std::size_t brokers) {
  const auto budget = static_cast<std::size_t>(context_->settings.budget_bytes());
  // Woken at half: with every batch handed over a little room appears, and fetches of crumbs cost more.
  const auto used = context_->sink.used_bytes(waits_for_room_ ? budget / 2 : 0);
  std::size_t reserved = 0;
  for (const auto& [node, from] : brokers_) reserved += from.reserved;
  if (used + reserved >= budget) return 0;
  const auto share = (budget - used - reserved) / std::max<std::size_t>(brokers, 1);
  const auto& settings = context_->settings;
  const auto part = std::max(budget / 8, static_cast<std::size_t>(settings.max_partition_fetch_bytes));
  return std::min({share, part, static_cast<std::size_t>(settings.fetch_max_bytes)});
}

bool fetcher::ask(node_id node, fetch_targets wanted, time_point now) {
  std::size_t idle = 1;
  for (const auto& [other, from] : brokers_) idle += !from.in_flight && other != node;
  const auto& settings = context_->settings;
  const auto least = std::min<std::int64_t>(settings.max_partition_fetch_bytes, settings.budget_bytes() / 4);
  auto most = room(idle);
  if (most < static_cast<std::size_t>(least)) {
    waits_for_room_ = true;
    most = room(idle);  // asks again, now to be woken: room may have appeared in between
    if (most < static_cast<std::size_t>(least)) return false;
  }
  auto& from = brokers_.at(node);
  request asked;
  asked.body = from.session.next(std::move(wanted), settings, static_cast<std::int32_t>(most));
  asked.to = destination::broker(node);
  asked.kind = traffic::fetch;
  asked.owner = context_->owner;
  asked.usable.max = from.session.highest_version();
  asked.deadline = now + context_->client.request_timeout + settings.fetch_max_wait;
  from.in_flight = true;
  from.reserved = most;
  ++fetches_;
  context_->calls.send(std::move(asked), [this, node](response answer, time_point at) {
    on_answer(node, std::move(answer), at);
  });
  return true;
}

void fetcher::failed(node_id node, broker& from, error why, time_point now) {
  from.session.lost();
  from.not_before = now + from.pause.next(context_->random);
  context_->tell(event_kind::fetch_failed, severity::warning, context::fetch)
      .at(node)
      .because(std::move(why));
}

void fetcher::on_answer(node_id node, response answer, time_point now) {
  auto& from = brokers_.at(node);
  from.in_flight = false;
  from.reserved = 0;
  if (auto read = read_response(answer_, answer); !read) {
    if (answer.failure && !context_->metadata->find(node)) need_metadata();
    if (answer.failure) need_metadata();  // a dead broker's partitions are led by others soon
    return failed(node, from, read.error(), now);
  }
  if (answer_.throttle_time_ms > 0 && answer.version >= first_to_wait_here) {
    const auto until = now + std::chrono::milliseconds{answer_.throttle_time_ms};
    context_->out.throttled.emplace_back(node, until);
    from.not_before = std::max(from.not_before, until);
  }
  const auto code = static_cast<broker_errc>(answer_.error_code);
  // A copy is not needed: partitions found in the answer are looked up in what was asked.
  if (!from.session.answered(answer.version, code, answer_.session_id)) {
    context_->tell(event_kind::fetch_session_reset, severity::debug, context::fetch).at(node);
    const bool of_session = code == broker_errc::fetch_session_id_not_found ||
                            code == broker_errc::invalid_fetch_session_epoch || code == broker_errc::none;
    // Told twice in a row it is no eviction: wait, so that two sides that disagree do not spin.
    if (of_session && from.pause.failures() == 0) {
      (void)from.pause.next(context_->random);
      return;
    }
    if (code != broker_errc::none && !of_session) need_metadata();
    return failed(node, from, error{code}.in(api::fetch), now);
  }
  from.pause.reset();
  bytes_ += answer.body.content().size();
  std::set<std::pair<std::string_view, partition_id>> seen;
  for (auto& topic : answer_.responses) {
    if (answer.version >= 13) {
      const auto known = context_->metadata->names.find(topic.topic_id);
      if (known == context_->metadata->names.end()) continue;
      topic.name = known->second;
    }
    for (auto& data : topic.partitions) {
      const topic_partition where{topic.name, data.partition_index};
      const auto asked = from.session.asked().find(where);
      if (asked == from.session.asked().end()) continue;  // nobody asked
      if (!seen.emplace(asked->first.topic, where.partition).second) continue;
      on_partition(node, where, asked->second, data, answer.body, now);
    }
  }
  if (!context_->out.leaders.empty()) context_->out.leaders.add_brokers(answer_.node_endpoints);
  if (!chunks_.empty()) context_->sink.fetched(std::exchange(chunks_, {}));
}

void fetcher::on_partition(node_id node, const topic_partition& where, const fetch_target& asked,
                           answer_partition& data, const frame& keep, time_point now) {
  // The answer to an earlier period of the partition says nothing about this one.
  auto* state = partitions_->find(where, asked.version);
  if (state == nullptr || state->now != stage::fetching || state->offset != asked.offset) return;
  const auto code = static_cast<broker_errc>(data.error_code);
  if (code != broker_errc::none) {
    on_error(node, where, *state, code, now);
    // With the leader known nothing has to be waited for; an old epoch changes nothing, and waits.
    const auto* known = context_->metadata->find(where.topic, where.partition);
    const bool newer = known == nullptr || data.current_leader.epoch > known->epoch;
    if (is_stale(code) && newer &&
        context_->out.leaders.add(where.topic, where.partition, data.current_leader)) {
      state->not_before = {};
    }
    return;
  }
  if (state->paused) return;
  state->pause.reset();
  state->told = false;
  on_records(where, *state, data, keep);
}

void fetcher::on_records(const topic_partition& where, partition_state& state, answer_partition& data,
                         const frame& keep) {
  const protocol::record_set set{data.records.value_or(bytes_view{})};
  auto found = measure(set, state.offset);
  if (found.bytes == 0 && !found.fault && data.records && !data.records->empty()) {
    // Brokers before 0.10.1 cut even the first batch: ask for as much as it needs.
    const auto need = protocol::record_set{*data.records}.first_batch_size();
    const auto limit = static_cast<std::size_t>(context_->client.receive_message_max_bytes);
    const auto doubled = static_cast<std::size_t>(state.max_bytes) * 2;
    if (need > limit || doubled > limit) {
      state.now = stage::stopped;
      context_->sink.failed(error{errc::batch_too_large, "a batch of " + std::to_string(need) +
                                                             " octets is above receive.message.max.bytes"}
                                .on(where.topic, where.partition)
                                .at_offset(state.offset));
      return;
    }
    state.max_bytes = static_cast<std::int32_t>(std::max(need, doubled));
    return;
  }
  const auto end = context_->settings.level == isolation::read_committed && data.last_stable_offset >= 0
                       ? data.last_stable_offset
                       : data.high_watermark;
  if (found.next != state.offset) state.end_told = false;
  const bool at_end = !found.fault && found.next >= end && !state.end_told;
  if (found.bytes == 0 && !found.fault && !at_end) return;
  if (at_end) state.end_told = true;

  auto& chunk = chunks_.emplace_back();
  chunk.where = where;
  chunk.version = state.version;
  chunk.from = state.offset;
  chunk.next = found.next;
  if (found.bytes > 0) {
    chunk.keep = keep;
    chunk.records = data.records->first(found.bytes);
  }
  chunk.high_watermark = data.high_watermark;
  chunk.last_stable = data.last_stable_offset;
  chunk.log_start = data.log_start_offset;
  chunk.at_end = at_end;
  if (context_->settings.level == isolation::read_committed && data.aborted_transactions) {
    chunk.aborted = std::move(*data.aborted_transactions);
  }
  state.offset = found.next;
  if (found.fault) {
    // Told behind the records before it; the application's side decides whether to ask once more.
    chunk.fault = std::move(found.fault);
    state.now = stage::stopped;
  }
}

void fetcher::retry(partition_state& state, time_point now, bool stale) {
  state.not_before = now + state.pause.next(context_->random);
  if (stale) need_metadata();
}

void fetcher::on_error(node_id node, const topic_partition& where, partition_state& state, broker_errc code,
                       time_point now) {
  if (code == broker_errc::offset_out_of_range) return out_of_range(node, where, state, now);
  const auto why = error{code}.in(api::fetch).on(where.topic, where.partition).at_offset(state.offset);
  retry(state, now, is_stale(code));
  const bool final =
      code == broker_errc::topic_authorization_failed || code == broker_errc::invalid_topic_exception;
  if (final && !std::exchange(state.told, true)) context_->sink.failed(why);
  context_
      ->tell(event_kind::fetch_failed, is_retriable(code) ? severity::debug : severity::warning,
             context::fetch)
      .at(node)
      .about(to_string(where))
      .because(why);
}

/// The position is not in the log: retention was faster, or data was lost. Whether to go to an end is the
/// policy's decision; that the answer belongs to the current position has been checked.
void fetcher::out_of_range(node_id node, const topic_partition& where, partition_state& state,
                           time_point now) {
  const auto why = error{broker_errc::offset_out_of_range}
                       .in(api::fetch)
                       .on(where.topic, where.partition)
                       .at_offset(state.offset);
  context_->tell(event_kind::position_reset, severity::warning, context::fetch)
      .at(node)
      .about(to_string(where))
      .because(why);
  if (context_->settings.reset == reset_policy::none) {
    state.now = stage::stopped;
    context_->sink.failed(
        error{errc::offset_out_of_range}.on(where.topic, where.partition).at_offset(state.offset));
    return;
  }
  state.now = stage::resetting;
  state.reset_to = context_->settings.reset == reset_policy::earliest ? earliest_timestamp : latest_timestamp;
  // At once the first time; a log that moves away again and again is not chased without a pause.
  retry(state, now, false);
  if (state.pause.failures() == 1) state.not_before = {};
}

time_point fetcher::next_deadline() const {
  auto next = never;
  for (const auto& [node, from] : brokers_) {
    if (!from.in_flight && from.not_before > time_point{}) next = std::min(next, from.not_before);
  }
  for (const auto& [where, state] : partitions_->entries()) {
    if (state.now == stage::fetching && state.not_before > time_point{})
      next = std::min(next, state.not_before);
  }
  return next;
}

}  // namespace kwire::core
