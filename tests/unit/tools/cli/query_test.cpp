#include "query.hpp"

#include <doctest/doctest.h>

#include "options.hpp"

using namespace kwire;
using namespace kwire::cli;

TEST_CASE("topic, partition and timestamp") {
  const auto [where, query] = parse_query("a:b:3:1500");
  CHECK(where == topic_partition{"a:b", partition_id{3}});
  CHECK(query.number() == 1500);
  CHECK(parse_query("t:0:-2").second.number() == -2);
  for (const auto* text :
       {"", "t", "t:0", "t:0:", "t::1", ":0:1", "t:-1:0", "t:0:-4", "t:x:0", "t:4294967296:0"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_query(text), usage_error);
  }
}
