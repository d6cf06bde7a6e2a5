// The awaitable calls of a producer. Each keeps the body alive, so that the handle may go meanwhile; `close`
// ends what they wait for. Tasks for the loop do not keep it: the last to let go of the body may not be the
// I/O thread, which cannot wait for itself; and the body's end waits for the tasks.
#include "api/producer_impl.hpp"

namespace kwire {

namespace asio = boost::asio;
using ending = runtime::async_event::ending;

namespace {

error cancelled(std::string detail) { return error{errc::cancelled, std::move(detail)}; }

/// A place in the line for room in the buffer, given up in whatever way the coroutine ends.
class room_watch {
 public:
  room_watch(core::accumulator_pool& pool, std::size_t needed,
             const std::shared_ptr<runtime::async_event>& event)
      : pool_(pool.shared_from_this()), number_(pool.watch(needed, [event] { event->tell(); })) {}
  ~room_watch() { pool_->forget(number_); }
  room_watch(const room_watch&) = delete;
  room_watch& operator=(const room_watch&) = delete;

 private:
  std::shared_ptr<core::accumulator_pool> pool_;
  std::uint64_t number_;
};

}  // namespace

/// Runs `task` where the loop runs; nothing when cancelled.
template <class T>
asio::awaitable<std::optional<T>> producer::impl::async_on_io(std::shared_ptr<impl> self,
                                                              std::function<T()> task) {
  const auto answer = std::make_shared<runtime::async_answer<T>>();
  self->engine_->post([answer, task = std::move(task)] { answer->give(task()); });
  const auto how = co_await answer->given().wait(core::never);
  if (how != ending::told) co_return std::nullopt;
  co_return answer->take();
}

/// Waits until the partitions of a topic are known; nothing: they are.
asio::awaitable<std::optional<error>> producer::impl::async_partitions(std::shared_ptr<impl> self,
                                                                       core::topic_slot& topic,
                                                                       time_point deadline) {
  const auto limits = self->intake_.patience_until(deadline);
  for (;;) {
    const auto event = std::make_shared<runtime::async_event>();
    self->intake_.changes().hang(event);
    time_point until;
    auto found = self->intake_.look(topic, limits, until);
    if (found) {
      if (*found) co_return std::nullopt;
      co_return found->error();
    }
    const auto how = co_await event->wait(until);
    if (how == ending::told) continue;
    if (how == ending::cancelled) co_return cancelled("the record was not accepted");
    std::function<metrics_snapshot()> ask = [raw = self.get()] { return raw->engine_->metrics(); };
    auto asked = async_on_io<metrics_snapshot>(self, std::move(ask));
    const auto now = co_await std::move(asked);
    if (!now) co_return cancelled("the record was not accepted");
    co_return api_detail::record_intake::gave_up(topic, *now);
  }
}

/// Accepts a record, waiting for metadata and room; nothing: it was accepted.
asio::awaitable<std::optional<error>> producer::impl::async_accept(std::shared_ptr<impl> self,
                                                                   const record& what,
                                                                   delivery_callback& report) {
  using tried = api_detail::record_intake::tried;
  const auto deadline = self->deadline({});
  for (;;) {
    api_detail::record_intake::trial state;
    const auto outcome = self->intake_.attempt(what, report, state);
    if (outcome == tried::accepted) co_return std::nullopt;
    if (outcome == tried::refused) co_return std::move(state.why);
    if (outcome == tried::no_partitions) {
      auto known = async_partitions(self, *state.topic, deadline);
      auto why = co_await std::move(known);
      if (why) co_return std::move(why);
      continue;
    }
    self->accumulator_.hurry();
    self->engine_->take_turn();
    const auto event = std::make_shared<runtime::async_event>();
    const room_watch watch{self->accumulator_.pool(), state.needed, event};
    const auto how = co_await event->wait(deadline);
    if (how == ending::cancelled) co_return cancelled("the record was not accepted");
    if (how == ending::late) co_return self->intake_.queue_full(what);
  }
}

asio::awaitable<result<delivery_report>> producer::impl::async_produce(std::shared_ptr<impl> self,
                                                                       record what) {
  if (self->intercepted()) self->listeners_.on_send(what);
  const auto answer = std::make_shared<runtime::async_answer<delivery_report>>();
  auto note = [answer](const delivery& d) { answer->give(delivery_report{d}); };
  delivery_callback report{std::move(note)};
  auto accepting = async_accept(self, what, report);
  auto refused = co_await std::move(accepting);
  if (refused) {
    if (self->intercepted()) self->listeners_.not_accepted(what, *refused);
    co_return std::move(*refused);
  }
  const auto how = co_await answer->given().wait(core::never);
  if (how != ending::told) co_return cancelled("the record was accepted and goes its way");
  co_return answer->take();
}

/// True when all up to `serial` are reported; false at the deadline, nothing when cancelled.
asio::awaitable<std::optional<bool>> producer::impl::async_settled(std::shared_ptr<impl> self,
                                                                   std::uint64_t serial,
                                                                   time_point deadline) {
  for (;;) {
    const auto event = std::make_shared<runtime::async_event>();
    self->outcomes_.hang(event);
    if (self->settings_.report_by_poll) self->reports_.serve(time_point{});
    if (self->reports_.wait(serial, time_point{})) co_return true;
    const auto how = co_await event->wait(deadline);
    if (how == ending::cancelled) co_return std::nullopt;
    if (how == ending::late) co_return false;
  }
}

asio::awaitable<result<std::size_t>> producer::impl::async_flush(std::shared_ptr<impl> self,
                                                                 time_point deadline) {
  if (self->forked()) co_return error{errc::forked};
  const auto serial = self->accumulator_.last_serial();
  self->engine_->post([raw = self.get(), serial] { raw->core_.flush(serial); });
  auto settling = async_settled(self, serial, deadline);
  const auto settled = co_await std::move(settling);
  if (!settled) co_return cancelled("records go their way");
  if (*settled) co_return std::size_t{0};
  std::function<std::size_t()> count = [raw = self.get()] {
    return static_cast<std::size_t>(raw->core_.unfinished_records());
  };
  auto counting = async_on_io<std::size_t>(self, std::move(count));
  const auto left = co_await std::move(counting);
  if (!left) co_return cancelled("records go their way");
  co_return *left;
}

asio::awaitable<result<void>> producer::impl::async_transact(std::shared_ptr<impl> self,
                                                             transaction_call what) {
  auto why = self->no_transactions();
  if (why) co_return std::move(*why);
  const auto answer = std::make_shared<runtime::async_answer<result<void>>>();
  self->transactions_.start(what, [answer](result<void> how) { answer->give(std::move(how)); });
  const auto how = co_await answer->given().wait(core::never);
  if (how != ending::told) co_return cancelled("the call goes on; repeat it to learn how it ends");
  co_return answer->take();
}

asio::awaitable<result<void>> producer::impl::async_commit(std::shared_ptr<impl> self, time_point deadline) {
  auto why = self->no_transactions();
  if (why) co_return std::move(*why);
  auto flushing = async_flush(self, deadline);
  const auto left = co_await std::move(flushing);
  if (!left) co_return left.error();
  if (*left > 0) co_return still_under_way(*left);
  auto ending_it = async_transact(self, commit_call(deadline));
  auto outcome = co_await std::move(ending_it);
  co_return outcome;
}

asio::awaitable<result<std::size_t>> producer::impl::async_close(std::shared_ptr<impl> self,
                                                                 milliseconds limit) {
  if (self->forked()) co_return error{errc::forked};
  if (!self->intake_.close()) co_return std::size_t{0};
  const auto until = runtime::deadline_after(limit);
  bool in_time = true;
  if (self->has_open_transaction()) {
    auto aborting = async_transact(self, abort_call(until));
    const auto aborted = co_await std::move(aborting);
    in_time = aborted || aborted.error() != errc::cancelled;
  }
  std::size_t left = 0;
  if (in_time) {
    auto flushing = async_flush(self, until);
    const auto flushed = co_await std::move(flushing);
    in_time = flushed.has_value();
    if (in_time) left = *flushed;
  }
  self->accumulator_.pool().stop();
  if (!in_time) {
    self->engine_->post([raw = self.get()] { raw->abandon(); });
    co_return cancelled("closed at once");
  }
  std::function<bool()> abandon = [raw = self.get()] { return raw->abandon(), true; };
  auto abandoning = async_on_io<bool>(self, std::move(abandon));
  const auto done = co_await std::move(abandoning);
  if (!done) co_return cancelled("closed at once");
  self->closed_with(left);
  co_return left;
}

}  // namespace kwire
