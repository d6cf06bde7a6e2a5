#include "core/producer/outcomes.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>

#include "core/backoff.hpp"

using namespace kwire;

TEST_CASE("outcomes: serials may finish in any order; a wait looks at all before") {
  core::open_serials open;
  CHECK(open.all_finished(0));
  CHECK_FALSE(open.all_finished(1));
  open.finished(3);
  open.finished(2);
  CHECK_FALSE(open.all_finished(1));
  open.finished(1);
  CHECK(open.all_finished(3));
  CHECK_FALSE(open.all_finished(4));
  core::random_source random{3};
  std::set<std::uint64_t> left;
  core::open_serials many;
  for (std::uint64_t i = 1; i <= 500; ++i) left.insert(i);
  while (!left.empty()) {
    auto at = left.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random.below(left.size())));
    many.finished(*at);
    left.erase(at);
    const auto oldest = left.empty() ? 501 : *left.begin();
    CHECK(many.all_finished(oldest - 1));
    CHECK_FALSE(many.all_finished(oldest));
  }
}

TEST_CASE("outcomes: every report runs with its offset, also after one that throws") {
  core::topic_slot topic;
  topic.name = "t";
  core::partition_slot slot;
  slot.topic = &topic;
  slot.id = partition_id{4};
  constexpr auto last = std::numeric_limits<std::int64_t>::max();  // from a broker that says anything
  const std::map<std::int64_t, std::vector<std::int64_t>> expected{
      {-1, {-1, -1}}, {100, {100, 105}}, {last, {last, -1}}};
  for (const auto& [base, told] : expected) {
    core::finished_batch done;
    done.content = std::make_unique<core::batch>();
    done.content->slot = &slot;
    done.base_offset = base;
    done.result = outcome::not_persisted;
    done.why = error{errc::purged};
    std::vector<std::int64_t> offsets;
    const auto note = [&](const delivery& d) {
      offsets.push_back(d.offset());
      CHECK(d.topic() == "t");
      CHECK(d.partition() == partition_id{4});
      CHECK_FALSE(d);
      CHECK(d.error() == errc::purged);
      if (offsets.size() == 1) throw std::logic_error{"first"};
    };
    const auto pool = std::make_shared<core::accumulator_pool>(1 << 20);
    for (const std::int32_t index : {0, 5}) {
      REQUIRE(done.content->reports.make_room(*pool));
      delivery_callback call = note;
      done.content->reports.push(call, 1, index);
    }
    std::string thrown;
    done.report([&](const char* what) { thrown += what; });
    CHECK(thrown == "first");
    CHECK(offsets == told);
  }
}

namespace {

/// A finished batch of `count` records "k<i>" -> "v<i>" with a header, each wanting a report.
struct staged {
  core::topic_slot topic;
  core::partition_slot slot;
  std::shared_ptr<core::accumulator_pool> pool = std::make_shared<core::accumulator_pool>(1 << 20);
  core::finished_batch done;

  staged(int count, const std::function<void(const delivery&)>& told) {
    topic.name = "t";
    slot.topic = &topic;
    done.content = std::make_unique<core::batch>();
    auto& content = *done.content;
    content.slot = &slot;
    content.memory = pool->take(64 * 1024);
    content.builder.open(content.memory->data(), content.memory->capacity());
    content.reports.times().opened(5000);
    for (int i = 0; i < count; ++i) {
      const auto key = "k" + std::to_string(i);
      const auto value = "v" + std::to_string(i) + std::string(200, '.');
      const header_view headers[] = {{"h", as_bytes(key)}};
      REQUIRE(content.builder.append(7000 + i, as_bytes(key), as_bytes(value), headers));
      delivery_callback call = told;
      REQUIRE(content.reports.make_room(*pool));
      if (i % 2 == 0) content.reports.push(call, 1, i, {7000 + i, 5000 + i});
    }
  }
};

}  // namespace

TEST_CASE("outcomes: a report tells how long its record took, from when it was accepted") {
  std::vector<std::chrono::microseconds> latencies;
  staged stage{5, [&](const delivery& d) { latencies.push_back(d.latency()); }};
  stage.done.content->opened = core::time_point{} + std::chrono::seconds{10};
  stage.done.at = stage.done.content->opened + std::chrono::microseconds{3500};
  stage.done.report([](const char*) {});
  using std::chrono::microseconds;
  // 0, 2 and 4 ms after the batch was opened, and never less than nothing.
  CHECK(latencies == std::vector<microseconds>{microseconds{3500}, microseconds{1500}, microseconds{0}});
}

TEST_CASE("outcomes: a report tells the record's time, or the broker's where that counts") {
  std::vector<std::pair<std::int64_t, timestamp_type>> times;
  const auto note = [&](const delivery& d) {
    times.emplace_back(d.timestamp().time_since_epoch().count(), d.timestamp_type());
  };
  staged stage{3, note};
  stage.done.report([](const char*) {});
  stage.done.append_time_ms = 9000;
  stage.done.report([](const char*) {});
  CHECK(times == std::vector<std::pair<std::int64_t, timestamp_type>>{{7000, timestamp_type::create},
                                                                      {7002, timestamp_type::create},
                                                                      {9000, timestamp_type::log_append},
                                                                      {9000, timestamp_type::log_append}});
}

TEST_CASE("outcomes: records are told when their batch still has its memory, packed, plain or unsealed") {
  for (const auto codec : {protocol::codec::none, protocol::codec::zstd}) {
    for (const bool sealed : {true, false}) {
      std::vector<std::string> told;
      staged stage{40, [&](const delivery& d) {
                     REQUIRE(d.record() != nullptr);
                     told.emplace_back(as_text(*d.record()->key()));
                     CHECK(as_text(*d.record()->value()).substr(1, 2) ==
                           told.back().substr(1) + (told.back().size() < 3 ? "." : ""));
                     CHECK(as_text(*d.record()->header("h")->value) == told.back());
                   }};
      protocol::compressor packer;
      auto& content = *stage.done.content;
      if (sealed) content.sealed = content.builder.seal({}, {codec}, &packer);
      if (sealed && codec != protocol::codec::none) REQUIRE(content.sealed.size() < 3000);
      stage.done.report([](const char*) {});
      REQUIRE(told.size() == 20);
      CHECK(told.front() == "k0");
      CHECK(told.back() == "k38");
    }
  }
}

TEST_CASE("outcomes: without its memory a batch tells no records") {
  int told = 0;
  staged stage{3, [&](const delivery& d) { told += d.record() == nullptr ? 1 : 0; }};
  stage.done.content->sealed = stage.done.content->builder.seal({});
  stage.done.content->memory.reset();
  stage.done.report([](const char*) {});
  CHECK(told == 2);
}

TEST_CASE("outcomes: who listens hears of every record, and of those without a callback by the batch") {
  struct noting final : core::outcome_listener {
    std::vector<std::uint64_t> single;
    std::vector<std::string> batch;
    void each(const delivery& d) override {
      single.push_back(d.opaque());
      if (d.opaque() == 11) throw std::runtime_error{"each"};
    }
    void together(const delivery_batch& all) override {
      CHECK(all.size() == 2);
      CHECK_FALSE(all);
      CHECK(all.error() == errc::purged);
      CHECK(all.result() == outcome::possibly_persisted);
      for (const delivery& d : all) {
        batch.push_back(std::to_string(d.opaque()) + "@" + std::to_string(d.offset()) + " " +
                        std::string{as_text(*d.record()->key())} + " " +
                        std::to_string(d.timestamp().time_since_epoch().count()));
      }
      throw std::runtime_error{"together"};
    }
  } listener;
  int own = 0;
  staged stage{3, [&](const delivery&) { ++own; }};  // records 0 and 2
  auto& reports = stage.done.content->reports;
  for (const std::int32_t index : {1, 2}) {
    REQUIRE(reports.make_room(*stage.pool, core::report_kind::brief));
    reports.push_brief(static_cast<std::uint64_t>(index) + 10, index, {8000 + index, 5000});
  }
  CHECK(reports.size() == 4);
  stage.done.result = outcome::possibly_persisted;
  stage.done.base_offset = 100;
  stage.done.why = error{errc::purged};
  std::string thrown;
  stage.done.report([&](const char* what) { thrown += what; }, &listener);
  CHECK(own == 2);
  CHECK(listener.single == std::vector<std::uint64_t>{1, 1, 11, 12});
  CHECK(listener.batch == std::vector<std::string>{"11@101 k1 8001", "12@102 k2 8002"});
  CHECK(thrown == "eachtogether");
}
