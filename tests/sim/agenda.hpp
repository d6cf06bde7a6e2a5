#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace kwire::sim {

/// Virtual time since the start of a run, in microseconds.
using micros = std::int64_t;
inline constexpr micros millisecond = 1'000;
inline constexpr micros second = 1'000'000;

/// Everything that is to happen, in order of time and, at the same time, of being scheduled.
class agenda {
 public:
  micros now() const noexcept { return now_; }

  void at(micros when, std::function<void()> what) {
    heap_.push_back({std::max(when, now_), ++serial_, std::move(what)});
    std::ranges::push_heap(heap_, later);
  }

  /// Does what is next, unless that is after `until`; false when there was nothing.
  bool step(micros until) {
    if (heap_.empty() || heap_.front().when > until) return false;
    std::ranges::pop_heap(heap_, later);
    auto next = std::move(heap_.back());
    heap_.pop_back();
    now_ = next.when;
    ++steps_;
    next.what();
    return true;
  }
  std::uint64_t steps() const noexcept { return steps_; }

 private:
  struct entry {
    micros when;
    std::uint64_t serial;
    std::function<void()> what;
  };
  static bool later(const entry& a, const entry& b) noexcept {
    return std::pair{a.when, a.serial} > std::pair{b.when, b.serial};
  }

  micros now_ = 0;
  std::uint64_t serial_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<entry> heap_;
};

}  // namespace kwire::sim
