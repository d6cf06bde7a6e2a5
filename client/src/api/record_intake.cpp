#include "api/record_intake.hpp"

#include <time.h>

#include <array>
#include <random>

namespace kwire::api_detail {

/// What a thread remembers of the topic it produced to last: its slot, and the partition that records
/// without a key stick to. Each thread sticks to its own, so that threads do not queue for one lock.
struct lane {
  std::uint64_t instance = 0;
  core::topic_slot* topic = nullptr;
  core::sticky_place place;
};

namespace {

/// CreateTime of records is in milliseconds; the coarse clock is a third of the price and 4 ms off at most.
std::int64_t coarse_now_ms() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

std::optional<bytes_view> octets(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return as_bytes(*text);
}

std::atomic<std::uint64_t> last_instance{0};

/// Constant-initialised: a thread-local object with a constructor costs a call at every use.
struct thread_memory {
  std::array<lane, 8> lanes{};
  std::uint32_t last = 0;
  bool seeded = false;
  core::random_source random{0};
};
constinit thread_local thread_memory thread_here;

}  // namespace

record_intake::record_intake(runtime::engine& engine, const core::producer_settings& settings,
                             core::accumulator& accumulator, const transaction_calls& transactions,
                             partition_function function)
    : engine_(&engine),
      settings_(&settings),
      partitioner_(settings, std::move(function)),
      accumulator_(&accumulator),
      transactions_(&transactions),
      instance_(++last_instance) {}

// From here to `accept` everything is one function for the compiler: calls in between cost a tenth of a
// record.

inline lane& record_intake::lane_of(std::string_view topic) {
  auto& memory = thread_here;
  auto& latest = memory.lanes[memory.last];
  if (latest.instance == instance_ && latest.topic->name == topic) [[likely]]
    return latest;
  return find_lane(topic);
}

[[gnu::always_inline]] inline record_intake::tried record_intake::append(
    const record& what, lane& here, const core::partition_table& table, const core::accumulator::item& item,
    std::size_t bound, delivery_callback& report, trial& state) {
  std::optional<std::int32_t> fixed;
  if (!partitioner_.wanted(what, *here.topic, table, thread_here.random, fixed, state.why)) [[unlikely]]
    return tried::refused;
  if (fixed && static_cast<std::size_t>(*fixed) >= table.slots.size()) {  // below zero is far above, too
    error why{errc::unknown_partition, "the topic has " + std::to_string(table.slots.size()) + " partitions"};
    return refuse(state, why.on(what.topic(), partition_id{*fixed}));
  }
  for (;;) {
    const auto index = fixed ? static_cast<std::uint32_t>(*fixed)
                             : partitioner_.place(here.place, table, thread_here.random);
    const auto how = fixed ? core::accumulator::placing::fixed : partitioner_.placing(here.place);
    switch (accumulator_->append(*table.slots[index], item, report, how, state.needed)) {
      case core::accumulator::appended::ok:
        if (!fixed) here.place.given += bound;
        return tried::accepted;
      case core::accumulator::appended::full: partitioner_.full(here.place, bound); break;
      case core::accumulator::appended::no_memory: return tried::no_room;
    }
    if (closed_.load(std::memory_order_relaxed)) return refuse(state, error{errc::closed});
  }
}

[[gnu::always_inline]] inline record_intake::tried record_intake::try_now(const record& what,
                                                                          delivery_callback& report,
                                                                          trial& state) {
  if (made_.of_parent()) [[unlikely]]
    return refuse(state, error{errc::forked});
  if (closed_.load(std::memory_order_relaxed)) return refuse(state, error{errc::closed});
  if (auto why = transactions_->refusal()) [[unlikely]]
    return refuse(state, std::move(*why));
  auto& here = lane_of(what.topic());
  state.topic = here.topic;
  const auto* table = here.topic->partitions.load(std::memory_order_acquire);
  if (table == nullptr) return tried::no_partitions;
  core::accumulator::item item;
  item.accepted_ms = coarse_now_ms();
  item.timestamp_ms = what.at() ? what.at()->time_since_epoch().count() : item.accepted_ms;
  item.key = octets(what.key());
  item.value = octets(what.value());
  item.opaque = what.opaque();
  item.headers = what.headers();
  const auto bound = protocol::batch_builder::record_bound(item.key, item.value, item.headers);
  if (bound > static_cast<std::size_t>(settings_->max_request_size)) [[unlikely]] {
    return refuse(state, too_large(what, bound));
  }
  const auto outcome = append(what, here, *table, item, bound, report, state);
  if (engine_->turn_wanted()) [[unlikely]]
    engine_->take_turn();
  return outcome;
}

result<void> record_intake::accept(const record& what, delivery_callback& report, milliseconds limit,
                                   bool wait_for_room) {
  trial state;
  const auto outcome = try_now(what, report, state);
  if (outcome == tried::accepted) [[likely]]
    return {};
  return accept_late(what, report, outcome, state, runtime::deadline_after(limit),
                     wait_for_room && limit.count() > 0);
}

record_intake::tried record_intake::attempt(const record& what, delivery_callback& report, trial& state) {
  return try_now(what, report, state);
}

/// What could not be accepted at once.
result<void> record_intake::accept_late(const record& what, delivery_callback& report, tried outcome,
                                        trial& state, time_point deadline, bool wait_for_room) {
  for (; outcome != tried::accepted; outcome = attempt(what, report, state)) {
    if (outcome == tried::refused) return std::move(*state.why);
    if (outcome == tried::no_partitions) {
      const auto known = wait_for_partitions(*state.topic, deadline);
      if (!known) return known.error();
      continue;
    }
    if (!wait_for_room) return queue_full(what);
    if (engine_->on_io_thread()) return error{errc::would_deadlock};
    accumulator_->hurry();
    if (!this->wait_for_room(state.needed, deadline)) {
      return closed() ? error{errc::closed} : queue_full(what);
    }
  }
  return {};
}

produced record_intake::accept_all(std::span<const record> records, milliseconds limit) {
  delivery_callback none;
  std::optional<time_point> deadline;
  for (std::size_t i = 0; i < records.size(); ++i) {
    trial state;
    const auto outcome = try_now(records[i], none, state);
    if (outcome == tried::accepted) [[likely]]
      continue;
    if (!deadline) deadline = runtime::deadline_after(limit);
    auto late = accept_late(records[i], none, outcome, state, *deadline, limit.count() > 0);
    if (!late) return {i, std::move(late.error())};
  }
  return {records.size(), std::nullopt};
}

bool record_intake::wait_for_room(std::size_t needed, time_point deadline) {
  engine_->take_turn();
  const runtime::engine::plain_wait waiting{*engine_};
  return accumulator_->pool().wait_for(needed, deadline);
}

lane& record_intake::find_lane(std::string_view topic) {
  auto& memory = thread_here;
  for (std::uint32_t i = 0; i < memory.lanes.size(); ++i) {
    auto& known = memory.lanes[i];
    if (known.instance != instance_ || known.topic->name != topic) continue;
    memory.last = i;
    return known;
  }
  if (!memory.seeded) {
    memory.random = core::random_source{std::random_device{}()};
    memory.seeded = true;
  }
  memory.last = (memory.last + 1) % static_cast<std::uint32_t>(memory.lanes.size());
  return memory.lanes[memory.last] = {instance_, &accumulator_->topic(topic), {}};
}

record_intake::patience record_intake::patience_until(time_point deadline) const {
  return {deadline, std::min(deadline, runtime::deadline_after(settings_->topic_propagation))};
}

std::optional<record_intake::partitions> record_intake::look(const core::topic_slot& topic,
                                                             const patience& limits, time_point& until) {
  std::lock_guard guard{topics_lock_};
  if (const auto* table = topic.partitions.load(std::memory_order_acquire)) return table;
  if (broken_) return *broken_;
  if (closed_) return error{errc::closed};
  const broker_errc problem{topic.problem.load(std::memory_order_acquire)};
  if (problem != broker_errc::none && !is_retriable(problem)) return error{problem}.on(topic.name);
  until = problem == broker_errc::unknown_topic_or_partition ? limits.unknown_until : limits.deadline;
  return std::nullopt;
}

record_intake::partitions record_intake::wait_for_partitions(core::topic_slot& topic, time_point deadline) {
  if (const auto* table = topic.partitions.load(std::memory_order_acquire)) return table;
  if (engine_->on_io_thread()) return error{errc::would_deadlock};
  const auto limits = patience_until(deadline);
  const runtime::engine::plain_wait waiting{*engine_};
  for (;;) {
    std::uint64_t seen = 0;
    {
      std::lock_guard guard{topics_lock_};
      seen = changed_;
    }
    time_point until;
    if (auto found = look(topic, limits, until)) return std::move(*found);
    std::unique_lock guard{topics_lock_};
    const auto changed = [&] { return changed_ != seen; };
    const bool news = until == core::never ? (topics_changed_.wait(guard, changed), true)
                                           : topics_changed_.wait_until(guard, until, changed);
    guard.unlock();  // the loop may want the lock before it gives the metrics
    if (!news) return gave_up(topic, engine_->metrics());
  }
}

bool record_intake::close() {
  if (closed_.exchange(true)) return false;
  {
    std::lock_guard guard{topics_lock_};
    ++changed_;
    topics_changed_.notify_all();
  }
  changes_.ring();
  return true;
}

void record_intake::topics_changed(const std::optional<error>& broken) {
  {
    std::lock_guard guard{topics_lock_};
    broken_ = broken;
    ++changed_;
    topics_changed_.notify_all();
  }
  changes_.ring();
}

record_intake::tried record_intake::refuse(trial& state, error why) const {
  state.why = std::move(why);
  return tried::refused;
}

error record_intake::gave_up(const core::topic_slot& topic, const metrics_snapshot& now) {
  const broker_errc problem{topic.problem.load(std::memory_order_acquire)};
  if (problem == broker_errc::unknown_topic_or_partition) return error{errc::unknown_topic}.on(topic.name);
  auto text = std::string{"no metadata of the topic in time (max.block.ms)"};
  if (problem != broker_errc::none) text += ": " + to_string(problem);
  for (const auto& broker : now.brokers) {
    if (!broker.last_failure.empty()) text += "; " + broker.last_failure;
  }
  return error{errc::timed_out, text}.on(topic.name);
}

error record_intake::too_large(const record& what, std::size_t size) const {
  error why{errc::record_too_large, "up to " + std::to_string(size) + " octets against max.request.size=" +
                                        std::to_string(settings_->max_request_size)};
  return why.on(what.topic());
}

error record_intake::queue_full(const record& what) const {
  error why{errc::queue_full, "buffer.memory=" + std::to_string(settings_->buffer_memory)};
  return why.on(what.topic());
}

}  // namespace kwire::api_detail
