#pragma once

#include <atomic>

namespace kwire::core {

/// Guards one partition while a record is written: held for some tens of nanoseconds, taken for each record.
/// A mutex pays a second locked instruction in `unlock`, which waits until the record's bytes have left the
/// store buffer; a plain store does not. Whoever finds it taken spins shortly, then lets others run, since
/// the holder may have lost its processor.
class slot_lock {
 public:
  void lock() noexcept {
    if (held_.exchange(true, std::memory_order_acquire)) [[unlikely]]
      wait();
  }
  void unlock() noexcept { held_.store(false, std::memory_order_release); }

 private:
  void wait() noexcept;

  std::atomic<bool> held_{false};
};

}  // namespace kwire::core
