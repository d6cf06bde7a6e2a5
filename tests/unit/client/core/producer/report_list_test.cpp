#include "core/producer/report_list.hpp"

#include <doctest/doctest.h>

using namespace kwire;
using core::accumulator_pool;
using core::report_list;

namespace {

/// Counts what is alive, so that a leak or a second destruction shows.
struct counted {
  int* alive;
  explicit counted(int& count) : alive(&count) { ++*alive; }
  counted(counted&& other) noexcept : alive(other.alive) { ++*alive; }
  ~counted() { --*alive; }
  void operator()(const delivery&) const {}
};

}  // namespace

TEST_CASE("report list: keeps order over many blocks, and lets go of everything") {
  auto pool = std::make_shared<accumulator_pool>(1 << 20);
  int alive = 0;
  {
    report_list list;
    CHECK(list.empty());
    for (std::int32_t i = 0; i < 3000; ++i) {
      delivery_callback call = counted{alive};
      REQUIRE(list.make_room(*pool));
      list.push(call, static_cast<std::uint64_t>(i) * 2, i);
    }
    CHECK_FALSE(list.empty());
    CHECK(list.size() == 3000);
    CHECK(alive == 3000);
    CHECK(pool->used() == (1 + 4 + 16 + 64 + 64 + 64) * 1024);
    std::int32_t next = 0;
    list.for_each([&](core::wanted_report& report) {
      CHECK(report.index == next);
      CHECK(report.opaque == static_cast<std::uint64_t>(next) * 2);
      ++next;
    });
    CHECK(next == 3000);
  }
  CHECK(alive == 0);
  CHECK(pool->used() == 0);
}

TEST_CASE("report list: takes small blocks where large ones do not fit, and says when there are none") {
  auto pool = std::make_shared<accumulator_pool>(2 * report_list::first_block);
  report_list list;
  std::size_t kept = 0;
  for (; list.make_room(*pool); ++kept) {
    delivery_callback call = [](const delivery&) {};
    list.push(call, 0, 0);
  }
  CHECK(kept == 2 * (report_list::first_block / sizeof(core::wanted_report)));
  CHECK(list.size() == kept);
}

TEST_CASE("report times: as they were noted, whatever the clock and the records' own times did") {
  core::report_times times;
  times.opened(1000);
  const std::vector<core::record_times> given{
      {500, 1000},  // the first is what the others are kept relative to
      {501, 1000},
      {499, 1004},                // backwards
      {500 + (1LL << 40), 1004},  // years ahead, and back
      {-1, 1008},
      {INT64_MIN, 1008},
      {INT64_MAX, 1002},  // the clock was set back
      {500LL + INT32_MAX, 1002},
      {500LL + INT32_MIN, 1100},
      {500LL - INT32_MAX, 1100}};
  std::vector<std::int32_t> kept;
  std::int32_t index = 3;  // not every record wants a report
  for (const auto& one : given) kept.push_back(times.note(index += 2, one));
  index = 3;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto found = times.of(index += 2, kept[i]);
    CHECK(found.created_ms == given[i].created_ms);
    CHECK(found.accepted_ms == given[i].accepted_ms);
  }
}

TEST_CASE("report times: a report that begins late keeps its own time, not the batch's") {
  core::report_times times;
  times.opened(1000);
  const auto kept = times.note(7, {1040, 1040});
  CHECK(times.of(7, kept).accepted_ms == 1040);
  CHECK(times.of(7, kept).created_ms == 1040);
  CHECK(times.opened() == 1000);
}
