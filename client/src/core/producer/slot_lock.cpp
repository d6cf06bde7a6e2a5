#include "core/producer/slot_lock.hpp"

#include <chrono>
#include <thread>

namespace kwire::core {
namespace {

constexpr unsigned spins = 64;
constexpr unsigned yields = 64;
constexpr std::chrono::microseconds nap{50};

void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

void slot_lock::wait() noexcept {
  for (unsigned round = 0;; ++round) {
    // Looking before exchanging keeps the line shared while it is taken.
    if (!held_.load(std::memory_order_relaxed) && !held_.exchange(true, std::memory_order_acquire)) return;
    if (round < spins) {
      relax();
    } else if (round < spins + yields) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(nap);
    }
  }
}

}  // namespace kwire::core
