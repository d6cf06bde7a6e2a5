// Tests: ../consumer_group.cpp, ../consumer_reconcile.cpp, ../topic_pattern.cpp
#include <kwire/protocol/messages/api_versions.hpp>

#include "../consumer_stage.hpp"

namespace kwire::embedded {
namespace {

using namespace test;
using stage = consumer_stage;
using asked = asked_heartbeat;
using told = told_heartbeat;

TEST_CASE("one member gets everything, in the answer to its first heartbeat") {
  stage s;
  const auto joined = s.join("m1");
  CHECK(joined.error_code == 0);
  CHECK(joined.member_id == "m1");
  CHECK(joined.member_epoch == 1);
  CHECK(joined.heartbeat_interval_ms == 5000);
  CHECK(s.given(joined) == indexes{0, 1, 2, 3});
  CHECK_FALSE(s.beat("m1", 1).assignment.has_value());
  CHECK(s.state() == "Stable");
}

TEST_CASE("a partition moves only when its owner has let it go") {
  stage s;
  s.join("m1");
  const auto second = s.join("m2");
  CHECK(second.member_epoch == 2);
  CHECK(s.given(second).empty());
  CHECK(s.state() == "Reconciling");
  const auto told_to_revoke = s.beat("m1", 1);
  CHECK(told_to_revoke.member_epoch == 1);
  CHECK(s.given(told_to_revoke) == indexes{0, 1});
  CHECK_FALSE(s.beat("m2", 2).assignment.has_value());
  CHECK(s.own("m1", 1, {0, 1, 2}).member_epoch == 1);
  CHECK(s.own("m1", 1, {0, 1}).member_epoch == 2);
  const auto released = s.beat("m2", 2);
  CHECK(s.given(released) == indexes{2, 3});
  CHECK(s.state() == "Stable");
  CHECK(s.describe().assignor_name == "uniform");
}

TEST_CASE("whoever does not let go in time is put out") {
  stage s;
  s.join("m1");
  s.join("m2");
  s.beat("m1", 1);
  for (int i = 0; i < 6; ++i) {
    s.pass(4'999ms);
    s.beat("m1", 1);
    s.beat("m2", 2);
  }
  CHECK(s.describe().members.size() == 2);
  s.pass(30'000ms - 6 * 4'999ms);
  CHECK(s.describe().members.size() == 1);
  CHECK(s.beat("m1", 1).error_code == code_of(broker_errc::unknown_member_id));
  CHECK(s.given(s.beat("m2", 2)) == indexes{0, 1, 2, 3});
}

TEST_CASE("a session ends to the millisecond") {
  stage s;
  s.join("m1");
  s.pass(44'999ms);
  CHECK(s.state() == "Stable");
  s.pass(1ms);
  CHECK(s.state() == "Empty");
  CHECK(s.describe().group_epoch == 2);
}

TEST_CASE("epochs fence") {
  stage s;
  s.join("m1");
  s.join("m1");  // the answer may have been lost
  CHECK(s.beat("m1", 2).error_code == code_of(broker_errc::fenced_member_epoch));
  CHECK(s.beat("m2", 1).error_code == code_of(broker_errc::unknown_member_id));
  s.join("m2");
  s.beat("m1", 1);
  CHECK(s.own("m1", 1, {0, 1}).member_epoch == 2);
  CHECK(s.own("m1", 1, {0, 1}).member_epoch == 2);
  CHECK(s.beat("m1", 1).error_code == code_of(broker_errc::fenced_member_epoch));
  CHECK(s.own("m1", 1, {0, 1, 2}).error_code == code_of(broker_errc::fenced_member_epoch));
  auto unknown = s.beating("m1", 1);
  unknown.group_id = "other";
  CHECK(s.ask(s.c, unknown, 1).error_code == code_of(broker_errc::group_id_not_found));
}

TEST_CASE("heartbeats that cannot be") {
  stage s;
  const auto error = [&](const asked& request, std::int16_t version = 1) {
    return s.ask(s.c, request, version).error_code;
  };
  constexpr auto invalid = code_of(broker_errc::invalid_request);
  auto request = s.joining("");
  CHECK(error(request) == invalid);
  CHECK(s.ask(s.c, request, 0).member_id.value_or("").size() == 22);
  request = s.joining("m");
  request.group_id = "";
  CHECK(error(request) == invalid);
  request = s.joining("m");
  request.rebalance_timeout_ms = -1;
  CHECK(error(request) == invalid);
  request = s.joining("m");
  request.topic_partitions.reset();
  CHECK(error(request) == invalid);
  request = s.joining("m");
  request.subscribed_topic_names.reset();
  CHECK(error(request) == invalid);
  request = s.joining("m");
  request.instance_id = "";
  CHECK(error(request) == invalid);
  request = s.joining("m");
  request.member_epoch = -3;
  CHECK(error(request) == invalid);
  CHECK(error(s.beating("m", -2)) == invalid);
  request = s.joining("m");
  request.server_assignor = "cooperative";
  CHECK(error(request) == code_of(broker_errc::unsupported_assignor));
  request = s.joining("m");
  request.group_id = "other";
  request.subscribed_topic_regex = "(";
  const auto answer = s.ask(s.c, request, 1);
  CHECK(answer.error_code == code_of(broker_errc::invalid_regular_expression));
  CHECK(answer.error_message->starts_with("SubscribedTopicRegex `(`"));
  CHECK(s.core.groups().find("other") == nullptr);
}

TEST_CASE("topics that appear, grow and vanish reach the members") {
  stage s;
  CHECK(s.given(s.ask(s.c, s.joining("m1", {"t", "later"}), 1)) == indexes{0, 1, 2, 3});
  s.make_topic("later", 2);
  const auto appeared = s.beat("m1", 1);
  CHECK(appeared.member_epoch == 2);
  CHECK(s.given(appeared, "later") == indexes{0, 1});
  s.core.add_partitions(*s.core.state().find("t"), s.core.default_placement(2));
  CHECK(s.given(s.beat("m1", 2)) == indexes{0, 1, 2, 3, 4, 5});
  const auto gone = s.id("later");
  s.core.state().remove(*s.core.state().find("later"));
  const auto vanished = s.beat("m1", 3);
  CHECK(vanished.member_epoch == 3);
  CHECK(vanished.assignment->topic_partitions.size() == 1);
  CHECK(vanished.assignment->topic_partitions[0].topic_id != gone);
  CHECK(s.own("m1", 3, {0, 1, 2, 3, 4, 5}).member_epoch == 4);
}

TEST_CASE("a regular expression matches whole names, now and later") {
  stage s;
  s.make_topic("logs.a", 1);
  s.make_topic("more-logs.a", 1);
  auto request = s.joining("m1", {});
  request.subscribed_topic_regex = "logs\\..*";
  CHECK(s.given(s.ask(s.c, request, 1), "logs.a") == indexes{0});
  CHECK(s.describe().members.at(0).subscribed_topic_regex == "logs\\..*");
  s.make_topic("logs.b", 1);
  const auto answer = s.beat("m1", 1);
  CHECK(s.given(answer, "logs.b") == indexes{0});
  CHECK(s.given(answer, "more-logs.a").empty());
}

TEST_CASE("a static member that comes back finds its partitions") {
  stage s;
  auto request = s.joining("m1");
  request.instance_id = "i1";
  CHECK(s.given(s.ask(s.c, request, 1)).size() == 4);
  request.member_id = "m2";
  CHECK(s.ask(s.c, request, 1).error_code == code_of(broker_errc::unreleased_instance_id));
  auto away = s.beating("m1", -2);
  away.instance_id = "i1";
  CHECK(s.ask(s.c, away, 1).member_epoch == -2);
  const auto back = s.ask(s.c, request, 1);
  CHECK(back.member_epoch == 1);
  CHECK(s.given(back).size() == 4);
  CHECK(s.describe().group_epoch == 1);
  away.member_epoch = 1;
  CHECK(s.ask(s.c, away, 1).error_code == code_of(broker_errc::fenced_instance_id));
  away.instance_id = "i2";
  CHECK(s.ask(s.c, away, 1).error_code == code_of(broker_errc::unknown_member_id));
}

TEST_CASE("a static member that stays away is put out with its session") {
  stage s;
  auto request = s.joining("m1");
  request.instance_id = "i1";
  s.ask(s.c, request, 1);
  auto away = s.beating("m1", -2);
  away.instance_id = "i1";
  s.ask(s.c, away, 1);
  s.pass(45'000ms);
  CHECK(s.state() == "Empty");
}

TEST_CASE("most members' assignor is used, and leaving gives everything back") {
  stage s;
  s.make_topic("u", 4);
  for (const auto* member : {"m1", "m2"}) {
    auto request = s.joining(member, {"t", "u"});
    request.server_assignor = "range";
    s.ask(s.c, request, 1);
  }
  CHECK(s.describe().assignor_name == "range");
  CHECK(s.beat("m1", -1).member_epoch == -1);
  CHECK(s.state() == "Assigning");
  CHECK(s.beat("m2", 2).assignment->topic_partitions.size() == 2);
  CHECK(s.beat("m1", -1).error_code == code_of(broker_errc::unknown_member_id));
}

TEST_CASE("what a member no longer subscribes to is taken at once") {
  stage s;
  s.make_topic("u", 2);
  s.ask(s.c, s.joining("m1", {"t", "u"}), 1);
  auto request = s.owning("m1", 1, {0, 1, 2, 3});
  request.subscribed_topic_names = {"t"};
  const auto answer = s.ask(s.c, request, 1);
  CHECK(answer.member_epoch == 2);
  CHECK(answer.assignment->topic_partitions.size() == 1);
}

TEST_CASE("the feature that lets clients use the protocol is told") {
  stage s;
  protocol::api_versions_request request;
  request.client_software_name = request.client_software_version = "x";
  const auto answer = s.ask(s.c, request, 3);
  const auto found = std::ranges::find(answer.finalized_features, "group.version",
                                       &protocol::api_versions_response::finalized_feature::name);
  REQUIRE(found != answer.finalized_features.end());
  CHECK(found->max_version_level == 1);
}

}  // namespace
}  // namespace kwire::embedded
