#pragma once

#include <chrono>
#include <functional>
#include <kwire/client/metrics.hpp>
#include <kwire/client/observer.hpp>
#include <memory>
#include <vector>

#include "core/cluster/cluster.hpp"
#include "core/cluster/metadata_snapshot.hpp"
#include "core/config/client_settings.hpp"
#include "core/request.hpp"

namespace kwire::runtime {

/// Drives the cores of one client: owns its I/O thread, sockets and timer, carries requests of the
/// reactors to brokers and answers back. All reactors run on the I/O thread.
class engine {
 public:
  /// Starts the thread. The observer may be null.
  engine(core::client_settings settings, const std::vector<core::bootstrap_address>& seeds,
         std::unique_ptr<observer> watcher);
  /// Stops the thread; reactors must have been removed.
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // From any thread.
  /// Runs `task` on the I/O thread and lets the reactors advance.
  void post(std::function<void()> task);
  bool on_io_thread() const noexcept;
  std::shared_ptr<const core::metadata_snapshot> snapshot() const;
  const core::client_settings& settings() const noexcept;
  /// Gives an event to the observer (posted to the I/O thread).
  void tell(event e);
  /// A number for requests that need a connection of their own (fetch, group).
  std::uint32_t new_owner() noexcept;
  metrics_snapshot metrics();

  // On the I/O thread only.
  void add(core::reactor& member);
  /// Drops what the reactor has in flight: it gets no answers any more.
  void remove(core::reactor& member);

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

/// The largest wait that still fits the clock.
inline core::time_point deadline_after(std::chrono::milliseconds timeout) {
  const auto now = std::chrono::steady_clock::now();
  return timeout > std::chrono::hours{24 * 365} ? core::never : now + timeout;
}

}  // namespace kwire::runtime
