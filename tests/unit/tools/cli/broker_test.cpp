#include "broker.hpp"

#include <doctest/doctest.h>

#include "options.hpp"

using namespace kwire::cli;

TEST_CASE("topics with and without a number of partitions") {
  const auto topics = parse_topics("orders:6,events,x:1");
  REQUIRE(topics.size() == 3);
  CHECK(topics[0] == std::pair<std::string, std::int32_t>{"orders", 6});
  CHECK(topics[1].second == 1);
  for (const auto* text : {":3", "a:", "a:0", "a:x", "a,,b", "a:1:2"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_topics(text), usage_error);
  }
}
