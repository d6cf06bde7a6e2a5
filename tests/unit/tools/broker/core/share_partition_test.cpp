#include "core/share_partition.hpp"

#include <doctest/doctest.h>

namespace kwire::embedded {
namespace {

using namespace std::chrono_literals;

constexpr std::int8_t gap = 0;
constexpr std::int8_t accept = 1;
constexpr std::int8_t release = 2;
constexpr std::int8_t reject = 3;
constexpr std::int8_t renew = 4;

/// A log of batches of ten records.
struct stage {
  share_partition at{0};
  share_limits limits{};
  instant now{1'000s};
  std::vector<acquired_run> given;

  std::size_t acquire(const std::string& member, std::int64_t batch, std::size_t most = 100,
                      bool exactly = false, std::size_t run = 0) {
    given.clear();
    return at.acquire(member, batch * 10, batch * 10 + 9, {most, exactly, run}, limits, now, given);
  }
  broker_errc check(const std::string& member, std::int64_t first, std::int64_t last,
                    const std::vector<std::int8_t>& types) {
    return at.check(member, first, last, types);
  }
  bool say(std::int64_t first, std::int64_t last, const std::vector<std::int8_t>& types) {
    return at.acknowledge(first, last, types, limits, now);
  }
  std::optional<std::int64_t> free(std::int64_t end = 100) { return at.first_free(end, limits); }
};

TEST_CASE("records are given to one member at a time") {
  stage s;
  CHECK(s.free() == 0);
  CHECK(s.acquire("a", 0) == 10);
  REQUIRE(s.given.size() == 1);
  CHECK(s.given[0].first == 0);
  CHECK(s.given[0].last == 9);
  CHECK(s.given[0].deliveries == 1);
  CHECK(s.acquire("b", 0) == 0);
  CHECK(s.free() == 10);
  CHECK_FALSE(s.free(10).has_value());
}

TEST_CASE("what is accepted is behind the group, what is released comes again") {
  stage s;
  s.acquire("a", 0);
  CHECK_FALSE(s.say(0, 3, {accept}));
  CHECK(s.at.start() == 4);
  CHECK(s.say(4, 6, {release, reject, gap}));
  CHECK(s.free() == 4);
  CHECK(s.at.lag(20) == 14);
  CHECK(s.acquire("b", 0) == 1);
  CHECK(s.given[0].deliveries == 2);
  s.say(4, 4, {accept});
  CHECK(s.at.start() == 7);
}

TEST_CASE("a lock ends to the microsecond, unless it is renewed") {
  stage s;
  s.acquire("a", 0);
  CHECK(s.at.next_deadline() == s.now + 30s);
  s.now += 10s;
  CHECK_FALSE(s.say(5, 9, {renew}));
  CHECK_FALSE(s.at.expire(s.limits, s.now + 20s - 1us));
  CHECK(s.at.expire(s.limits, s.now + 20s));
  CHECK(s.free() == 0);
  CHECK(s.check("a", 0, 4, {accept}) == broker_errc::invalid_record_state);
  CHECK(s.check("a", 5, 9, {accept}) == broker_errc::none);
  CHECK(s.at.next_deadline() == s.now + 30s);
}

TEST_CASE("a record that was delivered too often is given up") {
  stage s;
  s.limits.deliveries = 2;
  s.acquire("a", 0);
  CHECK(s.say(0, 9, {release}));
  CHECK(s.acquire("a", 0) == 10);
  CHECK_FALSE(s.say(0, 9, {release}));
  CHECK(s.at.start() == 10);
}

TEST_CASE("acknowledgements that cannot be") {
  stage s;
  s.acquire("a", 0);
  CHECK(s.check("b", 0, 9, {accept}) == broker_errc::invalid_record_state);
  CHECK(s.check("a", 0, 10, {accept}) == broker_errc::invalid_request);
  CHECK(s.check("a", 5, 4, {accept}) == broker_errc::invalid_request);
  CHECK(s.check("a", -1, 4, {accept}) == broker_errc::invalid_request);
  CHECK(s.check("a", 0, 9, {}) == broker_errc::invalid_request);
  CHECK(s.check("a", 0, 9, {accept, accept}) == broker_errc::invalid_request);
  CHECK(s.check("a", 0, 9, {5}) == broker_errc::invalid_request);
  CHECK(s.check("a", 0, INT64_MAX, {accept}) == broker_errc::invalid_request);
  s.say(3, 3, {accept});
  CHECK(s.check("a", 3, 3, {accept}) == broker_errc::invalid_record_state);
  s.say(0, 2, {accept});
  CHECK(s.at.start() == 4);
  CHECK(s.check("a", 0, 3, {accept}) == broker_errc::none);
}

TEST_CASE("whole batches, or exactly so many records") {
  stage s;
  CHECK(s.acquire("a", 0, 3) == 10);
  CHECK(s.acquire("a", 1, 3, true) == 3);
  CHECK(s.given[0].first == 10);
  CHECK(s.given[0].last == 12);
  CHECK(s.free() == 13);
}

TEST_CASE("runs grow over batches until they are as long as wished") {
  stage s;
  const share_partition::wish wanted{100, false, 15};
  for (std::int64_t batch = 0; batch < 3; ++batch) {
    s.at.acquire("a", batch * 10, batch * 10 + 9, wanted, s.limits, s.now, s.given);
  }
  REQUIRE(s.given.size() == 2);
  CHECK(s.given[0].last == 19);
  CHECK(s.given[1].first == 20);
}

TEST_CASE("no more than so many are in flight, and what a member leaves is taken back") {
  stage s;
  s.limits.in_flight = 15;
  CHECK(s.acquire("a", 0) == 10);
  CHECK(s.acquire("b", 1) == 10);
  CHECK_FALSE(s.free().has_value());
  CHECK(s.at.release("b", no_node, s.limits));
  CHECK(s.free() == 10);
  CHECK_FALSE(s.at.release("b", no_node, s.limits));
}

TEST_CASE("the log moves its start, and may lack offsets") {
  stage s;
  s.acquire("a", 0);
  s.at.start_at_least(5);
  CHECK(s.at.start() == 5);
  CHECK(s.check("a", 0, 9, {accept}) == broker_errc::none);
  s.at.start_at_least(30);
  CHECK(s.free() == 30);
  CHECK(s.acquire("a", 4) == 10);
  s.say(40, 49, {accept});
  CHECK(s.at.start() == 50);
  CHECK(s.at.lag(50) == 0);
}

}  // namespace
}  // namespace kwire::embedded
