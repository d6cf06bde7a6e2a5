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

TEST_CASE("users have a name and a password, which may have colons") {
  CHECK(parse_user("alice:a:b").second == "a:b");
  for (const auto* text : {"alice", ":x", "alice:", ""}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_user(text), usage_error);
  }
}

TEST_CASE("clients are told of by address, name, version and principal") {
  kwire::broker_client_event e;
  e.address = "127.0.0.1:5";
  e.principal = "User:ANONYMOUS";
  CHECK(describe(e) == "kwire: 127.0.0.1:5 connected");
  e.what = kwire::broker_client_event::kind::identified;
  e.client_id = "rdkafka";
  e.software_name = "librdkafka";
  e.software_version = "2.16.1";
  CHECK(describe(e) == "kwire: 127.0.0.1:5 is rdkafka (librdkafka 2.16.1)");
  e.what = kwire::broker_client_event::kind::authenticated;
  e.principal = "User:alice";
  CHECK(describe(e) == "kwire: 127.0.0.1:5 authenticated as User:alice");
  e.what = kwire::broker_client_event::kind::disconnected;
  CHECK(describe(e) == "kwire: 127.0.0.1:5 disconnected, was rdkafka as User:alice");
}
