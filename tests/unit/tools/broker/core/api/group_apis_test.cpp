// Tests: coordinators.cpp, group_listing.cpp, group_membership.cpp, group_offsets.cpp
// Tests: ../group_coordinator.cpp
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <kwire/protocol/messages/sync_group.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

struct stage : script {
  stage() {
    make_topic("t", 2);
    c = connect();
  }
  protocol::join_group_request joining(const std::string& member, const std::string& group = "g") {
    protocol::join_group_request request;
    request.group_id = group;
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 60'000;
    request.member_id = member;
    request.protocol_type = "consumer";
    request.protocols.emplace_back().name = "range";
    return request;
  }
  /// Joins, as a client of that version does.
  protocol::join_group_response join(std::int16_t version, const std::string& group = "g") {
    auto answer = ask(c, joining("", group), version);
    if (answer.error_code == code_of(broker_errc::member_id_required)) {
      answer = ask(c, joining(answer.member_id, group), version);
    }
    return answer;
  }
  protocol::sync_group_response sync(const protocol::join_group_response& joined, std::int16_t version,
                                     const std::string& group = "g") {
    protocol::sync_group_request request;
    request.group_id = group;
    request.generation = joined.generation;
    request.member_id = joined.member_id;
    auto& given = request.assignments.emplace_back();
    given.member_id = joined.member_id;
    given.assignment = to_bytes(as_bytes("mine"));
    return ask(c, request, version);
  }
  protocol::offset_commit_request commit_of(std::int64_t offset, const std::string& group = "g") {
    protocol::offset_commit_request request;
    request.group_id = group;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.topic_id = core.state().find("t")->id;
    auto& partition = topic.partitions.emplace_back();
    partition.committed_offset = offset;
    partition.committed_metadata = "note";
    return request;
  }
  std::int16_t commit(const protocol::offset_commit_request& request, std::int16_t version) {
    return ask(c, request, version).topics.at(0).partitions.at(0).error_code;
  }
  connection_id c{};
};

TEST_CASE("all versions of a member's life") {
  stage s;
  for (std::int16_t version = 0; version <= 9; ++version) {
    CAPTURE(version);
    const auto group = "g" + std::to_string(version);
    const auto joined = s.join(version, group);
    REQUIRE(joined.error_code == 0);
    CHECK(joined.leader == joined.member_id);
    const auto synced = s.sync(joined, std::min<std::int16_t>(version, 5), group);
    CHECK(as_text(synced.assignment) == "mine");
    protocol::heartbeat_request beat;
    beat.group_id = group;
    beat.generation = joined.generation;
    beat.member_id = joined.member_id;
    CHECK(s.ask(s.c, beat, std::min<std::int16_t>(version, 4)).error_code == 0);
    protocol::leave_group_request leave;
    leave.group_id = group;
    if (version < 3) {
      leave.member_id = joined.member_id;
    } else {
      leave.members.emplace_back().member_id = joined.member_id;
    }
    const auto left = s.ask(s.c, leave, std::min<std::int16_t>(version, 5));
    CHECK(left.error_code == 0);
    if (version >= 3) CHECK(left.members.at(0).error_code == 0);
    CHECK(s.core.groups().find(group)->members().empty());
  }
}

TEST_CASE("a join waits on its connection, and its deadline is told") {
  stage s;
  const auto one = s.join(9);
  s.sync(one, 5);
  const auto other = s.connect();
  s.send(other, s.joining("", "g"), 3);
  CHECK_FALSE(s.answered(other));
  s.pass(9'999ms);
  CHECK_FALSE(s.answered(other));
  s.pass(1ms);  // the first member's session ends, the second is alone
  CHECK(s.answer<protocol::join_group_response>(other, 3).error_code == 0);
}

TEST_CASE("joins that cannot be") {
  stage s;
  auto request = s.joining("");
  request.session_timeout_ms = 5'999;
  CHECK(s.ask(s.c, request, 9).error_code == code_of(broker_errc::invalid_session_timeout));
  CHECK(s.ask(s.c, s.joining("", ""), 9).error_code == code_of(broker_errc::invalid_group_id));
  CHECK(s.ask(s.c, s.joining("nobody"), 9).error_code == code_of(broker_errc::unknown_member_id));
  request = s.joining("");
  request.protocols.clear();
  CHECK(s.ask(s.c, request, 9).error_code == code_of(broker_errc::inconsistent_group_protocol));
}

TEST_CASE("offsets are committed and fetched in all versions") {
  stage s;
  for (std::int16_t version = 0; version <= 10; ++version) {
    CAPTURE(version);
    CHECK(s.commit(s.commit_of(version), version) == 0);
    protocol::offset_fetch_request request;
    if (version < 8) {
      request.group_id = "g";
      auto& topic = request.topics->emplace_back();
      topic.name = "t";
      topic.partition_indexes = {partition_id{0}, partition_id{1}};
      const auto answer = s.ask(s.c, request, version).topics.at(0);
      CHECK(answer.partitions[0].committed_offset == version);
      CHECK(answer.partitions[0].metadata == "note");
      CHECK(answer.partitions[1].committed_offset == -1);
    } else {
      auto& group = request.groups.emplace_back();
      group.group_id = "g";
      auto& topic = group.topics->emplace_back();
      topic.name = "t";
      topic.topic_id = s.core.state().find("t")->id;
      topic.partition_indexes = {partition_id{0}, partition_id{1}};
      const auto answer = s.ask(s.c, request, version).groups.at(0).topics.at(0);
      CHECK(answer.partitions[0].committed_offset == version);
      CHECK(answer.partitions[1].committed_offset == -1);
      group.topics.reset();
      CHECK(s.ask(s.c, request, version).groups.at(0).topics.at(0).partitions.size() == 1);
    }
  }
  protocol::offset_fetch_request all;
  all.group_id = "g";
  all.topics.reset();
  CHECK(s.ask(s.c, all, 7).topics.at(0).name == "t");
}

TEST_CASE("commits that cannot be") {
  stage s;
  auto request = s.commit_of(1);
  request.generation_id_or_member_epoch = generation_id{3};
  CHECK(s.commit(request, 8) == code_of(broker_errc::illegal_generation));
  request = s.commit_of(1);
  request.topics[0].partitions[0].committed_metadata = std::string(4097, 'x');
  CHECK(s.commit(request, 8) == code_of(broker_errc::offset_metadata_too_large));
  request = s.commit_of(1);
  request.topics[0].partitions[0].partition_index = partition_id{2};
  CHECK(s.commit(request, 8) == code_of(broker_errc::unknown_topic_or_partition));
  request = s.commit_of(1);
  request.topics[0].topic_id.octets[3] ^= 1;
  CHECK(s.commit(request, 10) == code_of(broker_errc::unknown_topic_id));
  const auto joined = s.join(9);
  CHECK(s.commit(s.commit_of(1), 8) == code_of(broker_errc::unknown_member_id));
  request = s.commit_of(1);
  request.member_id = joined.member_id;
  request.generation_id_or_member_epoch = joined.generation;
  CHECK(s.commit(request, 8) == code_of(broker_errc::rebalance_in_progress));
  s.sync(joined, 5);
  CHECK(s.commit(request, 8) == 0);
}

TEST_CASE("groups are listed and described in all versions") {
  stage s;
  const auto joined = s.join(9);
  s.sync(joined, 5);
  for (std::int16_t version = 0; version <= 6; ++version) {
    protocol::describe_groups_request request;
    request.groups = {"g", "none"};
    const auto answer = s.ask(s.c, request, version);
    CHECK(answer.groups[0].group_state == "Stable");
    CHECK(answer.groups[0].protocol_data == "range");
    REQUIRE(answer.groups[0].members.size() == 1);
    CHECK(answer.groups[0].members[0].client_host == "/10.0.0.7");
    CHECK(as_text(answer.groups[0].members[0].member_assignment) == "mine");
    CHECK(answer.groups[1].group_state == "Dead");
    CHECK(answer.groups[1].error_code == (version < 6 ? 0 : code_of(broker_errc::group_id_not_found)));
  }
  for (std::int16_t version = 0; version <= 5; ++version) {
    CHECK(s.ask(s.c, protocol::list_groups_request{}, version).groups.size() == 1);
  }
  protocol::list_groups_request request;
  request.states_filter = {"stable"};
  CHECK(s.ask(s.c, request, 4).groups.size() == 1);
  request.states_filter = {"Empty"};
  CHECK(s.ask(s.c, request, 4).groups.empty());
  request = {};
  request.types_filter = {"consumer"};
  CHECK(s.ask(s.c, request, 5).groups.empty());
}

TEST_CASE("coordinators and producer ids, in all versions") {
  stage s;
  for (std::int16_t version = 0; version <= 6; ++version) {
    protocol::find_coordinator_request request;
    if (version < 4) request.key = "g";
    if (version >= 4) request.coordinator_keys = {"g", "h"};
    const auto answer = s.ask(s.c, request, version);
    CHECK((version < 4 ? answer.port : answer.coordinators.at(1).port) == 9092);
  }
  std::set<producer_id> seen;
  for (std::int16_t version = 0; version <= 5; ++version) {
    protocol::init_producer_id_request request;
    request.transactional_id.reset();
    const auto answer = s.ask(s.c, request, version);
    CHECK(answer.error_code == 0);
    CHECK(seen.insert(answer.producer).second);
    request.transactional_id = "tx";
    request.transaction_timeout_ms = 60'000;
    CHECK(s.ask(s.c, request, version).epoch == producer_epoch{version});
  }
}

}  // namespace
}  // namespace kwire::embedded
