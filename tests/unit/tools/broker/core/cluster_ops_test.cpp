// Tests: broker_core_cluster.cpp, coordinator_map.cpp, elections.cpp, epoch_history.cpp
// Tests: api/leader_epochs.cpp
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/describe_cluster.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_for_leader_epoch.hpp>
#include <kwire/protocol/messages/sync_group.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

constexpr std::int16_t latest_fetch = 18;

struct stage : script {
  explicit stage(core_options options = cluster_of(3)) : script(std::move(options)) {
    make_topic("t", 3);
    for (std::int32_t node = 1; node <= 3; ++node) by[static_cast<std::size_t>(node)] = connect(node);
  }
  partition& at(std::int32_t index) {
    return core.state().find("t")->partitions.at(static_cast<std::size_t>(index));
  }
  protocol::produce_response::partition put(std::int32_t node, std::int32_t index, std::int16_t acks = -1) {
    return ask(by[static_cast<std::size_t>(node)], produce_of("t", make_batch({"a"}), index, acks), 12)
        .responses.at(0)
        .partition_responses.at(0);
  }
  protocol::fetch_response::partition get(std::int32_t node, std::int64_t offset, std::int32_t index = 0,
                                          leader_epoch epoch = no_leader_epoch,
                                          const std::string& rack = "") {
    auto request = fetch_of("t", offset, 0, index);
    request.topics[0].topic_id = core.state().find("t")->id;
    request.topics[0].partitions[0].current_leader_epoch = epoch;
    request.rack_id = rack;
    last = ask(by[static_cast<std::size_t>(node)], request, latest_fetch);
    return last.responses.at(0).partitions.at(0);
  }
  protocol::metadata_response metadata(std::int32_t node = 1) {
    protocol::metadata_request request;
    request.topics.reset();
    return ask(by[static_cast<std::size_t>(node)], request, 12);
  }
  protocol::offset_for_leader_epoch_response::partition end_of(std::int32_t node, std::int32_t epoch,
                                                               std::int32_t index = 0) {
    protocol::offset_for_leader_epoch_request request;
    request.replica_id = no_node;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.index = partition_id{index};
    partition.epoch = leader_epoch{epoch};
    return ask(by[static_cast<std::size_t>(node)], request, 4).topics.at(0).partitions.at(0);
  }
  connection_id by[4]{};
  protocol::fetch_response last;
};

TEST_CASE("metadata tells nodes, leaders and replicas") {
  stage s;
  auto told = s.metadata(2);
  CHECK(told.brokers.size() == 3);
  CHECK(told.controller_id == node_id{1});
  REQUIRE(told.topics.at(0).partitions.size() == 3);
  CHECK(told.topics[0].partitions[1].leader_id == node_id{2});
  CHECK(told.topics[0].partitions[1].replica_nodes == std::vector{node_id{2}, node_id{3}, node_id{1}});
  REQUIRE(s.core.stop_node(node_id{1}, true, s.now));
  told = s.metadata(2);
  CHECK(told.brokers.size() == 2);
  CHECK(told.controller_id == node_id{2});
  CHECK(told.topics[0].partitions[0].leader_id == node_id{2});
  CHECK(told.topics[0].partitions[0].epoch == leader_epoch{1});
  CHECK(told.topics[0].partitions[0].isr_nodes == std::vector{node_id{2}, node_id{3}});
  CHECK(told.topics[0].partitions[0].offline_replicas == std::vector{node_id{1}});
  CHECK(told.topics[0].partitions[1].epoch == leader_epoch{0});
  protocol::describe_cluster_request request;
  CHECK(s.ask(s.by[2], request, 1).brokers.size() == 2);
  request.include_fenced_brokers = true;
  CHECK(s.ask(s.by[2], request, 2).brokers.size() == 3);
  request.endpoint_type = 2;
  CHECK(s.ask(s.by[2], request, 2).error_code == code_of(broker_errc::mismatched_endpoint_type));
}

TEST_CASE("each node knows who it is (KIP-1242)") {
  stage s;
  protocol::api_versions_request hello;
  hello.client_software_name = "test";
  hello.client_software_version = "1";
  hello.cluster_id = s.core.state().id();
  hello.node = node_id{2};
  CHECK(s.ask(s.by[2], hello, 5).error_code == 0);
  CHECK(s.ask(s.by[3], hello, 5).error_code == code_of(broker_errc::rebootstrap_required));
}

TEST_CASE("who does not lead says who does (KIP-951)") {
  stage s;
  CHECK(s.put(1, 0).error_code == 0);
  protocol::produce_response answer;
  for (const auto version : {std::int16_t{9}, std::int16_t{10}, std::int16_t{12}}) {
    answer = s.ask(s.by[2], produce_of("t", make_batch({"a"})), version);
    const auto& told = answer.responses[0].partition_responses[0];
    CHECK(told.error_code == code_of(broker_errc::not_leader_or_follower));
    CHECK(told.current_leader.leader_id == (version < 10 ? no_node : node_id{1}));
    CHECK(answer.node_endpoints.size() == (version < 10 ? 0 : 1));
  }
  CHECK(answer.node_endpoints[0].port == 9092);
  REQUIRE(s.core.move_leader("t", partition_id{0}, node_id{3}, s.now));
  CHECK(s.get(3, 0, 0, leader_epoch{0}).error_code == code_of(broker_errc::fenced_leader_epoch));
  CHECK(s.last.node_endpoints.at(0).id == node_id{3});
  CHECK(s.get(3, 0, 0, leader_epoch{2}).error_code == code_of(broker_errc::unknown_leader_epoch));
  CHECK(s.get(3, 0, 0, leader_epoch{1}).error_code == 0);
  CHECK(s.get(2, 0, 0, leader_epoch{1}).error_code == 0);  // a follower serves
  CHECK(s.end_of(2, 0).error_code == code_of(broker_errc::not_leader_or_follower));
}

TEST_CASE("epochs end where the next began") {
  stage s;
  s.put(1, 0);
  s.put(1, 0);
  s.core.bump_epoch("t", partition_id{0}, s.now);
  s.core.bump_epoch("t", partition_id{0}, s.now);
  s.put(1, 0);
  CHECK(s.at(0).epoch == leader_epoch{2});
  auto end = s.end_of(1, 0);
  CHECK(end.end_offset == 2);
  CHECK(end.epoch == leader_epoch{0});
  end = s.end_of(1, 1);  // wrote nothing
  CHECK(end.end_offset == 2);
  CHECK(end.epoch == leader_epoch{0});
  end = s.end_of(1, 2);
  CHECK(end.end_offset == 3);
  CHECK(end.epoch == leader_epoch{2});
  end = s.end_of(1, 3);
  CHECK(end.end_offset == -1);
  CHECK(end.epoch == no_leader_epoch);
}

TEST_CASE("a crash loses what followers do not have, and epochs show it") {
  stage s;
  s.put(1, 0);
  REQUIRE(s.core.hold_replication("t", partition_id{0}, true, s.now));
  CHECK(s.put(1, 0, 1).base_offset == 1);  // acks=1: told at once
  CHECK(s.get(1, 0).high_watermark == 1);
  CHECK(s.get(2, 2).error_code == code_of(broker_errc::offset_out_of_range));  // the follower is behind
  s.send(s.by[1], produce_of("t", make_batch({"b"}), 0, -1), 12);
  CHECK_FALSE(s.answered(s.by[1]));
  const auto waiting = s.connect(2);
  auto poll = fetch_of("t", 1, 10'000);
  s.send(waiting, poll, 12);
  CHECK_FALSE(s.answered(waiting));
  REQUIRE(s.core.stop_node(node_id{1}, false, s.now));
  s.look();
  CHECK(s.closed(s.by[1]));
  CHECK(s.at(0).leader == node_id{2});
  CHECK(s.at(0).log.end_offset() == 1);
  const auto end = s.end_of(2, 0);
  CHECK(end.end_offset == 1);
  CHECK(end.epoch == leader_epoch{0});
  CHECK(s.get(2, 2).error_code == code_of(broker_errc::offset_out_of_range));
  auto diverged = fetch_of("t", 2);
  diverged.topics[0].partitions[0].last_fetched_epoch = leader_epoch{0};
  const auto told = s.ask(s.by[3], diverged, 12).responses[0].partitions[0];
  CHECK(told.diverging_epoch.end_offset == 1);
  CHECK(told.error_code == 0);
}

TEST_CASE("acks=all waits for followers, no longer than it was told to") {
  auto options = cluster_of(3);
  options.replication_lag = 20ms;
  stage s{options};
  SUBCASE("lag") {
    s.send(s.by[1], produce_of("t", make_batch({"a"})), 12);
    s.pass(19ms);
    CHECK_FALSE(s.answered(s.by[1]));
    s.pass(1ms);
    CHECK(s.answer<protocol::produce_response>(s.by[1], 12).responses[0].partition_responses[0].error_code ==
          0);
  }
  SUBCASE("no followers fetch") {
    s.core.hold_replication("t", partition_id{0}, true, s.now);
    s.send(s.by[1], produce_of("t", make_batch({"a"})), 12);  // timeout 1 s
    s.pass(999ms);
    CHECK_FALSE(s.answered(s.by[1]));
    s.pass(1ms);
    CHECK(s.answer<protocol::produce_response>(s.by[1], 12).responses[0].partition_responses[0].error_code ==
          code_of(broker_errc::request_timed_out));
  }
  SUBCASE("another leader") {
    s.send(s.by[1], produce_of("t", make_batch({"a"})), 12);
    REQUIRE(s.core.move_leader("t", partition_id{0}, node_id{2}, s.now));
    s.look();
    CHECK(s.answer<protocol::produce_response>(s.by[1], 12).responses[0].partition_responses[0].error_code ==
          code_of(broker_errc::not_leader_or_follower));
    CHECK(s.at(0).log.end_offset() == 0);
  }
}

TEST_CASE("without a replica in sync there is no leader until it is back") {
  stage s{cluster_of(3)};
  s.put(1, 0);
  for (const std::int32_t node : {1, 2}) s.core.stop_node(node_id{node}, true, s.now);
  CHECK(s.put(3, 0).error_code == 0);
  CHECK(s.at(0).in_sync == std::vector{node_id{3}});
  s.core.stop_node(node_id{3}, false, s.now);
  CHECK(s.at(0).leader == no_node);
  CHECK(s.closed(s.connect(3)));
  s.core.start_node(node_id{1}, s.now);
  s.by[1] = s.connect(1);
  CHECK(s.metadata(1).topics.at(0).partitions.at(0).error_code == code_of(broker_errc::leader_not_available));
  CHECK(s.put(1, 0).error_code == code_of(broker_errc::not_leader_or_follower));
  SUBCASE("it comes back") {
    s.core.start_node(node_id{3}, s.now);
    CHECK(s.at(0).leader == node_id{3});
    CHECK(s.at(0).in_sync == std::vector{node_id{1}, node_id{3}});
    CHECK(s.at(0).log.end_offset() == 2);
  }
}

TEST_CASE("an unclean leader lacks what came after it left") {
  stage s;
  s.core.state().find("t")->config.set("unclean.leader.election.enable", "true");
  s.put(1, 0);
  s.core.stop_node(node_id{3}, true, s.now);
  s.put(1, 0);
  s.core.stop_node(node_id{2}, true, s.now);
  s.put(1, 0);
  s.core.start_node(node_id{3}, s.now);
  CHECK(s.at(0).in_sync == std::vector{node_id{1}, node_id{3}});
  s.core.stop_node(node_id{3}, true, s.now);
  s.put(1, 0);
  s.core.stop_node(node_id{1}, true, s.now);
  CHECK(s.at(0).leader == no_node);  // nobody else is alive
  s.core.start_node(node_id{3}, s.now);
  CHECK(s.at(0).leader == node_id{3});
  CHECK(s.at(0).log.end_offset() == 3);
  CHECK(s.at(0).in_sync == std::vector{node_id{3}});
}

TEST_CASE("too few replicas in sync are told") {
  stage s;
  s.core.state().find("t")->config.set("min.insync.replicas", "2");
  s.core.stop_node(node_id{2}, true, s.now);
  CHECK(s.put(1, 0).error_code == 0);
  s.core.stop_node(node_id{3}, true, s.now);
  CHECK(s.put(1, 0).error_code == code_of(broker_errc::not_enough_replicas));
  CHECK(s.put(1, 0, 1).error_code == 0);
}

TEST_CASE("a leader sends consumers to the follower in their rack (KIP-392)") {
  stage s{cluster_of(3, {"a", "b", "c"})};
  s.put(1, 0);
  auto told = s.get(1, 0, 0, no_leader_epoch, "b");
  CHECK(told.preferred_read_replica == node_id{2});
  CHECK(told.records->empty());
  CHECK(s.get(2, 0, 0, no_leader_epoch, "b").records->size() > 0);
  CHECK(s.get(1, 0, 0, no_leader_epoch, "a").preferred_read_replica == no_node);
  CHECK(s.get(1, 0, 0, no_leader_epoch, "z").preferred_read_replica == no_node);
  s.core.stop_node(node_id{2}, true, s.now);
  told = s.get(1, 0, 0, no_leader_epoch, "b");
  CHECK(told.preferred_read_replica == no_node);
  CHECK(told.records->size() > 0);
}

TEST_CASE("coordinators are where FindCoordinator says, and others say so") {
  stage s;
  protocol::find_coordinator_request find;
  find.coordinator_keys = {"g", "h", "i", "j", "k"};
  const auto found = s.ask(s.by[3], find, 6);
  std::set<node_id> used;
  for (const auto& one : found.coordinators) used.insert(one.node);
  CHECK(used.size() > 1);
  const auto home = static_cast<std::size_t>(raw(found.coordinators[0].node));
  protocol::find_coordinator_request old;
  old.key = "g";
  CHECK(s.ask(s.by[1], old, 3).node == found.coordinators[0].node);

  protocol::join_group_request join;
  join.group_id = "g";
  join.session_timeout_ms = join.rebalance_timeout_ms = 10'000;
  join.protocol_type = "consumer";
  join.protocols.emplace_back().name = "range";
  const auto other = home % 3 + 1;
  CHECK(s.ask(s.by[other], join, 5).error_code == code_of(broker_errc::not_coordinator));
  join.member_id = s.ask(s.by[home], join, 5).member_id;
  const auto joined = s.ask(s.by[home], join, 5);
  CHECK(joined.error_code == 0);
  protocol::sync_group_request sync;
  sync.group_id = "g";
  sync.member_id = join.member_id;
  sync.generation = joined.generation;
  CHECK(s.ask(s.by[home], sync, 5).error_code == 0);
  CHECK(s.ask(s.by[home], protocol::list_groups_request{}, 4).groups.size() == 1);
  CHECK(s.ask(s.by[other], protocol::list_groups_request{}, 4).groups.empty());

  protocol::heartbeat_request beat;
  beat.group_id = "g";
  beat.member_id = join.member_id;
  beat.generation = joined.generation;
  s.core.move_coordinator(coordinator_kind::group, "g", node_id{static_cast<std::int32_t>(other)}, s.now);
  CHECK(s.ask(s.by[home], beat, 4).error_code == code_of(broker_errc::not_coordinator));
  CHECK(s.ask(s.by[other], beat, 4).error_code == 0);
  s.core.stop_node(node_id{static_cast<std::int32_t>(other)}, true, s.now);
  const auto again = s.ask(s.by[home], find, 6);
  CHECK(again.coordinators[0].node == found.coordinators[0].node);
}

TEST_CASE("who waits for a group is sent to its new coordinator") {
  stage s;
  const auto home = raw(s.core.coordinator_of(coordinator_kind::group, "g"));
  const auto first = s.connect(home);
  const auto second = s.connect(home);
  protocol::join_group_request join;
  join.group_id = "g";
  join.session_timeout_ms = join.rebalance_timeout_ms = 10'000;
  join.protocol_type = "consumer";
  join.protocols.emplace_back().name = "range";
  CHECK(s.ask(first, join, 3).error_code == 0);
  s.send(second, join, 3);  // waits for the first to join again
  CHECK_FALSE(s.answered(second));
  s.core.move_coordinator(coordinator_kind::group, "g", node_id{home % 3 + 1}, s.now);
  s.look();
  CHECK(s.answer<protocol::join_group_response>(second, 3).error_code ==
        code_of(broker_errc::not_coordinator));
}

TEST_CASE("topics vanish, come back, and come back as others") {
  stage s;
  s.put(1, 0);
  const auto id = s.core.state().find("t")->id;
  const auto waiting = s.connect(1);
  s.send(waiting, fetch_of("t", 1, 10'000), 12);
  REQUIRE(s.core.hide_topic("t", s.now));
  s.look();
  CHECK(s.answer<protocol::fetch_response>(waiting, 12).responses[0].partitions[0].error_code ==
        code_of(broker_errc::unknown_topic_or_partition));
  CHECK(s.metadata().topics.empty());
  REQUIRE(s.core.show_topic("t", s.now));
  CHECK(s.core.state().find(id)->partitions[0].log.end_offset() == 1);
  REQUIRE(s.core.hide_topic("t", s.now));
  s.core.stop_node(node_id{1}, true, s.now);
  REQUIRE(s.core.show_topic("t", s.now));
  CHECK(s.at(0).leader == node_id{2});
  s.core.start_node(node_id{1}, s.now);
  s.by[1] = s.connect(1);
  REQUIRE(s.core.recreate_topic("t", s.now));
  CHECK(s.core.state().find(id) == nullptr);
  CHECK(s.at(2).log.end_offset() == 0);
  CHECK(s.metadata().topics.at(0).partitions.size() == 3);
  CHECK_FALSE(s.core.hide_topic("u", s.now));
  CHECK_FALSE(s.core.show_topic("u", s.now));
}

TEST_CASE("records lost in an unclean election are gone for producers too") {
  stage s;
  for (int i = 0; i < 3; ++i) {
    CHECK(produce(s, s.by[1], "t", make_batch({"a"}, {.stamp = stamp(7, 0, i)})).base_offset == i);
  }
  REQUIRE(s.core.lose_tail("t", partition_id{0}, 1, s.now));
  CHECK(s.at(0).high_watermark == 1);
  CHECK(produce(s, s.by[1], "t", make_batch({"a"}, {.stamp = stamp(7, 0, 2)})).error_code ==
        code_of(broker_errc::out_of_order_sequence_number));
  CHECK(produce(s, s.by[1], "t", make_batch({"a"}, {.stamp = stamp(7, 0, 1)})).base_offset == 1);
  CHECK(produce(s, s.by[1], "t", make_batch({"a"}, {.stamp = stamp(7, 0, 0)})).base_offset == 0);
}

}  // namespace
}  // namespace kwire::embedded
