#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <kwire/client/metrics.hpp>
#include <kwire/client/observer.hpp>
#include <memory>
#include <vector>

#include "core/cluster/cluster.hpp"
#include "core/config/client_settings.hpp"
#include "core/request.hpp"
#include "runtime/process_mark.hpp"

namespace kwire::runtime {

/// Drives the cores of one client: owns its I/O thread, sockets and timer, carries requests of the
/// reactors to brokers and answers back. All reactors run where the loop runs: on the I/O thread or, while
/// the loop is on loan (`loop_seat`), in a thread of the application that waits or has something to send.
class engine {
 public:
  /// Starts the thread. The observer may be null.
  engine(core::client_settings settings, const std::vector<core::bootstrap_address>& seeds,
         std::unique_ptr<observer> watcher);
  /// Stops the thread; reactors must have been removed. In a child of the process that made it, nothing.
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // From any thread.
  /// Runs `task` where the loop runs and lets the reactors advance; while the loop is on loan that may be
  /// here and now, so the caller holds no lock that a core's callbacks take.
  void post(std::function<void()> task);
  /// Lets the reactors advance. Never does so itself: to be called under locks, and to be followed by
  /// `take_turn` without them where that is possible; else a lease may pass first.
  void wake();
  /// Whether a `wake` waits for somebody's turn; asked once a record, so a relaxed load.
  bool turn_wanted() const noexcept { return turn_wanted_->load(std::memory_order_relaxed); }
  void take_turn();
  /// Runs the loop in this thread for as long as `done()` is false, the deadline has not passed, and this
  /// pays; mostly it does not, and the caller has to wait as usual. `plenty`: the wait before brought a lot.
  void drive(core::time_point until, bool plenty, const std::function<bool()>& done);
  /// Held by whoever waits for what the loop will do without running it.
  class plain_wait {
   public:
    explicit plain_wait(engine& owner);
    ~plain_wait();
    plain_wait(const plain_wait&) = delete;
    plain_wait& operator=(const plain_wait&) = delete;

   private:
    engine& owner_;
  };
  /// Whether this thread runs the loop, so that it must not wait for it.
  bool on_io_thread() const noexcept;
  const core::client_settings& settings() const noexcept;
  /// Gives an event to the observer, later and where the loop runs.
  void tell(event e);
  /// A number for requests that need a connection of their own (fetch, group).
  std::uint32_t new_owner() noexcept;
  metrics_snapshot metrics();

  // Where the loop runs only.
  void add(core::reactor& member);
  /// Drops what the reactor has in flight: it gets no answers any more.
  void remove(core::reactor& member);

 private:
  class impl;
  std::unique_ptr<impl, unless_forked<impl>> impl_;
  const std::atomic<bool>* turn_wanted_;
};

/// The largest wait that still fits the clock.
inline core::time_point deadline_after(std::chrono::milliseconds timeout) {
  const auto now = std::chrono::steady_clock::now();
  return timeout > std::chrono::hours{24 * 365} ? core::never : now + timeout;
}

}  // namespace kwire::runtime
