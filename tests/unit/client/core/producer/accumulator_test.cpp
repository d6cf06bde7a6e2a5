#include "core/producer/accumulator.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace kwire;
using core::accumulator;
using appended = core::accumulator::appended;
using placing = core::accumulator::placing;

namespace {

struct rig {
  int wakes = 0;
  accumulator source;
  core::partition_slot slot;
  core::accumulator::news news;
  std::size_t needed = 0;
  int reports = 0;

  explicit rig(std::size_t batch_size = 16384, std::size_t budget = 1 << 20)
      : source(batch_size, budget, [this] { ++wakes; }) {}

  appended add(std::size_t size, placing how = placing::fixed, bool report = false) {
    const std::string value(size, 'v');
    accumulator::item what;
    what.value = as_bytes(value);
    what.opaque = 9;
    delivery_callback call;
    if (report) call = [this](const delivery&) { ++reports; };
    return source.append(slot, what, call, how, needed);
  }
  void collect() { source.collect(news); }
};

}  // namespace

TEST_CASE("accumulator: the first record opens a batch and wakes once, until somebody looks") {
  rig r;
  CHECK(r.add(10) == appended::ok);
  CHECK(r.add(10) == appended::ok);
  CHECK(r.wakes == 1);
  CHECK(r.slot.accepted == 2);
  r.collect();
  REQUIRE(r.news.opened.size() == 1);
  CHECK(r.news.opened[0].slot == &r.slot);
  CHECK(r.news.opened[0].serial == 1);
  CHECK(r.source.last_serial() == 1);
  CHECK(r.news.filled.empty());
  CHECK(r.add(10) == appended::ok);
  CHECK(r.wakes == 1);  // nothing new to look at
  CHECK_FALSE(accumulator::take(r.slot, 0));
  auto batch = accumulator::take(r.slot, 1);
  REQUIRE(batch);
  CHECK(batch->count == 3);
  CHECK_FALSE(accumulator::take(r.slot, UINT64_MAX));
  CHECK(r.add(10) == appended::ok);
  CHECK(r.wakes == 2);
}

TEST_CASE("accumulator: buffers grow up to batch.size, which then closes the batch") {
  rig r{16384};
  for (int i = 0; i < 10; ++i) CHECK(r.add(1000) == appended::ok);
  CHECK(r.slot.open->memory->capacity() == 16384);
  CHECK(r.slot.closed.empty());
  for (int i = 0; i < 10; ++i) CHECK(r.add(1000) == appended::ok);
  REQUIRE(r.slot.closed.size() == 1);
  CHECK(r.slot.closed[0]->builder.count() == 16);
  CHECK(r.slot.open->memory->capacity() == 16384);  // begins with what the last one needed
  r.collect();
  CHECK(r.news.filled.size() == 1);
  CHECK(r.news.opened.size() == 2);
  CHECK(accumulator::take(r.slot, 0)->count == 16);  // closed ones whatever their serial
}

TEST_CASE("accumulator: batch.size between the sizes of buffers holds too") {
  for (const std::size_t size : {600, 5000, 20000, 70000}) {
    CAPTURE(size);
    rig r{size};
    for (int i = 0; i < 2000 && r.slot.closed.size() < 3; ++i) REQUIRE(r.add(100) == appended::ok);
    REQUIRE(r.slot.closed.size() == 3);
    for (const auto& batch : r.slot.closed) {
      CHECK(batch->builder.size() <= size);
      CHECK(batch->builder.size() + 120 > size);
    }
  }
}

TEST_CASE("accumulator: a record above batch.size gets a batch of its own") {
  rig r{4096};
  CHECK(r.add(10) == appended::ok);
  CHECK(r.add(100'000) == appended::ok);
  CHECK(r.add(100) == appended::ok);
  REQUIRE(r.slot.closed.size() == 2);
  CHECK(r.slot.closed[1]->builder.count() == 1);
}

TEST_CASE("accumulator: a record that may go elsewhere does not open the next batch here") {
  rig r{4096};
  CHECK(r.add(3000, placing::until_full) == appended::ok);
  CHECK(r.add(3000, placing::until_full) == appended::full);
  CHECK(r.slot.accepted == 1);
  CHECK_FALSE(r.slot.open);
  CHECK(r.slot.closed.size() == 1);
  CHECK(r.add(3000, placing::until_full) == appended::ok);
}

TEST_CASE("accumulator: a partition that has had its share is left between two batches") {
  rig r{4096};
  CHECK(r.add(100, placing::join_open) == appended::full);  // none is open
  CHECK(r.wakes == 0);
  CHECK(r.add(100) == appended::ok);
  CHECK(r.add(100, placing::join_open) == appended::ok);
  CHECK(accumulator::take(r.slot, UINT64_MAX)->count == 2);
  CHECK(r.add(100, placing::join_open) == appended::full);
  CHECK(r.slot.accepted == 2);
  CHECK(r.slot.unanswered == 1);
}

TEST_CASE("accumulator: no memory changes nothing, and says how much to wait for") {
  rig r{16384, 8192};
  core::partition_slot other;
  CHECK(r.add(3000) == appended::ok);
  CHECK(r.add(3000) == appended::no_memory);  // 16 KiB are not to be had
  CHECK(r.slot.closed.size() == 1);           // what there is goes out to make room
  CHECK(core::accumulator_pool::rounded(r.needed) == 4096);
  CHECK(r.add(3000) == appended::ok);
  CHECK(r.add(5000) == appended::no_memory);
  CHECK(core::accumulator_pool::rounded(r.needed) == 16384);
  CHECK(r.slot.accepted == 2);
  accumulator::take(r.slot, UINT64_MAX).reset();
  accumulator::take(r.slot, UINT64_MAX).reset();
  CHECK(r.source.pool().used() == 0);
  CHECK(r.add(5000) == appended::ok);  // above the budget, but alone
}

TEST_CASE("accumulator: reports keep the number of their record") {
  rig r;
  r.add(1);
  r.add(1, placing::fixed, true);
  r.add(1);
  r.add(1, placing::fixed, true);
  auto batch = accumulator::take(r.slot, UINT64_MAX);
  CHECK(batch->reports.size() == 2);
  std::vector<std::int32_t> indexes;
  batch->reports.for_each([&](core::wanted_report& report) {
    indexes.push_back(report.index);
    CHECK(report.opaque == 9);
  });
  CHECK(indexes == std::vector{1, 3});
}

TEST_CASE("accumulator: reports count in the budget, and are released with their batch") {
  rig r{16384, 3 * 4096};
  CHECK(r.add(1, placing::fixed, true) == appended::ok);
  CHECK(r.source.pool().used() == 2 * 1024);  // a buffer and the first block of reports
  std::uint64_t accepted = 1;
  auto last = appended::ok;
  while ((last = r.add(1, placing::fixed, true)) == appended::ok) ++accepted;
  CHECK(last == appended::no_memory);
  CHECK(r.source.pool().used() <= 3 * 4096);
  CHECK(r.slot.accepted == accepted);
  CHECK(accepted > 1024 / sizeof(core::wanted_report));  // more than one block
  CHECK(r.slot.closed.size() == 1);                      // goes out to make room
  CHECK(r.needed >= 2 * 1024);                           // for the batch that the refused record will open
  CHECK_FALSE(r.slot.open);
  auto batch = accumulator::take(r.slot, UINT64_MAX);
  CHECK(batch->reports.size() == accepted);
  batch.reset();
  CHECK(r.source.pool().used() == 0);
  CHECK(r.add(1, placing::fixed, true) == appended::ok);
}

TEST_CASE("accumulator: a budget below one buffer and its reports lets one record through at a time") {
  rig r{16384, 4096};
  CHECK(r.add(1, placing::fixed, true) == appended::ok);
  CHECK(r.add(5000, placing::fixed, true) == appended::no_memory);
  accumulator::take(r.slot, UINT64_MAX).reset();
  CHECK(r.add(5000, placing::fixed, true) == appended::ok);
}

TEST_CASE("accumulator: the budget grows with the partitions that are written to") {
  rig r{16384, 4096};
  r.source.widen_by(2048, 8192);
  std::array<core::partition_slot, 12> slots;
  const auto open_all = [&] {
    std::size_t opened = 0;
    for (auto& slot : slots) {
      accumulator::item what;
      delivery_callback none;
      if (r.source.append(slot, what, none, placing::fixed, r.needed) == appended::ok) ++opened;
    }
    return opened;
  };
  CHECK(open_all() == 8);  // of 1 KiB each
  CHECK(r.source.pool().used() == 8192);
  CHECK(open_all() == 8);
}

TEST_CASE("accumulator: hurry is told once, and wakes") {
  rig r;
  r.source.hurry();
  r.source.hurry();
  CHECK(r.wakes == 1);
  r.collect();
  CHECK(r.news.hurried);
  r.collect();
  CHECK_FALSE(r.news.hurried);
  r.source.hurry();
  CHECK(r.wakes == 2);
}

TEST_CASE("accumulator: topics are made once and keep their place") {
  rig r;
  auto& a = r.source.topic("a");
  CHECK(&r.source.topic("a") == &a);
  for (int i = 0; i < 100; ++i) r.source.topic("t" + std::to_string(i));
  CHECK(&r.source.topic("a") == &a);
  CHECK(a.name == "a");
  r.collect();
  CHECK(r.news.topics.size() == 101);
  r.collect();
  CHECK(r.news.topics.empty());
}

TEST_CASE("accumulator: a batch is opened at the time of the clock it was given") {
  const core::time_point moment{std::chrono::hours{5}};
  accumulator source{16384, 1 << 20, [] {}, [=] { return moment; }};
  core::partition_slot slot;
  delivery_callback none;
  std::size_t needed = 0;
  REQUIRE(source.append(slot, {}, none, placing::fixed, needed) == appended::ok);
  accumulator::news news;
  source.collect(news);
  REQUIRE(news.opened.size() == 1);
  CHECK(news.opened.front().opened == moment);
  CHECK(slot.open->opened == moment);
}
