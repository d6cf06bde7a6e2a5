// Tests: consumer_classic.cpp, group_types.cpp
#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/sync_group.hpp>

#include "consumer_stage.hpp"

namespace kwire::embedded {
namespace {

using namespace test;
using stage = consumer_stage;

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
