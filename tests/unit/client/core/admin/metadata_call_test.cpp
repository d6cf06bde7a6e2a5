#include <doctest/doctest.h>

#include "admin_script.hpp"

using namespace kwire;
using namespace kwire::test;
using protocol::metadata_request;

TEST_CASE("every version can ask for all topics, for some, and for none") {
  admin_script script;
  told_outcome<cluster_metadata> told;
  core::ask_metadata(script.core, {}, script.now + seconds{30}, told.receiver(), script.now);
  core::ask_metadata(script.core, std::vector<std::string>{"t"}, script.now + seconds{30}, told.receiver(),
                     script.now);
  script.step();
  const auto all = *script.take(api::metadata);
  const auto one = *script.take(api::metadata);
  for (std::int16_t version = 0; version <= 13; ++version) {
    CAPTURE(version);
    const auto request = admin_script::read<metadata_request>(all, version);
    CHECK(request.topics.has_value() == (version == 0));
    const auto other = admin_script::read<metadata_request>(one, version);
    REQUIRE(other.topics.has_value());
    CHECK(other.topics->at(0).name == "t");
    if (version >= 4) CHECK_FALSE(other.allow_auto_topic_creation);
  }
}

TEST_CASE("topics, their errors and the broker that answered") {
  admin_script script;
  told_outcome<cluster_metadata> told;
  core::ask_metadata(script.core, {}, script.now + seconds{30}, told.receiver(), script.now);
  script.step();
  auto message = admin_script::metadata({2, -1});
  message.cluster_id = "c";
  auto& missing = message.topics.emplace_back();
  missing.name = "missing";
  missing.error_code = static_cast<std::int16_t>(broker_errc::unknown_topic_or_partition);
  script.answer(*script.take(api::metadata), message, 9);
  REQUIRE(told.told());
  const auto& all = told.value();
  CHECK(all.cluster.cluster_id == "c");
  CHECK(all.cluster.controller == node_id{2});
  CHECK(all.cluster.answered_by == node_id{1});
  REQUIRE(all.topics.at("t").has_value());
  const auto& parts = all.topics.at("t")->partitions;
  CHECK(parts.at(0).leader == node_id{2});
  CHECK(parts.at(0).epoch == leader_epoch{5});
  CHECK(parts.at(1).leader == no_node);
  CHECK(all.topics.at("missing").error() == broker_errc::unknown_topic_or_partition);
}

TEST_CASE("when_reached goes on at once where brokers are known, else asks first") {
  admin_script script;
  int gone = 0, failed = 0;
  const auto go = [&](time_point) { ++gone; };
  const auto give_up = [&](const error& why, time_point) { failed += why == errc::not_connected ? 1 : 0; };
  core::when_reached(script.core, script.now + seconds{1}, go, give_up, script.now);
  script.step();
  CHECK(gone == 0);
  CHECK(script.refreshes == 1);
  script.now += seconds{1};
  script.lose(*script.take(api::metadata), error{errc::not_connected});
  CHECK(failed == 1);
  script.know_brokers();
  core::when_reached(script.core, script.now + seconds{1}, go, give_up, script.now);
  CHECK(gone == 1);
}
