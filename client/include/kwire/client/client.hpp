#pragma once

#include <kwire/client/config.hpp>
#include <kwire/client/metrics.hpp>
#include <kwire/client/observer.hpp>
#include <memory>

namespace kwire {

namespace runtime {
class engine;
}

/// Connections to one cluster, shared by any number of producers, consumers and admin calls, with one I/O
/// thread. Copies are the same client; handles made from it keep it alive, so the order of destruction does
/// not matter. All members may be called from any thread. In a child process after `fork` nothing of it
/// works: calls of its handles fail with `forked`, and destruction leaves the parent's connections alone.
class client {
 public:
  /// Throws `config_error` listing every fault. Connects on first use, not here.
  /// `watcher` sees every event; by default a logger writes warnings and errors to standard error.
  explicit client(const client_config& properties, std::unique_ptr<observer> watcher = nullptr);

  /// Numbers of this client's connections, requests and handles at this moment.
  metrics_snapshot metrics() const;

  const std::shared_ptr<runtime::engine>& engine() const noexcept { return engine_; }

 private:
  std::shared_ptr<runtime::engine> engine_;
};

}  // namespace kwire
