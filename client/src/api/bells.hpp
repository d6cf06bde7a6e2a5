#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/async_event.hpp"

namespace kwire::api_detail {

/// Coroutines that wait for something to change, and look again then.
///
/// Nothing is missed: who waits hangs an event up first and then looks, under the lock of what it looks at;
/// who changes something does so under that lock and rings afterwards. So either the look sees the change, or
/// the ring sees the event; that is why `ring` may look without a lock whether there is one.
class bells {
 public:
  void hang(const std::shared_ptr<runtime::async_event>& one) {
    std::lock_guard guard{lock_};
    hung_.push_back(one);
    any_.store(true, std::memory_order_relaxed);
  }
  void ring() {
    if (!any_.load(std::memory_order_relaxed)) return;
    std::vector<std::weak_ptr<runtime::async_event>> all;
    {
      std::lock_guard guard{lock_};
      all.swap(hung_);
      any_.store(false, std::memory_order_relaxed);
    }
    for (const auto& one : all) {
      if (const auto alive = one.lock()) alive->tell();
    }
  }

 private:
  std::mutex lock_;
  std::vector<std::weak_ptr<runtime::async_event>> hung_;
  std::atomic<bool> any_{false};
};

}  // namespace kwire::api_detail
