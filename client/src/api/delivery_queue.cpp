#include "api/delivery_queue.hpp"

#include <algorithm>

namespace kwire::api_detail {

delivery_queue::delivery_queue(bool by_poll, std::function<void(const char*)> on_throw,
                               core::outcome_listener* listener, std::function<void()> on_change)
    : by_poll_(by_poll),
      on_throw_(std::move(on_throw)),
      listener_(listener),
      on_change_(std::move(on_change)) {}

delivery_queue::~delivery_queue() {
  {
    std::lock_guard guard{lock_};
    stopped_ = true;
    arrived_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

/// Whoever is told is told after the lock is free: woken earlier it would run into it and sleep again.
void delivery_queue::push(core::finished_batch done) {
  std::unique_lock guard{lock_};
  if (done.content->reports.empty()) {
    if (done.content->ends_serial()) serials_.finished(done.content->serial);
    const bool told = waiters_ > 0;
    if (on_change_) on_change_();
    guard.unlock();
    if (told) advanced_.notify_all();
    return;
  }
  waiting_.push_back(std::move(done));
  if (!by_poll_ && !thread_.joinable()) thread_ = std::thread{[this] { run(); }};
  if (by_poll_ && on_change_) on_change_();
  guard.unlock();
  arrived_.notify_one();
}

void delivery_queue::run() {
  std::unique_lock guard{lock_};
  for (;;) {
    arrived_.wait(guard, [this] { return stopped_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    finish_one(guard);
  }
}

/// The callbacks run unlocked: they may produce, which may finish further batches.
void delivery_queue::finish_one(std::unique_lock<std::mutex>& guard) {
  auto done = std::move(waiting_.front());
  waiting_.pop_front();
  const auto serial = done.content->serial;
  const bool ends = done.content->ends_serial();
  running_in_.push_back(std::this_thread::get_id());
  guard.unlock();
  done.report(on_throw_, listener_);
  done.content.reset();  // its memory goes back while nobody waits for this lock
  guard.lock();
  running_in_.erase(std::ranges::find(running_in_, std::this_thread::get_id()));
  if (ends) serials_.finished(serial);
  if (waiters_ > 0) advanced_.notify_all();
  if (on_change_) on_change_();
}

bool delivery_queue::wait(std::uint64_t serial, core::time_point deadline) {
  std::unique_lock guard{lock_};
  ++waiters_;
  bool finished = true;
  const auto done = [&] { return serials_.all_finished(serial); };
  if (deadline == core::never) {
    advanced_.wait(guard, done);
  } else {
    finished = advanced_.wait_until(guard, deadline, done);
  }
  --waiters_;
  return finished;
}

std::size_t delivery_queue::serve(core::time_point deadline) {
  std::unique_lock guard{lock_};
  const auto any = [this] { return stopped_ || !waiting_.empty(); };
  if (deadline == core::never) {
    arrived_.wait(guard, any);
  } else {
    arrived_.wait_until(guard, deadline, any);
  }
  std::size_t reports = 0;
  while (!waiting_.empty()) {
    reports += waiting_.front().content->reports.size();
    finish_one(guard);
  }
  return reports;
}

bool delivery_queue::settled(std::uint64_t serial) const {
  std::lock_guard guard{lock_};
  return serials_.all_finished(serial) || !waiting_.empty() || !running_in_.empty();
}

bool delivery_queue::any() const {
  std::lock_guard guard{lock_};
  return !waiting_.empty();
}

bool delivery_queue::inside_callback() const {
  std::lock_guard guard{lock_};
  return std::ranges::find(running_in_, std::this_thread::get_id()) != running_in_.end();
}

}  // namespace kwire::api_detail
