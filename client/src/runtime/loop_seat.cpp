#include "runtime/loop_seat.hpp"

#include <utility>

namespace kwire::runtime {

void loop_seat::sit() {
  std::lock_guard guard{lock_};
  seat(std::this_thread::get_id());
}

void loop_seat::lend() {
  std::unique_lock guard{lock_};
  if (!asked_) return;
  seat({});
  left_.notify_one();
  returned_.wait(guard, [this] { return !asked_; });
  for (;;) {
    const auto seen = uses_;
    returned_.wait_for(guard, lease, [this] { return recalled_ && empty_; });
    if (empty_ && (recalled_ || uses_ == seen)) break;
  }
  lent_.store(false, std::memory_order_seq_cst);
  recalled_ = false;
  short_waits_ = 0;
  seat(std::this_thread::get_id());
}

bool loop_seat::frequent(time_point now, bool plenty) noexcept {
  const bool soon = now - std::exchange(last_wait_, now) < lease;
  short_waits_ = soon && !plenty ? short_waits_ + 1 : 0;
  return short_waits_ >= waits_to_lend;
}

bool loop_seat::borrow(time_point now, bool plenty) {
  std::unique_lock guard{lock_};
  if (lent()) {
    if (!empty_ || recalled_) return false;
    recalled_ = plenty || plain_waits_ > 0;
    if (!recalled_) seat(std::this_thread::get_id());
    const bool sat = !recalled_;
    guard.unlock();
    if (!sat) returned_.notify_one();
    return sat;
  }
  if (!frequent(now, plenty) || asked_ || plain_waits_ > 0) return false;
  asked_ = true;
  call_();
  left_.wait(guard, [this] { return empty_; });
  asked_ = false;
  lent_.store(true, std::memory_order_seq_cst);
  seat(std::this_thread::get_id());
  guard.unlock();
  returned_.notify_one();
  return true;
}

bool loop_seat::sit_if_empty() {
  std::lock_guard guard{lock_};
  if (!lent() || !empty_ || recalled_) return false;
  seat(std::this_thread::get_id());
  return true;
}

void loop_seat::give_back(bool ended) {
  bool tell = false;
  {
    std::lock_guard guard{lock_};
    seat({});
    ++uses_;
    recalled_ = recalled_ || ended || plain_waits_ > 0;
    tell = recalled_;
  }
  if (tell) returned_.notify_one();
}

void loop_seat::begin_plain_wait() {
  bool tell = false;
  {
    std::lock_guard guard{lock_};
    ++plain_waits_;
    if (!lent()) return;
    recalled_ = true;
    tell = empty_;
  }
  if (tell) returned_.notify_one();
}

void loop_seat::end_plain_wait() {
  std::lock_guard guard{lock_};
  --plain_waits_;
}

}  // namespace kwire::runtime
