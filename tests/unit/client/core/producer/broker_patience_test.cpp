#include "core/producer/broker_patience.hpp"

#include <doctest/doctest.h>

using namespace kwire;
using namespace std::chrono_literals;
using core::broker_patience;

namespace {

constexpr node_id one{1};
constexpr node_id two{2};
constexpr core::time_point start{1h};

}  // namespace

TEST_CASE("broker patience: a broker is late when it answers nothing for the time, to the moment") {
  broker_patience watch{100ms};
  watch.sent(one, start);
  watch.sent(two, start);
  CHECK(watch.next_deadline() == start + 100ms);
  watch.sent(one, start + 50ms);
  watch.returned(two, true, start + 60ms);
  CHECK(watch.poll(start + 99ms).empty());
  CHECK(watch.poll(start + 100ms) == std::vector{one});
  CHECK(watch.is_late(one));
  CHECK_FALSE(watch.is_late(two));
  CHECK(watch.poll(start + 10s).empty());  // told once
  CHECK(watch.next_deadline() == core::never);
  watch.returned(one, true, start + 10s);
  CHECK_FALSE(watch.is_late(one));
  CHECK(watch.poll(start + 10s) == std::vector{one});
  CHECK(watch.next_deadline() == start + 10s + 100ms);  // one is still under way
}

TEST_CASE("broker patience: attempts that fail do not make it young again, until nothing is asked of it") {
  broker_patience watch{100ms};
  watch.sent(one, start);
  watch.returned(one, false, start + 60ms);
  watch.sent(one, start + 80ms);
  CHECK(watch.poll(start + 100ms) == std::vector{one});
  watch.returned(one, false, start + 500ms);
  CHECK(watch.is_late(one));
  CHECK(watch.next_deadline() == start + 600ms);
  CHECK(watch.poll(start + 599ms).empty());
  CHECK(watch.poll(start + 600ms) == std::vector{one});
  CHECK_FALSE(watch.is_late(one));
  CHECK(watch.next_deadline() == core::never);
  watch.sent(one, start + 700ms);
  CHECK(watch.next_deadline() == start + 800ms);
}

TEST_CASE("broker patience: zero is endless") {
  broker_patience watch{0ms};
  watch.sent(one, start);
  watch.returned(two, false, start);
  CHECK(watch.poll(start + 1000h).empty());
  CHECK(watch.next_deadline() == core::never);
  CHECK_FALSE(watch.is_late(one));
}
