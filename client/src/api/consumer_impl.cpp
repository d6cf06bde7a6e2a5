#include "api/consumer_impl.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace kwire {
namespace {

/// Octets of one poll from which on the I/O thread had better fetch while the application works.
constexpr std::size_t plenty = 64 * 1024;

/// Sets a flag for as long as a call runs.
class scope_flag {
 public:
  explicit scope_flag(bool& flag) noexcept : flag_(flag) { flag_ = true; }
  ~scope_flag() { flag_ = false; }
  scope_flag(const scope_flag&) = delete;
  scope_flag& operator=(const scope_flag&) = delete;

 private:
  bool& flag_;
};

}  // namespace

consumer::impl::body::body(const std::shared_ptr<runtime::engine>& engine, core::consumer_settings given)
    : settings(std::move(given)),
      handover(settings,
               [weak = std::weak_ptr<runtime::engine>{engine}] {
                 if (const auto alive = weak.lock()) alive->wake();
               }),
      core(engine->settings(), settings, handover, std::random_device{}(), engine->new_owner()) {}

consumer::impl::impl(std::shared_ptr<runtime::engine> engine, core::consumer_settings settings)
    : engine_(std::move(engine)), body_(std::make_shared<body>(engine_, std::move(settings))) {
  body_->handover.end_poll(now());
  engine_->post([raw = engine_.get(), body = body_] { raw->add(body->core); });
}

consumer::impl::~impl() { (void)close({}); }

std::optional<error> consumer::impl::refuse(bool blocks) const {
  if (forked()) return error{errc::forked};
  if (closed_) return error{errc::closed};
  if (blocks && engine_->on_io_thread()) return error{errc::would_deadlock};
  return std::nullopt;
}

core::time_point consumer::impl::deadline(timeout limit) const {
  return runtime::deadline_after(limit.value_or(body_->settings.default_api_timeout));
}

void consumer::impl::start(std::vector<core::partition_start> partitions) {
  if (partitions.empty()) return;
  post([list = std::move(partitions)](core::consumer_core& core, time_point) { core.start(list); });
}

void consumer::impl::drop(const std::vector<topic_partition>& partitions) {
  body_->handover.drop(partitions);
  post([partitions](core::consumer_core& core, time_point) { core.drop(partitions); });
}

result<void> consumer::impl::subscribe(std::vector<std::string> topics,
                                       std::shared_ptr<rebalance_listener> listener) {
  if (auto why = refuse(false)) return *why;
  if (!has_group()) return error{errc::invalid_state, "subscribe needs a group.id"};
  if (assigned_by_hand_)
    return error{errc::invalid_state, "partitions were assigned by hand; unsubscribe first"};
  if (topics.empty()) return unsubscribe();
  std::ranges::sort(topics);
  topics.erase(std::ranges::unique(topics).begin(), topics.end());
  topics_ = std::move(topics);
  listener_ = std::move(listener);
  post([names = topics_](core::consumer_core& core, time_point at) mutable {
    core.subscribe(std::move(names), at);
  });
  return {};
}

result<void> consumer::impl::assign(std::vector<partition_offset> partitions) {
  if (auto why = refuse(false)) return *why;
  if (!topics_.empty()) return error{errc::invalid_state, "topics are subscribed to; unsubscribe first"};
  auto gone = body_->handover.assignment();
  std::erase_if(gone, [&](const topic_partition& where) {
    return std::ranges::any_of(partitions, [&](const partition_offset& p) { return p.where == where; });
  });
  if (!gone.empty()) drop(gone);
  std::vector<core::partition_start> list;
  for (const auto& one : partitions) {
    const bool number = one.offset >= 0;
    auto begin = body_->handover.start(one.where, number ? one.offset : -1);
    if (one.offset == offset_end || one.offset == offset_beginning) begin.reset_to = one.offset;
    list.push_back(std::move(begin));
  }
  assigned_by_hand_ = !partitions.empty();
  start(std::move(list));
  return {};
}

result<record_batches> consumer::impl::poll(milliseconds limit, const std::stop_token& stop) {
  if (auto why = refuse(true)) return *why;
  if (inside_) return error{errc::invalid_state, "poll inside a rebalance listener"};
  const scope_flag flag{inside_};
  const auto begun = now();
  body_->handover.begin_poll();
  if (!topics_.empty() && body_->handover.take_poll_wish()) {
    post([](core::consumer_core& core, time_point at) { core.polled(at); });
  }
  const std::stop_callback on_stop{stop, [this] { body_->handover.interrupt(); }};
  auto outcome = serve(limit > std::chrono::hours{24 * 365} ? core::never : begun + limit);
  body_->handover.end_poll(now());
  return outcome;
}

result<record_batches> consumer::impl::serve(time_point until) {
  for (;;) {
    const auto seen = body_->handover.news();
    auto turn = body_->handover.take(now());
    plenty_ = turn.records && turn.records->cost > plenty;
    start(std::move(turn.fetch_again));
    if (!turn.halted.empty()) {
      post([list = std::move(turn.halted)](core::consumer_core& core, time_point) { core.halt(list); });
    }
    if (turn.notice) {
      carry_out(*turn.notice);
      continue;
    }
    if (turn.failure) return *turn.failure;
    if (turn.records && !(turn.records->batches.empty() && turn.records->ends.empty())) {
      return record_batches{std::move(turn.records)};
    }
    if (now() >= until) return record_batches{};
    if (turn.nothing()) wait(seen, until);
  }
}

void consumer::impl::wait(std::uint64_t seen, time_point until) {
  auto& handover = body_->handover;
  engine_->drive(until, plenty_, [&] { return handover.news() != seen; });
  if (handover.news() != seen) return;
  const runtime::engine::plain_wait waiting{*engine_};
  handover.wait(seen, until);
}

/// Carries out a change of the assignment. The order is what keeps promises: commit, tell, drop, and only
/// then let the member go on, because from then on somebody else may own the partitions.
void consumer::impl::carry_out(const core::rebalance_notice& notice) {
  using step = core::rebalance_notice::step;
  if (notice.what == step::assign) {
    std::vector<core::partition_start> list;
    for (const auto& where : notice.partitions) list.push_back(body_->handover.start(where, -1));
    if (listener_) listener_->on_assigned(notice.partitions);
    start(std::move(list));  // what the listener sought is a later period and stays
  } else if (!notice.partitions.empty()) {
    if (notice.what == step::revoke) {
      commit_before_loss(notice.partitions, now() + engine_->settings().request_timeout);
      if (listener_) listener_->on_revoked(notice.partitions);
    } else if (listener_) {
      listener_->on_lost(notice.partitions);
    }
    drop(notice.partitions);
  }
  post([owned = body_->handover.assignment()](core::consumer_core& core, time_point at) mutable {
    core.rebalance_done(std::move(owned), at);
  });
}

void consumer::impl::commit_before_loss(const std::vector<topic_partition>& partitions, time_point until) {
  if (!body_->settings.auto_commit || !has_group()) return;
  auto entries = body_->handover.superseded();
  std::erase_if(entries, [&](const core::commit_entry& entry) {
    return std::ranges::find(partitions, entry.where) == partitions.end();
  });
  if (entries.empty()) return;
  const auto done = commit_until(std::move(entries), until);
  if (done) return;
  event told{event_kind::commit_failed, severity::warning, context::consumer};
  engine_->tell(std::move(told.because(done.error())));
}

void consumer::impl::give_up_all(time_point until) {
  const auto owned = body_->handover.assignment();
  if (owned.empty()) return;
  body_->handover.supersede_all();
  commit_before_loss(owned, until);
  if (listener_) listener_->on_revoked(owned);
  drop(owned);
}

result<void> consumer::impl::unsubscribe() {
  if (auto why = refuse(true)) return *why;
  give_up_all(deadline({}));
  topics_.clear();
  assigned_by_hand_ = false;
  post([](core::consumer_core& core, time_point at) { core.subscribe({}, at); });
  listener_.reset();
  return {};
}

result<void> consumer::impl::close(timeout limit) {
  if (forked()) return error{errc::forked};
  if (closed_) return {};
  const bool on_io_thread = engine_->on_io_thread();
  if (inside_) return error{errc::invalid_state, "close inside a rebalance listener"};
  const auto until = runtime::deadline_after(limit.value_or(engine_->settings().close_timeout));
  if (!on_io_thread) {
    give_up_all(until);
    (void)ask<bool>([until](core::consumer_core& core, auto done,
                            time_point at) { core.leave(until, [done] { done(true); }, at); },
                    until);
  }
  closed_ = true;
  auto removed = std::make_shared<std::promise<void>>();
  auto gone = removed->get_future();
  engine_->post([raw = engine_.get(), body = body_, removed] {
    raw->remove(body->core);
    removed->set_value();
  });
  // Short: nothing that runs on the I/O thread waits.
  if (!on_io_thread) {
    const runtime::engine::plain_wait waiting{*engine_};
    gone.wait();
  }
  if (on_io_thread) return error{errc::would_deadlock, "closed without leaving the group"};
  return {};
}

}  // namespace kwire
