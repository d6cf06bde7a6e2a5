#include "transactional_app.hpp"

#include <utility>

#include "options.hpp"

namespace kwire::sim {

transactional_app::transactional_app(host& on, core::producer_settings settings, transaction_judge& history,
                                     std::uint64_t seed)
    : host_(on),
      settings_(std::move(settings)),
      history_(history),
      random_(seed),
      accumulator_(
          static_cast<std::size_t>(settings_.batch_size), static_cast<std::size_t>(settings_.buffer_memory),
          [this] { host_.wake(); }, [this] { return host_.now(); }),
      reports_(true, [](const char*) {}),
      core_(on.settings(), settings_, accumulator_, *this, random_.next()) {}

transactional_app::~transactional_app() {
  host_.detach(*this);
  host_.loop().remove(core_, host_.now());
}

void transactional_app::start(std::function<void()> ready, std::function<void(const error&)> broken) {
  ready_ = std::move(ready);
  broken_ = std::move(broken);
  host_.attach(*this);
  host_.loop().add(core_, host_.now());
  make(&transactional_app::initialize);
}

/// Calls come from the application, never from within the cores.
void transactional_app::make(step_of_work call, micros wait) {
  host_.at(host_.clock() + wait, [this, call] {
    if (step_ == step::gone) return;
    (this->*call)();
    host_.pump();
  });
}

/// Sometimes sooner than the answer can be there: the same call goes on with it later.
core::time_point transactional_app::deadline() {
  const auto wait = random_.below(4) == 0 ? 50 + random_.below(500) : 2000 + random_.below(3000);
  return host_.now() + std::chrono::milliseconds{wait};
}

core::transaction::done transactional_app::then(void (transactional_app::*next)(const result<void>&)) {
  return [this, next](result<void> how) {
    host_.at(host_.clock(), [this, next, how = std::move(how)] {
      if (step_ == step::gone) return;
      (this->*next)(how);
      host_.pump();
    });
  };
}

void transactional_app::initialize() {
  core_.transactions().init(deadline(), then(&transactional_app::initialized));
}

void transactional_app::initialized(const result<void>& how) {
  if (!how) {
    if (how.error().fatal()) return stop(how.error());
    return make(&transactional_app::initialize, 20 * millisecond);
  }
  step_ = step::idle;
  ready_();
}

void transactional_app::carry_out(transaction_work what, std::optional<core::commit_identity> member,
                                  completion then) {
  step_ = step::working;
  work_ = std::move(what);
  member_ = std::move(member);
  done_ = std::move(then);
  may_be_committed_ = waiting_ = false;
  number_ = history_.begin();
  if (!work_.offsets.empty()) history_.offsets(number_, work_.offsets);
  for (const auto& [where, keys] : work_.writes) {
    accumulator_.topic(where.first);
    for (const auto& key : keys) unwritten_.emplace_back(where, key);
  }
  make(&transactional_app::begin);
}

void transactional_app::begin() {
  if (const auto begun = core_.transactions().begin(); !begun) return stop(begun.error());
  write();
}

/// As long as the transaction is open; the rest of one that cannot be committed is not worth writing.
void transactional_app::write() {
  while (!unwritten_.empty() && core_.transactions().now_is() == core::transaction_state::open) {
    const auto& [where, key] = unwritten_.back();
    if (!append(where, key)) return make(&transactional_app::write, 10 * millisecond);
    unwritten_.pop_back();
  }
  if (!unwritten_.empty()) return end();
  if (!work_.offsets.empty()) return send_offsets();
  make(&transactional_app::end, work_.linger);
}

bool transactional_app::append(const place& where, const record_key& key) {
  const auto* table = accumulator_.topic(where.first).partitions.load(std::memory_order_acquire);
  if (table == nullptr) return false;
  auto& slot = *table->slots.at(static_cast<std::size_t>(where.second));
  const auto value = make_value({key, number_});
  core::accumulator::item item;
  item.timestamp_ms = 1'700'000'000'000 + host_.clock() / millisecond;
  item.value = as_bytes(value);
  for (;;) {
    delivery_callback call = [this, key, of = number_](const delivery& what) {
      --unreported_;
      if (!what) return;
      history_.acknowledged(of, key, {std::string{what.topic()}, raw(what.partition())}, what.offset());
    };
    std::size_t needed = 0;
    switch (accumulator_.append(slot, item, call, core::accumulator::placing::fixed, needed)) {
      case core::accumulator::appended::ok: ++unreported_; return true;
      case core::accumulator::appended::full: break;
      case core::accumulator::appended::no_memory: accumulator_.hurry(); return false;
    }
  }
}

void transactional_app::send_offsets() {
  std::vector<core::commit_entry> entries;
  for (const auto& [partition, offset] : work_.offsets) {
    entries.push_back({{topic_name, partition_id{partition}}, offset, no_leader_epoch, {}});
  }
  core_.transactions().send_offsets(*member_, std::move(entries), deadline(),
                                    then(&transactional_app::offsets_sent));
}

void transactional_app::offsets_sent(const result<void>& how) {
  if (how) return make(&transactional_app::end, work_.linger);
  if (how.error().fatal()) return stop(how.error());
  work_.commit = false;
  end();
}

void transactional_app::end() {
  if (core_.transactions().now_is() != core::transaction_state::open) work_.commit = false;
  if (!work_.commit) return abort();
  core_.flush(accumulator_.last_serial());
  accumulator_.hurry();
  waiting_ = unreported_ > 0;
  if (!waiting_) commit();
}

void transactional_app::pumped() {
  if (reports_.any()) reports_.serve(core::time_point{});
  if (unreported_ > 0 || !std::exchange(waiting_, false)) return;
  make(&transactional_app::commit);
}

void transactional_app::commit() {
  may_be_committed_ = true;
  history_.ends(number_, true);
  core_.transactions().commit(deadline(), then(&transactional_app::committed));
}

void transactional_app::committed(const result<void>& how) {
  if (how) return settle(true);
  if (how.error() == errc::timed_out) return make(&transactional_app::commit, 10 * millisecond);
  if (how.error().fatal()) return stop(how.error());
  may_be_committed_ = false;
  abort();
}

void transactional_app::abort() {
  if (!may_be_committed_) history_.ends(number_, false);
  core_.transactions().abort(deadline(), then(&transactional_app::aborted));
}

void transactional_app::aborted(const result<void>& how) {
  if (how) return settle(false);
  if (how.error().fatal()) return stop(how.error());
  make(&transactional_app::abort, 10 * millisecond);
}

void transactional_app::settle(bool committed) {
  history_.ended(number_, committed);
  unwritten_.clear();
  step_ = step::idle;
  std::exchange(done_, nullptr)(committed);
}

void transactional_app::stop(const error& why) {
  if (step_ == step::working) {
    history_.ended(number_, may_be_committed_ ? std::nullopt : std::optional{false});
  }
  step_ = step::gone;
  broken_(why);
}

void transactional_app::close() {
  step_ = step::gone;
  accumulator_.pool().stop();
  core_.abandon(error{errc::purged, "the producer was closed before it was delivered"});
  host_.pump();
}

}  // namespace kwire::sim
