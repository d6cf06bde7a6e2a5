#include "core/producer/report_list.hpp"

#include <algorithm>

namespace kwire::core {

/// The first of a batch, the first behind a tick of the clock, and those far off.
std::int32_t report_times::note_unusual(std::int32_t index, const record_times& times) {
  if (!any_) {
    any_ = true;
    base_ms_ = times.created_ms;
    latest_ms_ = opened_ms_;
  }
  if (times.accepted_ms != latest_ms_) {
    latest_ms_ = times.accepted_ms;
    ticks_.push_back({index, latest_ms_});
  }
  const auto distance = distance_of(times.created_ms);
  if (distance > elsewhere && distance <= INT32_MAX) return static_cast<std::int32_t>(distance);
  far_off_.push_back({index, times.created_ms});
  return elsewhere;
}

record_times report_times::of(std::int32_t index, std::int32_t created) const {
  record_times found{base_ms_ + created, opened_ms_};
  const auto tick = std::ranges::upper_bound(ticks_, index, {}, &mark::index);
  if (tick != ticks_.begin()) found.accepted_ms = std::prev(tick)->ms;
  if (created == elsewhere) {
    found.created_ms = std::ranges::lower_bound(far_off_, index, {}, &mark::index)->ms;
  }
  return found;
}

}  // namespace kwire::core
