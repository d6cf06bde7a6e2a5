#include "consume_plan.hpp"

#include <doctest/doctest.h>

#include <kwire/client/consumer.hpp>

using namespace kwire;
using namespace kwire::cli;
using kind = offset_spec::kind;

namespace {

const topic_partition where{"t", partition_id{0}};
const partition_bounds bounds{100, 200, 150};

partition_plan plan(kind what, std::int64_t number, bool exit_at_end,
                    const partition_bounds& known = bounds) {
  return plan_partition(where, {{what, number}, exit_at_end, false}, known);
}

}  // namespace

TEST_CASE("where to start") {
  CHECK(plan(kind::beginning, 0, false, {}).start == offset_beginning);
  CHECK(plan(kind::beginning, 0, true).start == 100);
  CHECK(plan(kind::stop_time, 5, false, {}).start == offset_beginning);
  CHECK(plan(kind::end, 0, false).start == 200);
  CHECK(plan(kind::stored, 0, false).start == offset_stored);
  CHECK(plan(kind::absolute, 7, false).start == 7);
  CHECK(plan(kind::from_end, 10, false).start == 190);
  CHECK(plan(kind::from_end, 1000, false).start == 100);
  CHECK(plan(kind::start_time, 5, false).start == 150);
  CHECK(plan(kind::start_time, 5, false, {100, 200, -1}).start == 200);
}

TEST_CASE("where to stop, and what needs no reading at all") {
  CHECK_FALSE(plan(kind::beginning, 0, false).stop);
  CHECK(plan(kind::beginning, 0, true).stop == 200);
  CHECK_FALSE(plan(kind::beginning, 0, true).done());
  CHECK(plan(kind::end, 0, true).done());
  CHECK(plan(kind::from_end, 0, true).done());
  CHECK(plan(kind::absolute, 300, true).done());
  CHECK(plan(kind::beginning, 0, true, {0, 0, {}}).done());
  CHECK_FALSE(plan(kind::stored, 0, true).done());
}
