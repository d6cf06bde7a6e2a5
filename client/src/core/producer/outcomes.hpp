#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <kwire/client/delivery_batch.hpp>
#include <vector>

#include "core/clock.hpp"
#include "core/producer/accumulator.hpp"

namespace kwire::core {

/// Who learns of outcomes besides the callbacks of the records; called where those run.
class outcome_listener {
 public:
  /// Of every record, before its own callback.
  virtual void each(const delivery&) {}
  /// Of the records that have no callback.
  virtual void together(const delivery_batch&) {}

 protected:
  ~outcome_listener() = default;
};

/// A batch whose fate is known, on its way to the callbacks.
struct finished_batch {
  batch_ptr content;
  outcome result = outcome::persisted;
  std::int64_t base_offset = -1;
  std::optional<error> why;
  std::int64_t append_time_ms = -1;  ///< LogAppendTime, where the topic has that
  time_point at{};                   ///< when it was known

  /// Runs the reports that were asked for, with the records if the batch still has its memory. What a
  /// callback throws goes to `on_throw`.
  void report(const std::function<void(const char*)>& on_throw, outcome_listener* listener = nullptr);

 private:
  class brief_source;

  std::chrono::microseconds latency(std::int64_t accepted_ms) const;
  template <class Report>
  delivery about(const Report& wanted) const;
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
