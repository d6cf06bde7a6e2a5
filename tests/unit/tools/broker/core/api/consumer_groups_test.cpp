// Tests: group_deletion.cpp, ../consumer_classic.cpp, ../consumer_group.cpp, ../consumer_reconcile.cpp
// Tests: ../group_migration.cpp, ../group_types.cpp, ../topic_pattern.cpp
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/consumer_group_describe.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/delete_groups.hpp>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_delete.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <kwire/protocol/messages/sync_group.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;
using asked = protocol::consumer_group_heartbeat_request;
using told = protocol::consumer_group_heartbeat_response;
using indexes = std::set<std::int32_t>;

struct stage : script {
  stage() {
    make_topic("t", 4);
    c = connect();
  }
  uuid id(const std::string& topic = "t") { return core.state().find(topic)->id; }

  asked joining(const std::string& member, std::vector<std::string> topics = {"t"}) {
    asked request;
    request.group_id = "g";
    request.member_id = member;
    request.rebalance_timeout_ms = 30'000;
    request.subscribed_topic_names = std::move(topics);
    request.topic_partitions.emplace();
    return request;
  }
  told join(const std::string& member) { return ask(c, joining(member), 1); }

  asked beating(const std::string& member, std::int32_t epoch) {
    asked request;
    request.group_id = "g";
    request.member_id = member;
    request.member_epoch = epoch;
    return request;
  }
  told beat(const std::string& member, std::int32_t epoch) { return ask(c, beating(member, epoch), 1); }

  asked owning(const std::string& member, std::int32_t epoch, const indexes& owned,
               const std::string& topic = "t") {
    auto request = beating(member, epoch);
    request.topic_partitions.emplace();
    if (owned.empty()) return request;
    auto& listed = request.topic_partitions->emplace_back();
    listed.topic_id = id(topic);
    for (const auto index : owned) listed.partitions.push_back(partition_id{index});
    return request;
  }
  told own(const std::string& member, std::int32_t epoch, const indexes& owned) {
    return ask(c, owning(member, epoch, owned), 1);
  }

  indexes given(const told& answer, const std::string& topic = "t") {
    REQUIRE(answer.assignment.has_value());
    indexes all;
    for (const auto& listed : answer.assignment->topic_partitions) {
      if (listed.topic_id != id(topic)) continue;
      for (const auto index : listed.partitions) all.insert(raw(index));
    }
    return all;
  }
  protocol::consumer_group_describe_response::group describe(const std::string& group = "g") {
    protocol::consumer_group_describe_request request;
    request.group_ids = {group};
    return ask(c, request, 1).groups.at(0);
  }
  std::string state() { return describe().group_state; }

  std::int16_t commit(const std::string& member, std::int32_t epoch, std::int16_t version) {
    protocol::offset_commit_request request;
    request.group_id = "g";
    request.member_id = member;
    request.generation_id_or_member_epoch = generation_id{epoch};
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.topic_id = id();
    topic.partitions.emplace_back().committed_offset = 7;
    return ask(c, request, version).topics.at(0).partitions.at(0).error_code;
  }
  std::int16_t fetch(const std::optional<std::string>& member, std::int32_t epoch) {
    protocol::offset_fetch_request request;
    auto& group = request.groups.emplace_back();
    group.group_id = "g";
    group.member_id = member;
    group.member_epoch = epoch;
    return ask(c, request, 9).groups.at(0).error_code;
  }
  connection_id c{};
};

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

TEST_CASE("offsets need the member's epoch") {
  stage s;
  CHECK(s.commit("m1", 1, 9) == code_of(broker_errc::group_id_not_found));
  CHECK(s.commit("m1", 1, 8) == code_of(broker_errc::illegal_generation));
  s.join("m1");
  CHECK(s.commit("m1", 1, 9) == 0);
  CHECK(s.commit("m1", 1, 10) == 0);
  CHECK(s.commit("m1", 0, 9) == code_of(broker_errc::stale_member_epoch));
  CHECK(s.commit("m2", 1, 9) == code_of(broker_errc::unknown_member_id));
  CHECK(s.commit("m1", 1, 8) == code_of(broker_errc::unsupported_version));
  CHECK(s.fetch("m1", 1) == 0);
  CHECK(s.fetch("m1", 2) == code_of(broker_errc::stale_member_epoch));
  CHECK(s.fetch("m2", 1) == code_of(broker_errc::unknown_member_id));
  CHECK(s.fetch(std::nullopt, -1) == 0);
}

TEST_CASE("groups are listed with their types and states, and deleted when nobody is left") {
  stage s;
  s.join("m1");
  protocol::list_groups_request list;
  list.types_filter = {"Consumer"};
  const auto listed = s.ask(s.c, list, 5).groups;
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].group_type == "consumer");
  CHECK(listed[0].group_state == "Stable");
  CHECK(listed[0].protocol_type == "consumer");
  list.types_filter = {"classic"};
  CHECK(s.ask(s.c, list, 5).groups.empty());
  CHECK(s.describe("none").error_code == code_of(broker_errc::group_id_not_found));
  protocol::describe_groups_request classic;
  classic.groups = {"g"};
  CHECK(s.ask(s.c, classic, 6).groups.at(0).error_code == code_of(broker_errc::group_id_not_found));

  protocol::delete_groups_request request;
  request.groups_names = {"g", "none", ""};
  auto results = s.ask(s.c, request, 2).results;
  CHECK(results.at(0).error_code == code_of(broker_errc::non_empty_group));
  CHECK(results.at(1).error_code == code_of(broker_errc::group_id_not_found));
  CHECK(results.at(2).error_code == code_of(broker_errc::invalid_group_id));
  s.beat("m1", -1);
  CHECK(s.ask(s.c, request, 2).results.at(0).error_code == 0);
  CHECK(s.core.groups().find("g") == nullptr);
  s.pass(60s);
}

TEST_CASE("offsets are deleted unless a member reads the topic") {
  stage s;
  s.make_topic("u", 1);
  s.join("m1");
  s.commit("m1", 1, 9);
  protocol::offset_delete_request request;
  request.group_id = "g";
  for (const auto* name : {"t", "u", "none"}) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.partitions.emplace_back();
  }
  const auto answer = s.ask(s.c, request, 0);
  CHECK(answer.topics.at(0).partitions.at(0).error_code == code_of(broker_errc::group_subscribed_to_topic));
  CHECK(answer.topics.at(1).partitions.at(0).error_code == 0);
  CHECK(answer.topics.at(2).partitions.at(0).error_code == code_of(broker_errc::unknown_topic_or_partition));
  s.beat("m1", -1);
  CHECK(s.ask(s.c, request, 0).topics.at(0).partitions.at(0).error_code == 0);
  CHECK(s.core.groups().find("g")->offsets.empty());
  request.group_id = "none";
  CHECK(s.ask(s.c, request, 0).error_code == code_of(broker_errc::group_id_not_found));
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

/// A classic consumer, which the live group may meet.
struct classic_member {
  stage& s;
  connection_id c = s.connect();
  std::string id{};
  std::int32_t generation = -1;

  protocol::join_group_request joining(const indexes& owned) {
    protocol::consumer_protocol_subscription mine;
    mine.topics = {"t"};
    auto& listed = mine.owned_partitions.emplace_back();
    listed.topic = "t";
    for (const auto index : owned) listed.partitions.push_back(partition_id{index});
    protocol::writer out;
    REQUIRE(protocol::encode_stored(protocol::ref(mine), 1, out).has_value());
    protocol::join_group_request request;
    request.group_id = "g";
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 60'000;
    request.member_id = id;
    request.protocol_type = "consumer";
    auto& offered = request.protocols.emplace_back();
    offered.name = "range";
    offered.metadata = out.buffer();
    return request;
  }
  protocol::join_group_response join(const indexes& owned = {}) {
    auto answer = s.ask(c, joining(owned), 9);
    if (answer.error_code == code_of(broker_errc::member_id_required)) {
      id = answer.member_id;
      answer = s.ask(c, joining(owned), 9);
    }
    id = answer.member_id;
    generation = raw(answer.generation);
    return answer;
  }
  protocol::sync_group_response sync(const indexes& assigned = {}) {
    protocol::sync_group_request request;
    request.group_id = "g";
    request.member_id = id;
    request.generation = generation_id{generation};
    if (!assigned.empty()) {
      protocol::consumer_protocol_assignment content;
      auto& listed = content.assigned_partitions.emplace_back();
      listed.topic = "t";
      for (const auto index : assigned) listed.partitions.push_back(partition_id{index});
      protocol::writer out;
      REQUIRE(protocol::encode_stored(protocol::ref(content), 0, out).has_value());
      auto& given = request.assignments.emplace_back();
      given.member_id = id;
      given.assignment = out.buffer();
    }
    return s.ask(c, request, 5);
  }
  indexes synced() {
    const auto answer = sync();
    REQUIRE(answer.error_code == 0);
    protocol::consumer_protocol_assignment content;
    REQUIRE(protocol::decode_stored(protocol::ref(content), answer.assignment).has_value());
    indexes all;
    for (const auto& topic : content.assigned_partitions) {
      for (const auto index : topic.partitions) all.insert(raw(index));
    }
    return all;
  }
  std::int16_t beat() {
    protocol::heartbeat_request request;
    request.group_id = "g";
    request.member_id = id;
    request.generation = generation_id{generation};
    return s.ask(c, request, 4).error_code;
  }
  std::int16_t leave() {
    protocol::leave_group_request request;
    request.group_id = "g";
    request.members.emplace_back().member_id = id;
    return s.ask(c, request, 5).members.at(0).error_code;
  }
};

TEST_CASE("a live classic group becomes a consumer group and goes on with what it has") {
  stage s;
  classic_member old{s};
  REQUIRE(old.join().error_code == 0);
  old.sync({0, 1, 2, 3});
  CHECK(s.given(s.join("m1")).empty());
  CHECK(s.core.groups().type("g") == "consumer");
  CHECK(old.beat() == code_of(broker_errc::rebalance_in_progress));
  CHECK(s.describe().members.size() == 2);
  CHECK(old.join({0, 1, 2, 3}).generation == generation_id{1});
  const auto kept = old.synced();
  CHECK(kept.size() == 2);
  CHECK(old.beat() == code_of(broker_errc::rebalance_in_progress));  // to say what it has given back
  CHECK(old.join(kept).generation == generation_id{2});
  CHECK(old.synced() == kept);
  CHECK(old.beat() == 0);
  CHECK(s.given(s.beat("m1", 2)).size() == 2);
  CHECK(s.state() == "Stable");
  CHECK(s.commit(old.id, old.generation, 8) == 0);
  CHECK(s.commit(old.id, 1, 8) == code_of(broker_errc::illegal_generation));
}

TEST_CASE("when the last member of the new protocol goes, the group is a classic one again") {
  stage s;
  s.join("m1");
  classic_member old{s};
  REQUIRE(old.join().error_code == 0);
  CHECK(old.synced().empty());
  s.commit("m1", 1, 9);
  s.beat("m1", -1);
  CHECK(s.core.groups().type("g") == "classic");
  CHECK(old.beat() == code_of(broker_errc::rebalance_in_progress));
  const auto joined = old.join();
  CHECK(joined.error_code == 0);
  CHECK(joined.leader == old.id);
  CHECK(s.core.groups().find("g")->offsets.size() == 1);
}

TEST_CASE("a classic member among new ones must join and ask in time") {
  stage s;
  s.join("m1");
  classic_member old{s};
  REQUIRE(old.join().error_code == 0);
  s.beat("m1", 1);
  s.own("m1", 1, {0, 1});
  for (int i = 0; i < 12; ++i) {
    CHECK(s.describe().members.size() == 2);
    s.pass(5s);
    s.beat("m1", 2);
    old.beat();
  }
  CHECK(old.beat() == code_of(broker_errc::unknown_member_id));
}

TEST_CASE("an empty group takes whichever protocol comes") {
  stage s;
  s.join("m1");
  s.beat("m1", -1);
  classic_member old{s};
  CHECK(old.join().error_code == 0);
  CHECK(s.core.groups().type("g") == "classic");
  CHECK(old.leave() == 0);
  CHECK(s.join("m1").error_code == 0);
  CHECK(s.core.groups().type("g") == "consumer");
  CHECK(old.leave() == code_of(broker_errc::unknown_member_id));
}

TEST_CASE("a classic group that is not of consumers stays what it is") {
  stage s;
  classic_member old{s};
  auto request = old.joining({});
  request.protocol_type = "connect";
  old.id = s.ask(old.c, request, 9).member_id;
  request.member_id = old.id;
  REQUIRE(s.ask(old.c, request, 9).error_code == 0);
  CHECK(s.join("m1").error_code == code_of(broker_errc::group_id_not_found));
}

}  // namespace
}  // namespace kwire::embedded
