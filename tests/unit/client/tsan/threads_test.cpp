// The accumulator and the delivery queue under several threads, as a producer uses them.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <thread>

#include "api/delivery_queue.hpp"
#include "core/producer/accumulator.hpp"
#include "core/producer/outcomes.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using core::accumulator;

namespace {

constexpr std::uint64_t writers = 4;
constexpr std::uint64_t each = 4000;
constexpr std::size_t partitions = 3;

/// Takes the part of the I/O thread: sleeps until it is woken, takes what is ready, finishes it.
class consumer {
 public:
  consumer(std::size_t budget, std::chrono::milliseconds linger)
      : linger_(linger), source(4096, budget, [this] { wake(); }), reports(false, [](const char*) {}) {
    for (auto& slot : slots) slot.topic = &source.topic("t");
    thread_ = std::thread{[this] { run(); }};
  }
  ~consumer() {
    stopped_ = true;
    wake();
    thread_.join();
  }
  consumer(const consumer&) = delete;
  consumer& operator=(const consumer&) = delete;

  void flush(std::uint64_t serial) {
    {
      std::lock_guard guard{lock_};
      flush_ = std::max(flush_, serial);
    }
    wake();
  }

 private:
  void wake() {
    std::lock_guard guard{lock_};
    woken_ = true;
    changed_.notify_one();
  }

  void run() {
    accumulator::news news;
    while (!stopped_) {
      std::uint64_t flush = 0;
      {
        std::unique_lock guard{lock_};
        changed_.wait(guard, [this] { return woken_; });
        woken_ = false;
        flush = flush_;
      }
      source.collect(news);
      const auto up_to = news.hurried || linger_.count() == 0 ? UINT64_MAX : flush;
      for (auto& slot : slots) {
        while (auto content = accumulator::take(slot, up_to)) finish(std::move(content));
      }
    }
  }

  void finish(core::batch_ptr content) {
    content->builder.seal({});
    content->memory.reset();
    core::finished_batch done;
    done.content = std::move(content);
    done.base_offset = 0;
    reports.push(std::move(done));
  }

  std::chrono::milliseconds linger_;
  std::mutex lock_;
  std::condition_variable changed_;
  bool woken_ = false;
  std::uint64_t flush_ = 0;
  std::atomic<bool> stopped_{false};
  std::thread thread_;

 public:
  accumulator source;
  core::partition_slot slots[partitions];
  api_detail::delivery_queue reports;
};

/// Appends until it is accepted, as `produce` does.
void put(consumer& to, std::size_t partition, std::uint64_t value, delivery_callback report) {
  accumulator::item what;
  char text[8];
  std::memcpy(text, &value, sizeof text);
  what.value = as_bytes({text, sizeof text});
  what.opaque = value;
  for (;;) {
    std::size_t needed = 0;
    if (to.source.append(to.slots[partition], what, report, accumulator::placing::fixed, needed) ==
        accumulator::appended::ok)
      return;
    to.source.hurry();
    REQUIRE(to.source.pool().wait_for(needed, std::chrono::steady_clock::now() + 60s));
  }
}

void run(std::size_t budget, std::chrono::milliseconds linger) {
  std::vector<std::vector<std::uint64_t>> told(partitions * writers);
  consumer io{budget, linger};
  std::vector<std::thread> threads;
  for (std::uint64_t writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      for (std::uint64_t i = 0; i < each; ++i) {
        const auto partition = (i + writer) % partitions;
        auto* list = &told[writer * partitions + partition];
        put(io, partition, i, [list](const delivery& d) { list->push_back(d.opaque()); });
        if (i % 500 == 0) io.source.topic("topic " + std::to_string(i * (writer + 1)));
      }
      const auto serial = io.source.last_serial();
      io.flush(serial);
      CHECK(io.reports.wait(serial, std::chrono::steady_clock::now() + 60s));
    });
  }
  for (auto& thread : threads) thread.join();
  std::size_t total = 0;
  for (const auto& list : told) {
    CHECK(std::is_sorted(list.begin(), list.end()));  // reports of a writer and partition keep its order
    total += list.size();
  }
  CHECK(total == writers * each);
  CHECK(io.source.pool().used() == 0);
}

}  // namespace

TEST_CASE("threads: every record is reported once, in the order of its thread, with room to spare") {
  run(32 << 20, 0ms);
}

TEST_CASE("threads: the same when every other append waits for room") { run(12 * 1024, 0ms); }

TEST_CASE("threads: waiting for room sends what lingers") { run(12 * 1024, 1h); }

TEST_CASE("threads: a flush sends what lingers") { run(32 << 20, 1h); }
