#include "core/producer/outcomes.hpp"

#include <doctest/doctest.h>

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
