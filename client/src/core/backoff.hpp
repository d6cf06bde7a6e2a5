#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "core/clock.hpp"

namespace kwire::core {

/// A small generator of random numbers whose seed is an input, so that runs can be repeated (splitmix64).
class random_source {
 public:
  constexpr explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    auto z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// Below `bound`, which is not zero.
  std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }

 private:
  std::uint64_t state_;
};

/// Pauses that double from `first` to `longest`, each 20 % longer or shorter by chance (KIP-580).
class backoff {
 public:
  using milliseconds = std::chrono::milliseconds;

  backoff(milliseconds first, milliseconds longest) noexcept : first_(first), longest_(longest) {}

  /// The next pause.
  duration next(random_source& random) noexcept {
    const auto doublings = std::min<unsigned>(failures_++, 30);
    const auto plain = std::min<std::int64_t>(first_.count() << doublings, longest_.count());
    const auto percent = static_cast<std::int64_t>(80 + random.below(41));
    return std::chrono::microseconds{plain * percent * 10};
  }
  void reset() noexcept { failures_ = 0; }
  unsigned failures() const noexcept { return failures_; }

 private:
  milliseconds first_;
  milliseconds longest_;
  unsigned failures_ = 0;
};

}  // namespace kwire::core
