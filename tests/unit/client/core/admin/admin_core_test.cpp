#include <doctest/doctest.h>

#include "admin_script.hpp"

using namespace kwire;
using namespace kwire::test;
using metadata_told = told_outcome<cluster_metadata>;

TEST_CASE("a lost request is asked again, until it is answered") {
  admin_script script;
  metadata_told told;
  core::ask_metadata(script.core, {}, script.now + seconds{30}, told.receiver(), script.now);
  script.step();
  for (int i = 0; i < 3; ++i) {
    const auto asked = script.take(api::metadata);
    REQUIRE(asked);
    script.lose(*asked, error{errc::connection_lost});
    CHECK(script.requests.empty());
    REQUIRE(script.pass_to_deadline());
  }
  const auto asked = script.take(api::metadata);
  REQUIRE(asked);
  script.answer(*asked, admin_script::metadata({1}), 9);
  REQUIRE(told.told());
  CHECK(told.value().cluster.brokers.size() == 2);
  CHECK(script.core.next_deadline() == core::never);
}

TEST_CASE("no request outlives the call, and the call ends exactly at its deadline") {
  admin_script script;
  metadata_told told;
  const auto deadline = script.now + seconds{2};
  core::ask_metadata(script.core, {}, deadline, told.receiver(), script.now);
  script.step();
  auto asked = script.take(api::metadata);
  REQUIRE(asked);
  CHECK(asked->deadline == deadline);
  while (!told.told()) {
    script.lose(*asked, error{errc::not_connected, "refused"});
    if (told.told() || !script.pass_to_deadline() || told.told()) break;
    asked = script.take(api::metadata);
    REQUIRE(asked);
  }
  REQUIRE(told.told());
  CHECK(script.now == deadline);
  CHECK(told.failure() == errc::timed_out);
  CHECK(told.failure().message().find("refused") != std::string::npos);
}

TEST_CASE("what repeating does not change is told at once") {
  admin_script script;
  metadata_told told;
  core::ask_metadata(script.core, {}, script.now + seconds{30}, told.receiver(), script.now);
  script.step();
  script.lose(*script.take(api::metadata), error{errc::not_a_kafka_broker});
  REQUIRE(told.told());
  CHECK(told.failure() == errc::not_a_kafka_broker);
}

TEST_CASE("a malformed answer is final") {
  admin_script script;
  metadata_told told;
  core::ask_metadata(script.core, {}, script.now + seconds{30}, told.receiver(), script.now);
  script.step();
  const auto asked = script.take(api::metadata);
  core::response broken;
  broken.version = 9;
  script.core.handle(asked->token, std::move(broken), script.now);
  REQUIRE(told.told());
  CHECK_FALSE(told.failure().retriable());
}

TEST_CASE("stop ends what waits and what is asked later") {
  admin_script script;
  metadata_told first, second;
  core::ask_metadata(script.core, {}, script.now + seconds{30}, first.receiver(), script.now);
  script.step();
  script.core.stop(error{errc::interrupted}, script.now);
  REQUIRE(first.told());
  CHECK(first.failure() == errc::interrupted);
  core::ask_metadata(script.core, {}, script.now + seconds{30}, second.receiver(), script.now);
  REQUIRE(second.told());
  CHECK(second.failure() == errc::interrupted);
  // The answer to the request that was under way finds nobody.
  script.answer(*script.take(api::metadata), admin_script::metadata({1}), 9);
  CHECK(first.times == 1);
}

TEST_CASE("a broker's wish for a pause is passed on") {
  admin_script script;
  metadata_told told;
  core::ask_metadata(script.core, {}, script.now + seconds{30}, told.receiver(), script.now);
  script.step();
  auto message = admin_script::metadata({1});
  message.throttle_time_ms = 250;
  script.answer(*script.take(api::metadata), message, 9);
  CHECK(script.throttles == 1);
}
