#pragma once

#include <cstdint>
#include <cstdio>
#include <kwire/protocol/bytes.hpp>
#include <string>
#include <string_view>

#include "agenda.hpp"

namespace kwire::sim {

/// What happened, as a running hash (two runs of a seed must agree in it) and, when asked for, as lines.
class trace {
 public:
  trace(const agenda& clock, bool printed) : clock_(&clock), printed_(printed) {}

  bool printed() const noexcept { return printed_; }
  std::uint64_t hash() const noexcept { return hash_; }

  void note(std::string_view what, std::int64_t a = 0, std::int64_t b = 0, std::int64_t c = 0) {
    mix(static_cast<std::uint64_t>(clock_->now()));
    mix(as_bytes(what));
    mix(static_cast<std::uint64_t>(a));
    mix(static_cast<std::uint64_t>(b));
    mix(static_cast<std::uint64_t>(c));
  }
  void mix(std::uint64_t value) noexcept {
    hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15ULL;
    hash_ ^= hash_ >> 29;
  }
  void mix(bytes_view content) noexcept;
  /// A line of text for a reader; `text` is called only when lines are printed.
  template <class Text>
  void line(Text&& text) const {
    if (printed_) print(text());
  }

 private:
  void print(const std::string& text) const;

  const agenda* clock_;
  bool printed_;
  std::uint64_t hash_ = 0x243f6a8885a308d3ULL;
};

}  // namespace kwire::sim
