// Tests: partition_changes.cpp, partition_storage.cpp
#include <kwire/protocol/messages/alter_partition_reassignments.hpp>
#include <kwire/protocol/messages/create_partitions.hpp>
#include <kwire/protocol/messages/delete_records.hpp>
#include <kwire/protocol/messages/describe_log_dirs.hpp>
#include <kwire/protocol/messages/elect_leaders.hpp>
#include <kwire/protocol/messages/list_partition_reassignments.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

struct stage : script {
  stage() : script(cluster_of(3)) {
    make_topic("t", 2);
    c = connect(1);
  }
  partition& at(std::size_t index) { return core.state().find("t")->partitions.at(index); }
  connection_id c{};
};

TEST_CASE("topics get more partitions, never fewer") {
  stage s;
  protocol::create_partitions_request request;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.assignments.reset();
  const auto grow = [&](std::int32_t count, std::int16_t version = 3) {
    request.topics[0].count = count;
    return broker_errc{s.ask(s.c, request, version).results.at(0).error_code};
  };
  for (const std::int32_t count : {-1, 0, 1, 2, 100'001})
    CHECK(grow(count) == broker_errc::invalid_partitions);
  request.validate_only = true;
  CHECK(grow(4) == broker_errc::none);
  CHECK(s.core.state().find("t")->partitions.size() == 2);
  request.validate_only = false;
  CHECK(grow(4, 0) == broker_errc::none);
  CHECK(s.at(3).leader == node_id{1});
  CHECK(s.at(2).replicas == std::vector{node_id{3}, node_id{1}, node_id{2}});
  request.topics[0].assignments.emplace().emplace_back().broker_ids = {node_id{2}, node_id{3}, node_id{3}};
  CHECK(grow(5) == broker_errc::invalid_replica_assignment);
  request.topics[0].assignments->at(0).broker_ids = {node_id{2}, node_id{3}, node_id{1}};
  CHECK(grow(6) == broker_errc::invalid_replica_assignment);
  CHECK(grow(5) == broker_errc::none);
  CHECK(s.at(4).leader == node_id{2});
  request.topics[0].name = "none";
  CHECK(grow(5) == broker_errc::unknown_topic_or_partition);
}

TEST_CASE("records are deleted up to the high watermark") {
  stage s;
  for (int i = 0; i < 3; ++i) produce(s, s.c, "t", make_batch({"a", "b"}));
  protocol::delete_records_request request;
  request.topics.emplace_back().name = "t";
  request.topics[0].partitions.emplace_back();
  const auto remove = [&](std::int64_t offset, std::int16_t version = 2) {
    request.topics[0].partitions[0].offset = offset;
    return s.ask(s.c, request, version).topics.at(0).partitions.at(0);
  };
  CHECK(remove(3, 0).low_watermark == 3);
  CHECK(s.at(0).log.start_offset() == 3);
  CHECK(remove(7).error_code == code_of(broker_errc::offset_out_of_range));
  CHECK(remove(-2).low_watermark == -1);
  s.core.hold_replication("t", partition_id{0}, true, s.now);
  s.ask(s.c, produce_of("t", make_batch({"c"}), 0, 1), 9);
  CHECK(remove(-1).low_watermark == 6);
  s.c = s.connect(2);
  CHECK(remove(-1).error_code == code_of(broker_errc::not_leader_or_follower));
}

TEST_CASE("preferred leaders come back when asked for") {
  stage s;
  s.core.stop_node(node_id{1}, true, s.now);
  s.c = s.connect(2);
  protocol::elect_leaders_request request;
  request.topic_partitions->push_back({"t", {partition_id{0}, partition_id{1}, partition_id{2}}, {}});
  auto results = s.ask(s.c, request, 2).replica_election_results.at(0).partition_result;
  CHECK(results.at(0).error_code == code_of(broker_errc::preferred_leader_not_available));
  CHECK(results.at(1).error_code == code_of(broker_errc::election_not_needed));
  CHECK(results.at(2).error_code == code_of(broker_errc::unknown_topic_or_partition));
  s.core.start_node(node_id{1}, s.now);
  CHECK(s.at(0).leader == node_id{2});
  request.topic_partitions.reset();
  results = s.ask(s.c, request, 2).replica_election_results.at(0).partition_result;
  CHECK(results.size() == 1);
  CHECK(s.at(0).leader == node_id{1});
  CHECK(s.at(0).epoch == leader_epoch{2});
  CHECK(s.ask(s.c, request, 2).replica_election_results.empty());
}

TEST_CASE("an unclean election is made on request only") {
  stage s;
  s.core.stop_node(node_id{2}, true, s.now);
  s.core.stop_node(node_id{3}, true, s.now);
  produce(s, s.c, "t", make_batch({"lost"}));
  s.core.stop_node(node_id{1}, true, s.now);
  s.core.start_node(node_id{2}, s.now);
  CHECK(s.at(0).leader == no_node);
  s.c = s.connect(2);
  protocol::elect_leaders_request request;
  request.election_type = 1;
  request.topic_partitions->push_back({"t", {partition_id{0}}, {}});
  CHECK(s.ask(s.c, request, 1).replica_election_results.at(0).partition_result.at(0).error_code == 0);
  CHECK(s.at(0).leader == node_id{2});
  CHECK(s.at(0).log.end_offset() == 0);
  request.election_type = 2;
  CHECK(s.ask(s.c, request, 1).error_code == code_of(broker_errc::invalid_request));
}

TEST_CASE("replicas move to other nodes at once") {
  stage s;
  produce(s, s.c, "t", make_batch({"a"}));
  protocol::alter_partition_reassignments_request request;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.partitions.emplace_back();
  const auto move = [&](std::optional<std::vector<node_id>> to, std::int16_t version = 1) {
    request.topics[0].partitions[0].replicas = std::move(to);
    return broker_errc{s.ask(s.c, request, version).responses.at(0).partitions.at(0).error_code};
  };
  CHECK(move(std::nullopt) == broker_errc::no_reassignment_in_progress);
  CHECK(move(std::vector<node_id>{}) == broker_errc::invalid_replica_assignment);
  CHECK(move(std::vector{node_id{9}}) == broker_errc::invalid_replica_assignment);
  request.allow_replication_factor_change = false;
  CHECK(move(std::vector{node_id{3}}) == broker_errc::invalid_replication_factor);
  request.allow_replication_factor_change = true;
  CHECK(move(std::vector{node_id{3}}) == broker_errc::none);
  CHECK(s.at(0).leader == node_id{3});
  CHECK(s.at(0).epoch == leader_epoch{1});
  CHECK(s.at(0).log.end_offset() == 1);
  CHECK(s.ask(s.c, protocol::list_partition_reassignments_request{}, 0).topics.empty());
}

TEST_CASE("log directories tell what a node holds") {
  stage s;
  s.make_topic("other", 1);
  s.core.hold_replication("t", partition_id{0}, true, s.now);
  s.ask(s.c, produce_of("t", make_batch({"a"}), 0, 1), 9);
  protocol::describe_log_dirs_request ask;
  ask.topics.reset();
  for (std::int16_t version = 0; version <= 4; ++version) {
    const auto told = s.ask(s.c, ask, version).results.at(0);
    REQUIRE(told.topics.size() == 2);
    CHECK(told.topics[1].partitions.at(0).partition_size == static_cast<std::int64_t>(s.at(0).log.bytes()));
    CHECK(told.topics[1].partitions[0].offset_lag == 0);
  }
  ask.topics.emplace().push_back({"t", {partition_id{0}, partition_id{8}}, {}});
  const auto follower = s.connect(2);
  const auto told = s.ask(follower, ask, 4).results.at(0);
  CHECK(told.topics.at(0).partitions.size() == 1);
  CHECK(told.topics[0].partitions[0].offset_lag == 1);
}

}  // namespace
}  // namespace kwire::embedded
