#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/clock.hpp"

namespace kwire::core {

class accumulator_pool;

/// Memory of one batch. Lives until the last of batch, request and socket lets go of it, and only then
/// counts as free again: a buffer must not be given to other records while it is still being sent.
class batch_memory {
 public:
  batch_memory(std::shared_ptr<accumulator_pool> pool, std::unique_ptr<std::byte[]> bytes,
               std::size_t capacity)
      : pool_(std::move(pool)), bytes_(std::move(bytes)), capacity_(capacity) {}
  ~batch_memory();
  batch_memory(const batch_memory&) = delete;
  batch_memory& operator=(const batch_memory&) = delete;

  std::byte* data() const noexcept { return bytes_.get(); }
  std::size_t capacity() const noexcept { return capacity_; }

 private:
  std::shared_ptr<accumulator_pool> pool_;  // a socket may hold the buffer longer than the producer lives
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t capacity_;
};

/// The budget of `buffer.memory` and a few free buffers of each size, the most recently used first: those
/// are still in the processor's caches. Thread-safe.
class accumulator_pool : public std::enable_shared_from_this<accumulator_pool> {
 public:
  explicit accumulator_pool(std::size_t budget) : budget_(budget) {}

  /// A buffer of at least `size` octets, or null when the budget does not allow it now. What is larger than
  /// the whole budget is let through when nothing is out but the `held` octets of the caller's own.
  std::shared_ptr<batch_memory> take(std::size_t size, std::size_t held = 0);
  /// Waits until `size` octets may be had; false at `deadline` or after `stop`. Goes on at once when a good
  /// part of the budget is free, and for less room only after a while: woken for every buffer that comes
  /// back, the waiting thread would fill it and sleep again, and the switches would cost more than records.
  bool wait_for(std::size_t size, time_point deadline);
  /// Calls `told` once as soon as `size` octets may be had, or after `stop`; first come, first served. Who
  /// was called takes the room or not, and calls `forget` in any case, which lets the next one have a look.
  std::uint64_t watch(std::size_t size, std::function<void()> told);
  void forget(std::uint64_t number);
  /// Ends all waits.
  void stop();
  /// More may be out from now on, up to `most` in all.
  void widen(std::size_t octets, std::size_t most);

  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// The size of the buffer that `take(size)` would give.
  static std::size_t rounded(std::size_t size) noexcept;

 private:
  friend class batch_memory;
  static constexpr std::array<std::size_t, 6> classes{1024, 4096, 16384, 65536, 262144, 1048576};
  static constexpr std::size_t most_kept_bytes = 16 * 1024 * 1024;
  static constexpr std::chrono::milliseconds patience{3};

  struct watcher {
    std::uint64_t number;
    std::size_t size;
    std::function<void()> told;
  };

  void offer();
  std::size_t good_part() const noexcept { return budget_ / 4; }
  void give_back(std::unique_ptr<std::byte[]> bytes, std::size_t capacity);

  std::size_t budget_;
  std::atomic<std::size_t> used_{0};
  std::mutex lock_;
  std::condition_variable freed_;
  std::size_t waiting_ = 0;
  std::size_t impatient_ = 0;  ///< of those waiting: go on for any room
  std::size_t kept_bytes_ = 0;
  bool stopped_ = false;
  std::deque<watcher> watchers_;
  std::uint64_t last_watcher_ = 0;
  std::array<std::vector<std::unique_ptr<std::byte[]>>, classes.size()> free_;
};

}  // namespace kwire::core
