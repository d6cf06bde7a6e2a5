#include "core/producer/report_list.hpp"

#include <algorithm>
#include <limits>

namespace kwire::core {
namespace {

constexpr auto elsewhere = std::numeric_limits<std::int32_t>::min();

}  // namespace

std::int32_t report_times::note(std::int32_t index, const record_times& times) {
  if (!any_) {
    any_ = true;
    base_ms_ = times.created_ms;
    latest_ms_ = opened_ms_;
  }
  if (times.accepted_ms != latest_ms_) [[unlikely]] {
    latest_ms_ = times.accepted_ms;
    ticks_.push_back({index, latest_ms_});
  }
  // Wraps where the two are absurdly far apart, which is far off in any case.
  const auto distance = static_cast<std::int64_t>(static_cast<std::uint64_t>(times.created_ms) -
                                                  static_cast<std::uint64_t>(base_ms_));
  if (distance > elsewhere && distance <= std::numeric_limits<std::int32_t>::max()) [[likely]] {
    return static_cast<std::int32_t>(distance);
  }
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
