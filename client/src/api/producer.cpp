#include <time.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <kwire/client/producer.hpp>
#include <mutex>
#include <random>

#include "api/delivery_queue.hpp"
#include "api/make_engine.hpp"
#include "api/transaction_calls.hpp"
#include "core/config/producer_settings.hpp"
#include "core/producer/partitioner.hpp"
#include "core/producer/producer_core.hpp"

namespace kwire {
namespace {

using core::time_point;

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

/// What a thread remembers of the topic it produced to last: its slot, and the partition that records
/// without a key stick to. Each thread sticks to its own, so that threads do not queue for one lock.
struct lane {
  std::uint64_t instance = 0;
  core::topic_slot* topic = nullptr;
  core::sticky_place place;
};

/// Constant-initialised: a thread-local object with a constructor costs a call at every use.
struct thread_memory {
  std::array<lane, 8> lanes{};
  std::uint32_t last = 0;
  bool seeded = false;
  core::random_source random{0};
};
constinit thread_local thread_memory thread_here;

}  // namespace

class producer::impl final : public core::producer_sink {
 public:
  impl(std::shared_ptr<runtime::engine> engine, core::producer_settings settings, partition_function function)
      : engine_(std::move(engine)),
        settings_(settings),
        partitioner_(settings, std::move(function)),
        instance_(++last_instance),
        accumulator_(static_cast<std::size_t>(settings.batch_size),
                     static_cast<std::size_t>(settings.buffer_memory), [this] { engine_->wake(); }),
        reports_(settings.report_by_poll, [this](const char* what) { callback_threw(what); }),
        core_(engine_->settings(), settings, accumulator_, *this, std::random_device{}()),
        transactions_(*engine_, core_, !settings.transactional_id.empty()) {
    engine_->post([this] { engine_->add(core_); });
    if (settings_.acks != -1 && !settings_.idempotence) {
      engine_->tell(event{event_kind::config_notice, severity::info, context::eos}.with(
          "acks=" + std::to_string(settings_.acks) + " switches enable.idempotence off"));
    }
  }

  ~impl() {
    close(engine_->settings().close_timeout);
    run_on_io([this] { engine_->remove(core_); });
  }

  result<void> produce(const record& what, delivery_callback& report, bool wait) {
    if (closed_.load(std::memory_order_relaxed)) return error{errc::closed};
    if (auto why = transactions_.refusal()) [[unlikely]]
      return std::move(*why);
    auto& here = lane_of(what.topic());
    const auto* table = here.topic->partitions.load(std::memory_order_acquire);
    time_point deadline = core::never;
    if (table == nullptr) {
      deadline = runtime::deadline_after(settings_.max_block);
      auto known = wait_for_partitions(*here.topic, deadline);
      if (!known) return known.error();
      table = *known;
    }
    core::accumulator::item item;
    item.timestamp_ms = what.at() ? what.at()->time_since_epoch().count() : coarse_now_ms();
    item.key = octets(what.key());
    item.value = octets(what.value());
    item.opaque = what.opaque();
    item.headers = what.headers();
    const auto bound = protocol::batch_builder::record_bound(item.key, item.value, item.headers);
    if (bound > static_cast<std::size_t>(settings_.max_request_size)) [[unlikely]] {
      return too_large(what, bound);
    }
    auto outcome = append(what, here, *table, item, bound, report, wait, deadline);
    if (engine_->turn_wanted()) [[unlikely]]
      engine_->take_turn();
    return outcome;
  }

  std::size_t flush(time_point deadline) {
    const auto serial = accumulator_.last_serial();
    engine_->post([this, serial] { core_.flush(serial); });
    if (reports_.inside_callback() || engine_->on_io_thread()) return unfinished();
    if (settings_.report_by_poll) {
      while (!reports_.wait(serial, time_point{})) {
        if (std::chrono::steady_clock::now() >= deadline) return unfinished();
        serve(std::min(deadline, runtime::deadline_after(std::chrono::milliseconds{50})));
      }
      return 0;
    }
    engine_->drive(deadline, false, [&] { return reports_.settled(serial); });
    return wait_for_reports(serial, deadline) ? 0 : unfinished();
  }

  std::size_t poll(milliseconds limit) {
    if (!settings_.report_by_poll) return 0;
    return limit.count() > 0 ? serve(runtime::deadline_after(limit)) : reports_.serve(time_point{});
  }

  void purge() {
    engine_->post([this] { core_.purge(error{errc::purged, "the application purged its records"}); });
  }

  std::size_t close(milliseconds limit) {
    if (closed_.exchange(true)) return 0;
    const auto until = runtime::deadline_after(limit);
    if (has_open_transaction()) (void)abort_transaction(until);
    const auto left = flush(until);
    accumulator_.pool().stop();
    run_on_io(
        [this] { core_.abandon(error{errc::purged, "the producer was closed before it was delivered"}); });
    if (settings_.report_by_poll) reports_.serve(time_point{});
    if (left > 0) {
      engine_->tell(event{event_kind::records_undelivered, severity::warning, context::msg}.with(
          std::to_string(left) + " records were not delivered when the producer closed"));
    }
    return left;
  }

  result<void> init_transactions(time_point deadline) {
    return transact([deadline](auto& core, auto done) { core.init(deadline, std::move(done)); });
  }

  result<void> begin_transaction() {
    return transact([](auto& core, auto done) { done(core.begin()); });
  }

  result<void> send_offsets(const offset_map& offsets, const consumer_group_metadata& group,
                            time_point deadline) {
    std::vector<core::commit_entry> entries;
    for (const auto& [where, kept] : offsets) {
      entries.emplace_back(where, kept.offset, no_leader_epoch, kept.metadata);
    }
    const core::commit_identity who{group.group, group.member, group.instance, group.generation};
    return transact([&, deadline](auto& core, auto done) {
      core.send_offsets(who, std::move(entries), deadline, std::move(done));
    });
  }

  result<void> commit_transaction(time_point deadline) {
    // So that the reports have run when this returns. Records that fail are the core's to judge.
    if (const auto left = flush(deadline); left > 0) {
      return error{errc::timed_out,
                   std::to_string(left) +
                       " records of the transaction have no outcome yet; call commit again or abort"};
    }
    return transact([deadline](auto& core, auto done) { core.commit(deadline, std::move(done)); });
  }

  result<void> abort_transaction(time_point deadline) {
    return transact([deadline](auto& core, auto done) { core.abort(deadline, std::move(done)); });
  }

  time_point deadline(timeout limit) const {
    return runtime::deadline_after(limit.value_or(settings_.max_block));
  }
  bool commit_pending() const noexcept {
    return transactions_.state() == core::transaction_state::committing;
  }
  bool registered() const noexcept {
    const auto state = transactions_.state();
    return state != core::transaction_state::unregistered && state != core::transaction_state::registering;
  }

  result<std::size_t> partitions(std::string_view topic) {
    auto known = wait_for_partitions(accumulator_.topic(topic), runtime::deadline_after(settings_.max_block));
    if (!known) return known.error();
    return (*known)->slots.size();
  }

  metrics_snapshot metrics() const { return engine_->metrics(); }

 private:
  lane& lane_of(std::string_view topic) {
    auto& memory = thread_here;
    auto& latest = memory.lanes[memory.last];
    if (latest.instance == instance_ && latest.topic->name == topic) [[likely]]
      return latest;
    return find_lane(memory, topic);
  }

  lane& find_lane(thread_memory& memory, std::string_view topic) {
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
    return memory.lanes[memory.last] = {instance_, &accumulator_.topic(topic), {}};
  }

  result<void> append(const record& what, lane& here, const core::partition_table& table,
                      const core::accumulator::item& item, std::size_t bound, delivery_callback& report,
                      bool wait, time_point deadline) {
    std::optional<std::int32_t> fixed;
    std::optional<error> refused;
    if (!partitioner_.wanted(what, *here.topic, table, thread_here.random, fixed, refused)) [[unlikely]]
      return std::move(*refused);
    if (fixed && static_cast<std::size_t>(*fixed) >= table.slots.size()) {  // below zero is far above, too
      error why{errc::unknown_partition,
                "the topic has " + std::to_string(table.slots.size()) + " partitions"};
      return why.on(what.topic(), partition_id{*fixed});
    }
    for (;;) {
      const auto index = fixed ? static_cast<std::uint32_t>(*fixed)
                               : partitioner_.place(here.place, table, thread_here.random);
      const auto how = fixed ? core::accumulator::placing::fixed : partitioner_.placing(here.place);
      std::size_t needed = 0;
      switch (accumulator_.append(*table.slots[index], item, report, how, needed)) {
        case core::accumulator::appended::ok:
          if (!fixed) here.place.given += bound;
          return {};
        case core::accumulator::appended::full: partitioner_.full(here.place, bound); break;
        case core::accumulator::appended::no_memory:
          if (!wait) return queue_full(what);
          if (deadline == core::never) deadline = runtime::deadline_after(settings_.max_block);
          accumulator_.hurry();
          if (engine_->on_io_thread()) return error{errc::would_deadlock};
          if (!wait_for_room(needed, deadline)) return closed_ ? error{errc::closed} : queue_full(what);
          break;
      }
      if (closed_.load(std::memory_order_relaxed)) return error{errc::closed};
    }
  }

  bool wait_for_room(std::size_t needed, time_point deadline) {
    engine_->take_turn();
    const runtime::engine::plain_wait waiting{*engine_};
    return accumulator_.pool().wait_for(needed, deadline);
  }

  result<const core::partition_table*> wait_for_partitions(core::topic_slot& topic, time_point deadline) {
    const auto found = [&] { return topic.partitions.load(std::memory_order_acquire); };
    if (const auto* table = found()) return table;
    if (engine_->on_io_thread()) return error{errc::would_deadlock};
    const runtime::engine::plain_wait waiting{*engine_};
    const auto unknown_until = std::min(deadline, runtime::deadline_after(settings_.topic_propagation));
    std::unique_lock guard{topics_lock_};
    for (;;) {
      if (const auto* table = found()) return table;
      if (broken_) return *broken_;
      if (closed_) return error{errc::closed};
      const broker_errc problem{topic.problem.load(std::memory_order_acquire)};
      if (problem != broker_errc::none && !is_retriable(problem)) return error{problem}.on(topic.name);
      const bool unknown = problem == broker_errc::unknown_topic_or_partition;
      const auto until = unknown ? unknown_until : deadline;
      if (topics_changed_.wait_until(guard, until) == std::cv_status::timeout) {
        if (unknown) return error{errc::unknown_topic}.on(topic.name);
        return no_metadata(topic, problem);
      }
    }
  }

  error no_metadata(const core::topic_slot& topic, broker_errc problem) {
    auto text = std::string{"no metadata of the topic within max.block.ms"};
    if (problem != broker_errc::none) text += ": " + to_string(problem);
    for (const auto& broker : engine_->metrics().brokers) {
      if (!broker.last_failure.empty()) text += "; " + broker.last_failure;
    }
    return error{errc::timed_out, text}.on(topic.name);
  }

  error too_large(const record& what, std::size_t size) const {
    error why{errc::record_too_large, "up to " + std::to_string(size) + " octets against max.request.size=" +
                                          std::to_string(settings_.max_request_size)};
    return why.on(what.topic());
  }

  error queue_full(const record& what) const {
    error why{errc::queue_full, "buffer.memory=" + std::to_string(settings_.buffer_memory)};
    return why.on(what.topic());
  }

  std::size_t serve(time_point deadline) {
    if (!reports_.any()) engine_->drive(deadline, false, [this] { return reports_.any(); });
    if (reports_.any()) return reports_.serve(time_point{});
    const runtime::engine::plain_wait waiting{*engine_};
    return reports_.serve(deadline);
  }

  bool wait_for_reports(std::uint64_t serial, time_point deadline) {
    if (reports_.wait(serial, time_point{})) return true;
    const runtime::engine::plain_wait waiting{*engine_};
    return reports_.wait(serial, deadline);
  }

  result<void> transact(const api_detail::transaction_calls::call& what) {
    if (closed_ && !has_open_transaction()) return error{errc::closed};
    if (!transactions_.used()) return error{errc::invalid_state, "the producer has no transactional.id"};
    return transactions_.make(what);
  }

  bool has_open_transaction() const noexcept {
    const auto state = transactions_.state();
    return transactions_.used() &&
           (state == core::transaction_state::open || state == core::transaction_state::must_abort);
  }

  // core::producer_sink
  void transaction_changed() override { transactions_.changed(); }
  void finished(core::finished_batch done) override { reports_.push(std::move(done)); }
  void topics_changed() override {
    std::lock_guard guard{topics_lock_};
    broken_ = core_.broken();
    topics_changed_.notify_all();
  }

  void callback_threw(const char* what) {
    engine_->tell(event{event_kind::callback_threw, severity::error, context::msg}.with(what));
  }

  std::size_t unfinished() {
    std::size_t left = 0;
    run_on_io([&] { left = core_.unfinished_records(); });
    return left;
  }

  void run_on_io(const std::function<void()>& task) {
    if (engine_->on_io_thread()) return task();
    std::promise<void> done;
    auto waited = done.get_future();
    engine_->post([&] {
      task();
      done.set_value();
    });
    const runtime::engine::plain_wait waiting{*engine_};
    waited.wait();
  }

  std::shared_ptr<runtime::engine> engine_;
  const core::producer_settings settings_;
  const core::partitioner partitioner_;
  const std::uint64_t instance_;
  core::accumulator accumulator_;
  api_detail::delivery_queue reports_;
  core::producer_core core_;
  api_detail::transaction_calls transactions_;
  std::atomic<bool> closed_{false};
  std::mutex topics_lock_;
  std::condition_variable topics_changed_;
  std::optional<error> broken_;
};

namespace {

core::producer_settings read_settings(core::config_reader& reader, const producer_config& properties) {
  core::producer_settings settings;
  settings.read(reader);
  if (properties.partition_by() && reader.given("partitioner")) {
    reader.fault("partitioner: a partition function was given too");
  }
  return settings;
}

}  // namespace

producer::producer(const producer_config& properties, std::unique_ptr<observer> watcher) {
  core::config_reader reader{properties};
  core::producer_settings settings;
  auto engine = api_detail::make_engine(reader, std::move(watcher), [&] {
    settings = read_settings(reader, properties);
    reader.finish();
  });
  impl_ = std::make_unique<impl>(std::move(engine), settings, properties.partition_by());
}

producer::producer(const client& shared, const producer_config& properties) {
  core::config_reader reader{properties};
  const auto settings = read_settings(reader, properties);
  reader.finish();
  api_detail::tell_notices(*shared.engine(), reader);
  impl_ = std::make_unique<impl>(shared.engine(), settings, properties.partition_by());
}

producer::producer(producer&&) noexcept = default;
producer& producer::operator=(producer&&) noexcept = default;
producer::~producer() = default;

result<void> producer::produce(const record& what, delivery_callback on_delivery) {
  return impl_->produce(what, on_delivery, true);
}
result<void> producer::try_produce(const record& what, delivery_callback on_delivery) {
  return impl_->produce(what, on_delivery, false);
}
std::size_t producer::flush(milliseconds limit) { return impl_->flush(runtime::deadline_after(limit)); }
std::size_t producer::poll(milliseconds limit) { return impl_->poll(limit); }
void producer::purge() { impl_->purge(); }
std::size_t producer::close(milliseconds limit) { return impl_->close(limit); }
result<void> producer::init_transactions(timeout limit) {
  return impl_->init_transactions(impl_->deadline(limit));
}
result<void> producer::begin_transaction() { return impl_->begin_transaction(); }
result<void> producer::send_offsets_to_transaction(const offset_map& offsets,
                                                   const consumer_group_metadata& group, timeout limit) {
  return impl_->send_offsets(offsets, group, impl_->deadline(limit));
}
result<void> producer::commit_transaction(timeout limit) {
  return impl_->commit_transaction(impl_->deadline(limit));
}
result<void> producer::abort_transaction(timeout limit) {
  return impl_->abort_transaction(impl_->deadline(limit));
}
result<void> producer::register_once(timeout limit) {
  return impl_->registered() ? result<void>{} : init_transactions(limit);
}
bool producer::commit_pending() const noexcept { return impl_->commit_pending(); }
result<std::size_t> producer::partitions(std::string_view topic) { return impl_->partitions(topic); }
metrics_snapshot producer::metrics() const { return impl_->metrics(); }

}  // namespace kwire
