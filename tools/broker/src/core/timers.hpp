#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/types.hpp"

namespace kwire::embedded {

/// Everything that is to happen later, in order of time and, at the same time, of being scheduled: a run with
/// the same inputs has the same outcome.
class timer_queue {
 public:
  using action = std::function<void(instant now)>;
  struct handle {
    instant at{};
    std::uint64_t serial = 0;  ///< zero: nothing scheduled
    friend auto operator<=>(const handle&, const handle&) = default;
  };

  handle schedule(instant at, action what) {
    const handle key{at, ++serial_};
    pending_.emplace(key, std::move(what));
    return key;
  }

  /// Harmless for a handle whose action has run.
  void cancel(handle& which) {
    if (which.serial != 0) pending_.erase(which);
    which = {};
  }

  std::optional<instant> next_deadline() const {
    if (pending_.empty()) return std::nullopt;
    return pending_.begin()->first.at;
  }

  /// Runs what is due, actions that are scheduled meanwhile included.
  void advance(instant now) {
    while (!pending_.empty() && pending_.begin()->first.at <= now) {
      auto node = pending_.extract(pending_.begin());
      node.mapped()(now);
    }
  }

 private:
  std::map<handle, action> pending_;
  std::uint64_t serial_ = 0;
};

}  // namespace kwire::embedded
