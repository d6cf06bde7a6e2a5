#pragma once

#include <cstddef>

namespace kwire::fuzz {

/// Counts what is allocated while it lives, compression libraries included, through the hooks of
/// AddressSanitizer; without that sanitizer everything is zero. One at a time.
class memory_watch {
 public:
  memory_watch() noexcept;
  ~memory_watch();
  memory_watch(const memory_watch&) = delete;
  memory_watch& operator=(const memory_watch&) = delete;

  /// Most octets that were in use at once.
  std::size_t peak() const noexcept;
};

/// Aborts when a peak is above `ratio` x the input's size and what was allowed besides it.
void require_memory(const memory_watch& watch, std::size_t input, std::size_t besides = 0);

/// What decoding may cost for an octet of input.
inline constexpr std::size_t memory_ratio = 48;
/// What it may cost for an empty one: error texts, the first page of a vector.
inline constexpr std::size_t memory_base = 4096;

}  // namespace kwire::fuzz
