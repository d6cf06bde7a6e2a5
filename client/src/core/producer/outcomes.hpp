#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <kwire/client/delivery.hpp>
#include <vector>

#include "core/clock.hpp"
#include "core/producer/accumulator.hpp"

namespace kwire::core {

/// A batch whose fate is known, on its way to the callbacks.
struct finished_batch {
  batch_ptr content;
  outcome result = outcome::persisted;
  std::int64_t base_offset = -1;
  std::optional<error> why;

  /// Runs the reports that were asked for. What a callback throws goes to `on_throw`.
  void report(const std::function<void(const char*)>& on_throw);
};

/// Which batches, by serial number in the order of opening, have no outcome yet: what `flush` waits for.
class open_serials {
 public:
  void finished(std::uint64_t serial);
  /// Every batch up to `serial` has its outcome.
  bool all_finished(std::uint64_t serial) const noexcept { return first_ > serial; }

 private:
  std::uint64_t first_ = 1;    ///< the oldest without an outcome
  std::deque<bool> finished_;  ///< from `first_` on
};

}  // namespace kwire::core
