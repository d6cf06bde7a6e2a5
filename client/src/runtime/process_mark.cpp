#include "runtime/process_mark.hpp"

#include <pthread.h>

namespace kwire::runtime {
namespace {

struct left_behind {
  const void* object;
  left_behind* next;
};
std::atomic<left_behind*> all_left_behind{nullptr};

}  // namespace

std::atomic<std::uint32_t> process_mark::generation_{0};

process_mark::process_mark() noexcept {
  // In the child the handler runs before `fork` returns, with one thread only.
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { generation_.fetch_add(1, std::memory_order_relaxed); });
  (void)registered;  // fails without memory only; then forks go unnoticed, as they did before
  made_in_ = generation_.load(std::memory_order_relaxed);
}

/// Without a lock: in a child, locks of before the fork may be held by nobody.
void leave_behind(const void* object) {
  auto* entry = new left_behind{object, all_left_behind.load(std::memory_order_relaxed)};
  while (!all_left_behind.compare_exchange_weak(entry->next, entry, std::memory_order_release)) {
  }
}

}  // namespace kwire::runtime
