#include "api/producer_impl.hpp"

#include <future>
#include <random>

namespace kwire {
namespace {

// What buffer.memory grows by and up to when it is not given.
constexpr std::size_t room_of_a_partition = 32 * 1024;
constexpr std::size_t most_room = 64 * 1024 * 1024;

}  // namespace

producer::impl::impl(std::shared_ptr<runtime::engine> engine, core::producer_settings settings,
                     partition_function function)
    : engine_(std::move(engine)),
      settings_(std::move(settings)),
      accumulator_(static_cast<std::size_t>(settings_.batch_size),
                   static_cast<std::size_t>(settings_.buffer_memory), [this] { engine_->wake(); }),
      listeners_([this](const char* what) { callback_threw(what); }),
      reports_(
          settings_.report_by_poll, [this](const char* what) { callback_threw(what); }, &listeners_,
          [this] { outcomes_.ring(); }),
      core_(engine_->settings(), settings_, accumulator_, *this, std::random_device{}()),
      transactions_(*engine_, core_, !settings_.transactional_id.empty()),
      intake_(*engine_, settings_, accumulator_, transactions_, std::move(function)) {
  if (!settings_.buffer_explicit) accumulator_.widen_by(room_of_a_partition, most_room);
  engine_->post([this] { engine_->add(core_); });
  if (settings_.acks != -1 && !settings_.idempotence) {
    engine_->tell(event{event_kind::config_notice, severity::info, context::eos}.with(
        "acks=" + std::to_string(settings_.acks) + " switches enable.idempotence off"));
  }
}

producer::impl::~impl() {
  close(engine_->settings().close_timeout);
  run_on_io([this] {
    abandon();  // in case that an awaited close was dropped half-way
    engine_->remove(core_);
  });
}

produced producer::impl::produce_all(std::span<const record> records, milliseconds limit) {
  if (!intercepted()) return intake_.accept_all(records, limit);
  for (std::size_t i = 0; i < records.size(); ++i) {
    delivery_callback none;
    auto accepted = produce(records[i], none, limit, true);
    if (!accepted) return {i, std::move(accepted.error())};
  }
  return {records.size(), std::nullopt};
}

result<void> producer::impl::produce_intercepted(const record& what, delivery_callback& report,
                                                 milliseconds limit, bool wait_for_room) {
  auto changed = what;
  listeners_.on_send(changed);
  auto accepted = intake_.accept(changed, report, limit, wait_for_room);
  if (!accepted) listeners_.not_accepted(changed, accepted.error());
  return accepted;
}

std::optional<error> producer::impl::too_late_to_listen() const {
  if (forked()) return error{errc::forked};
  if (intake_.closed()) return error{errc::closed};
  if (accumulator_.last_serial() == 0) return std::nullopt;
  return error{errc::invalid_state, "records were produced already"};
}

result<void> producer::impl::report_to(delivery_batch_callback on_batch) {
  if (auto why = too_late_to_listen()) return std::move(*why);
  if (!listeners_.set(std::move(on_batch))) return error{errc::invalid_state, "report_to was called before"};
  accumulator_.tell_all();
  return {};
}

result<void> producer::impl::intercept(std::shared_ptr<producer_interceptor> one) {
  if (auto why = too_late_to_listen()) return std::move(*why);
  if (!one) return error{errc::invalid_argument, "no interceptor"};
  listeners_.add(std::move(one));
  intercepted_.store(true, std::memory_order_relaxed);
  accumulator_.tell_all();
  return {};
}

std::size_t producer::impl::flush(time_point deadline) {
  if (forked()) return 0;
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

std::size_t producer::impl::poll(milliseconds limit) {
  if (!settings_.report_by_poll || forked()) return 0;
  return limit.count() > 0 ? serve(runtime::deadline_after(limit)) : reports_.serve(time_point{});
}

void producer::impl::purge(purging what) {
  if (forked()) return;
  engine_->post([this, what] {
    const error why{errc::purged, "the application purged its records"};
    what == purging::queued ? core_.purge(why) : core_.purge_all(why);
  });
}

std::size_t producer::impl::close(milliseconds limit) {
  if (forked() || !intake_.close()) return 0;
  const auto until = runtime::deadline_after(limit);
  if (has_open_transaction()) (void)transact(abort_call(until));
  const auto left = flush(until);
  accumulator_.pool().stop();
  run_on_io([this] { abandon(); });
  closed_with(left);
  return left;
}

/// Where the loop runs.
void producer::impl::abandon() {
  core_.abandon(error{errc::purged, "the producer was closed before it was delivered"});
}

void producer::impl::closed_with(std::size_t left) {
  if (settings_.report_by_poll) reports_.serve(time_point{});
  if (left == 0) return;
  engine_->tell(event{event_kind::records_undelivered, severity::warning, context::msg}.with(
      std::to_string(left) + " records were not delivered when the producer closed"));
}

producer::impl::transaction_call producer::impl::init_call(time_point deadline) {
  return [deadline](auto& core, auto done) { core.init(deadline, std::move(done)); };
}

producer::impl::transaction_call producer::impl::begin_call() {
  return [](auto& core, auto done) { done(core.begin()); };
}

producer::impl::transaction_call producer::impl::offsets_call(const offset_map& offsets,
                                                              const consumer_group_metadata& group,
                                                              time_point deadline) {
  std::vector<core::commit_entry> entries;
  for (const auto& [where, kept] : offsets) {
    entries.emplace_back(where, kept.offset, no_leader_epoch, kept.metadata);
  }
  const core::commit_identity who{group.group, group.member, group.instance, group.generation};
  return [who, entries = std::move(entries), deadline](auto& core, auto done) {
    core.send_offsets(who, entries, deadline, std::move(done));
  };
}

producer::impl::transaction_call producer::impl::commit_call(time_point deadline) {
  return [deadline](auto& core, auto done) { core.commit(deadline, std::move(done)); };
}

producer::impl::transaction_call producer::impl::abort_call(time_point deadline) {
  return [deadline](auto& core, auto done) { core.abort(deadline, std::move(done)); };
}

error producer::impl::still_under_way(std::size_t records) {
  return error{errc::timed_out,
               std::to_string(records) +
                   " records of the transaction have no outcome yet; call commit again or abort"};
}

result<void> producer::impl::commit_transaction(time_point deadline) {
  if (auto why = no_transactions()) return std::move(*why);
  // So that the reports have run when this returns. Records that fail are the core's to judge.
  if (const auto left = flush(deadline); left > 0) return still_under_way(left);
  return transact(commit_call(deadline));
}

bool producer::impl::registered() const noexcept {
  const auto state = transactions_.state();
  return state != core::transaction_state::unregistered && state != core::transaction_state::registering;
}

std::optional<error> producer::impl::no_transactions() const {
  if (forked()) return error{errc::forked};
  if (intake_.closed() && !has_open_transaction()) return error{errc::closed};
  if (!transactions_.used()) return error{errc::invalid_state, "the producer has no transactional.id"};
  return std::nullopt;
}

result<void> producer::impl::transact(const transaction_call& what) {
  if (auto why = no_transactions()) return std::move(*why);
  return transactions_.make(what);
}

bool producer::impl::has_open_transaction() const noexcept {
  const auto state = transactions_.state();
  return transactions_.used() &&
         (state == core::transaction_state::open || state == core::transaction_state::must_abort);
}

result<std::size_t> producer::impl::partitions(std::string_view topic) {
  if (forked()) return error{errc::forked};
  auto known =
      intake_.wait_for_partitions(accumulator_.topic(topic), runtime::deadline_after(settings_.max_block));
  if (!known) return known.error();
  return (*known)->slots.size();
}

std::size_t producer::impl::serve(time_point deadline) {
  if (!reports_.any()) engine_->drive(deadline, false, [this] { return reports_.any(); });
  if (reports_.any()) return reports_.serve(time_point{});
  const runtime::engine::plain_wait waiting{*engine_};
  return reports_.serve(deadline);
}

bool producer::impl::wait_for_reports(std::uint64_t serial, time_point deadline) {
  if (reports_.wait(serial, time_point{})) return true;
  const runtime::engine::plain_wait waiting{*engine_};
  return reports_.wait(serial, deadline);
}

/// Told by the clock once a batch, and only if somebody wants to know.
void producer::impl::finished(core::finished_batch done) {
  if (!done.content->reports.empty()) done.at = std::chrono::steady_clock::now();
  reports_.push(std::move(done));
}

void producer::impl::callback_threw(const char* what) {
  engine_->tell(event{event_kind::callback_threw, severity::error, context::msg}.with(what));
}

std::size_t producer::impl::unfinished() {
  std::size_t left = 0;
  run_on_io([&] { left = core_.unfinished_records(); });
  return left;
}

void producer::impl::run_on_io(const std::function<void()>& task) {
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

}  // namespace kwire
