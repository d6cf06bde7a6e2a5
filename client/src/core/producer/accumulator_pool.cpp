#include "core/producer/accumulator_pool.hpp"

#include <algorithm>

namespace kwire::core {

batch_memory::~batch_memory() { pool_->give_back(std::move(bytes_), capacity_); }

std::size_t accumulator_pool::rounded(std::size_t size) noexcept {
  const auto fitting = std::ranges::lower_bound(classes, size);
  return fitting == classes.end() ? size : *fitting;
}

std::shared_ptr<batch_memory> accumulator_pool::take(std::size_t size, std::size_t held) {
  const auto capacity = rounded(size);
  std::unique_ptr<std::byte[]> bytes;
  {
    std::lock_guard guard{lock_};
    const auto used = used_.load(std::memory_order_relaxed);
    if (used + capacity > budget_ && used > held) return nullptr;
    used_.store(used + capacity, std::memory_order_relaxed);
    const auto fitting = std::ranges::find(classes, capacity);
    if (fitting != classes.end()) {
      auto& kept = free_[static_cast<std::size_t>(fitting - classes.begin())];
      if (!kept.empty()) {
        bytes = std::move(kept.back());
        kept.pop_back();
        kept_bytes_ -= capacity;
      }
    }
  }
  if (!bytes) bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
  return std::make_shared<batch_memory>(shared_from_this(), std::move(bytes), capacity);
}

bool accumulator_pool::wait_for(std::size_t size, time_point deadline) {
  const auto capacity = rounded(size);
  std::unique_lock guard{lock_};
  ++waiting_;
  const auto room_for = [&](std::size_t octets) {
    const auto used = used_.load(std::memory_order_relaxed);
    return stopped_ || used == 0 || used + octets <= budget_;
  };
  const auto patient_until = std::chrono::steady_clock::now() + patience;
  const auto plenty = [&] { return room_for(std::max(capacity, good_part())); };
  bool woken = freed_.wait_until(guard, std::min(deadline, patient_until), plenty);
  if (!woken) {
    ++impatient_;
    const auto enough = [&] { return room_for(capacity); };
    if (deadline == never) {
      freed_.wait(guard, enough);
      woken = true;
    } else {
      woken = freed_.wait_until(guard, deadline, enough);
    }
    --impatient_;
  }
  --waiting_;
  return woken && !stopped_;
}

std::uint64_t accumulator_pool::watch(std::size_t size, std::function<void()> told) {
  std::uint64_t number = 0;
  {
    std::lock_guard guard{lock_};
    number = ++last_watcher_;
    watchers_.push_back({number, rounded(size), std::move(told)});
  }
  offer();
  return number;
}

void accumulator_pool::forget(std::uint64_t number) {
  {
    std::lock_guard guard{lock_};
    std::erase_if(watchers_, [&](const watcher& each) { return each.number == number; });
  }
  offer();
}

/// Tells as many as there is room for, as if each took what it asked for. One that does not, or that takes
/// less, makes up for it by `forget`: without that, room could stay free while others wait for it.
void accumulator_pool::offer() {
  std::vector<watcher> lucky;
  {
    std::lock_guard guard{lock_};
    auto used = used_.load(std::memory_order_relaxed);
    while (!watchers_.empty()) {
      auto& first = watchers_.front();
      if (!stopped_ && used != 0 && used + first.size > budget_) break;
      used += first.size;
      lucky.push_back(std::move(first));
      watchers_.pop_front();
    }
  }
  for (const auto& each : lucky) each.told();
}

void accumulator_pool::stop() {
  {
    std::lock_guard guard{lock_};
    stopped_ = true;
    freed_.notify_all();
  }
  offer();
}

void accumulator_pool::widen(std::size_t octets, std::size_t most) {
  {
    std::lock_guard guard{lock_};
    if (budget_ >= most) return;
    budget_ = std::min(budget_ + octets, most);
    if (waiting_ > 0) freed_.notify_all();
  }
  offer();
}

void accumulator_pool::give_back(std::unique_ptr<std::byte[]> bytes, std::size_t capacity) {
  std::unique_lock guard{lock_};
  const auto used = used_.load(std::memory_order_relaxed) - capacity;
  used_.store(used, std::memory_order_relaxed);
  const auto fitting = std::ranges::find(classes, capacity);
  if (fitting != classes.end() && kept_bytes_ + capacity <= most_kept_bytes) {
    free_[static_cast<std::size_t>(fitting - classes.begin())].push_back(std::move(bytes));
    kept_bytes_ += capacity;
  }
  const bool plenty = used == 0 || used + good_part() <= budget_;
  const bool told = impatient_ > 0 || (waiting_ > 0 && plenty);
  const bool watched = !watchers_.empty();
  guard.unlock();
  if (told) freed_.notify_all();
  if (watched) offer();
}

}  // namespace kwire::core
