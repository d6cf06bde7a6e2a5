#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "decode/frame_facts.hpp"
#include "decode/frame_printer.hpp"

namespace kwire::cli {

/// Durations in buckets a sixteenth wide, so that a percentile is at most 6 % too high, in little memory.
class duration_histogram {
 public:
  void add(std::chrono::microseconds duration);
  std::uint64_t count() const noexcept { return count_; }
  /// The duration that this part of all, 0 to 1, does not exceed.
  std::chrono::microseconds percentile(double part) const;
  std::chrono::microseconds longest() const noexcept { return longest_; }

 private:
  static constexpr std::size_t steps = 16;
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t end_of(std::size_t bucket);

  std::array<std::uint64_t, 48 * steps> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::microseconds longest_{0};
};

/// Counts of frames by API and version.
class traffic_statistics {
 public:
  void add(const seen_frame& seen, bool readable, const frame_facts& facts);
  /// A table for people, or one JSON object a line.
  std::string print(bool json) const;

 private:
  struct line {
    std::uint64_t requests = 0;
    std::uint64_t responses = 0;
    std::uint64_t errors = 0;      ///< answers with an error code in them
    std::uint64_t unreadable = 0;  ///< frames that did not decode
    std::uint64_t octets_in = 0;   ///< to the broker, lengths included
    std::uint64_t octets_out = 0;
    duration_histogram latency;
  };
  std::map<std::pair<api, std::int16_t>, line> lines_;
};

}  // namespace kwire::cli
