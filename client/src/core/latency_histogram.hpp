#pragma once

#include <array>
#include <cstdint>
#include <kwire/client/metrics.hpp>

#include "core/clock.hpp"

namespace kwire::core {

/// Counts durations in buckets that are about 10 % wide, from a microsecond to half an hour.
class latency_histogram {
 public:
  void add(duration d) noexcept;
  latency_summary summary() const noexcept;

 private:
  static constexpr unsigned steps = 8;  // buckets for each power of two
  static std::size_t bucket(std::uint64_t us) noexcept;
  static std::uint64_t upper(std::size_t index) noexcept;
  std::uint64_t at(std::uint64_t rank) const noexcept;

  std::array<std::uint32_t, steps * 32> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_us_ = 0;
};

}  // namespace kwire::core
