#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "core/clock.hpp"

namespace kwire::runtime {

/// What one coroutine waits for, and any other thread tells once.
///
/// The wait is that of a timer on the coroutine's executor: so it counts as work there, ends by cancellation
/// as every operation of Asio's does, and is dropped with its execution context. All uses of the timer are
/// under the lock, because timers are not thread-safe.
class async_event {
 public:
  enum class ending : std::uint8_t { told, late, cancelled };

  async_event();
  ~async_event();
  async_event(const async_event&) = delete;
  async_event& operator=(const async_event&) = delete;

  /// From any thread; the coroutine goes on on its own executor. Further calls do nothing.
  void tell();
  /// By one coroutine at a time. `told` even if that was before.
  boost::asio::awaitable<ending> wait(core::time_point deadline);

 private:
  class waiter;

  std::mutex lock_;
  bool told_ = false;
  waiter* waiter_ = nullptr;  ///< the coroutine that waits, if one does
};

/// A value that somebody brings to a coroutine.
template <class T>
class async_answer {
 public:
  /// Once, from any thread.
  void give(T value) {
    value_.emplace(std::move(value));
    given_.tell();
  }
  async_event& given() noexcept { return given_; }
  /// After `given` was told.
  T take() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  async_event given_;
};

}  // namespace kwire::runtime
