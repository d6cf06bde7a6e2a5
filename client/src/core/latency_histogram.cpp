#include "core/latency_histogram.hpp"

#include <algorithm>
#include <bit>

namespace kwire::core {

std::size_t latency_histogram::bucket(std::uint64_t us) noexcept {
  if (us < steps) return us;
  const auto power = static_cast<unsigned>(std::bit_width(us)) - 1;  // at least 3
  const auto fraction = (us >> (power - 3)) & (steps - 1);
  return std::min<std::size_t>((power - 2) * steps + fraction, steps * 32 - 1);
}

std::uint64_t latency_histogram::upper(std::size_t index) noexcept {
  if (index < steps) return index;
  const auto power = index / steps + 2;
  return ((steps + index % steps + 1) << (power - 3)) - 1;
}

void latency_histogram::add(duration d) noexcept {
  const auto us = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(d).count()));
  ++counts_[bucket(us)];
  ++total_;
  max_us_ = std::max(max_us_, us);
}

std::uint64_t latency_histogram::at(std::uint64_t rank) const noexcept {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(upper(i), max_us_);
  }
  return max_us_;
}

latency_summary latency_histogram::summary() const noexcept {
  if (total_ == 0) return {};
  return {total_, at((total_ + 1) / 2), at(total_ - total_ / 100), max_us_};
}

}  // namespace kwire::core
