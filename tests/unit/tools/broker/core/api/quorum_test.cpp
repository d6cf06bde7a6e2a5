#include <kwire/protocol/messages/describe_quorum.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

protocol::describe_quorum_response ask_quorum(script& s, connection_id by, std::int16_t version = 2,
                                              const std::string& topic = "__cluster_metadata") {
  protocol::describe_quorum_request request;
  auto& asked = request.topics.emplace_back();
  asked.topic_name = topic;
  asked.partitions.emplace_back();
  return s.ask(by, request, version);
}

TEST_CASE("the cluster is a quorum of its nodes whose log grows with every change") {
  script s{cluster_of(3)};
  const auto by = s.connect(2);
  const auto first = ask_quorum(s, by);
  CHECK(first.error_code == 0);
  REQUIRE(first.nodes.size() == 3);
  CHECK(first.nodes[2].listeners.at(0).port == 9094);
  const auto& before = first.topics.at(0).partitions.at(0);
  CHECK(raw(before.leader_id) == 1);
  CHECK(raw(before.epoch) == 1);
  REQUIRE(before.current_voters.size() == 3);
  CHECK(before.current_voters[0].log_end_offset == before.high_watermark);
  CHECK(before.current_voters[0].last_fetch_timestamp == to_ms(s.now));
  CHECK(before.observers.empty());
  s.make_topic("t", 2);
  const auto grown = ask_quorum(s, by, 1).topics[0].partitions[0].high_watermark;
  CHECK(grown > before.high_watermark);
  CHECK(ask_quorum(s, by, 0).topics[0].partitions[0].high_watermark == grown);
  s.core.delete_topic("t", s.now);
  CHECK(ask_quorum(s, by).topics[0].partitions[0].high_watermark > grown);
}

TEST_CASE("a stopped node stays behind, and another controller leads in another epoch") {
  script s{cluster_of(3)};
  const auto by = s.connect(2);
  const auto stopped = to_ms(s.now);
  s.core.stop_node(node_id{1}, true, s.now);
  s.look();
  s.now += 10s;
  s.make_topic("t");
  const auto told = ask_quorum(s, by).topics[0].partitions[0];
  CHECK(raw(told.leader_id) == 2);
  CHECK(raw(told.epoch) == 2);
  CHECK(told.current_voters[0].log_end_offset < told.high_watermark);
  CHECK(told.current_voters[0].last_caught_up_timestamp == stopped);
  s.core.stop_node(node_id{3}, true, s.now);
  s.make_topic("u");
  const auto alone = ask_quorum(s, by).topics[0].partitions[0];
  CHECK(alone.high_watermark < alone.current_voters[1].log_end_offset);  // no majority
  s.core.start_node(node_id{1}, s.now);
  const auto back = ask_quorum(s, by).topics[0].partitions[0];
  CHECK(raw(back.leader_id) == 1);
  CHECK(back.current_voters[0].log_end_offset == back.high_watermark);
}

TEST_CASE("there is no quorum of another topic") {
  script s;
  const auto by = s.connect();
  const auto told = ask_quorum(s, by, 2, "t").topics.at(0).partitions.at(0);
  CHECK(told.error_code == code_of(broker_errc::unknown_topic_or_partition));
}

}  // namespace
}  // namespace kwire::embedded
