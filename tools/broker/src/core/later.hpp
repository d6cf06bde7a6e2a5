#pragma once

#include "core/types.hpp"

namespace kwire::embedded {

/// So many milliseconds later, of which clients and settings may name any number: a century at most.
constexpr std::int64_t later_ms(std::int64_t from_ms, std::int64_t span_ms) noexcept {
  constexpr std::int64_t century_ms = std::int64_t{100} * 365 * 24 * 3600 * 1000;
  return from_ms + (span_ms < century_ms ? span_ms : century_ms);
}
constexpr instant later(instant from, std::int64_t span_ms) noexcept {
  return from + std::chrono::milliseconds{later_ms(0, span_ms)};
}

}  // namespace kwire::embedded
