#include "core/producer/slot_lock.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <thread>
#include <vector>

TEST_CASE("slot lock: one holder at a time, whoever waits gets it") {
  kwire::core::slot_lock lock;
  std::size_t count = 0;  // not atomic: the lock is what makes it right
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 20'000;
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      for (std::size_t n = 0; n < each; ++n) {
        std::lock_guard guard{lock};
        ++count;
      }
    });
  }
  for (auto& thread : running) thread.join();
  CHECK(count == threads * each);
}

TEST_CASE("slot lock: whoever waits longer than it spins still gets in only after the holder") {
  kwire::core::slot_lock lock;
  bool done = false;
  lock.lock();
  std::thread waiter{[&] {
    std::lock_guard guard{lock};
    CHECK(done);
  }};
  for (int turn = 0; turn < 5'000; ++turn) std::this_thread::yield();
  done = true;
  lock.unlock();
  waiter.join();
}
