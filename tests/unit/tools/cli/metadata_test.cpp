#include "metadata.hpp"

#include <doctest/doctest.h>

using namespace kwire;
using namespace kwire::cli;

namespace {

cluster_metadata sample() {
  cluster_metadata all;
  all.cluster.controller = node_id{2};
  all.cluster.answered_by = node_id{1};
  all.cluster.brokers = {{node_id{1}, "h1", 9092, {}}, {node_id{2}, "h2", 9093, {}}};
  topic_description topic;
  topic.name = "t";
  partition_description part;
  part.leader = node_id{1};
  part.replicas = {node_id{1}, node_id{2}};
  part.in_sync = {node_id{1}};
  topic.partitions.push_back(part);
  all.topics.emplace("t", topic);
  all.topics.emplace("u", error{broker_errc::unknown_topic_or_partition});
  return all;
}

}  // namespace

TEST_CASE("text is kcat's") {
  const auto text = metadata_text(sample(), "");
  CHECK(
      text.starts_with("Metadata for all topics (from broker 1: h1:9092/1):\n 2 brokers:\n"
                       "  broker 1 at h1:9092\n  broker 2 at h2:9093 (controller)\n 2 topics:\n"
                       "  topic \"t\" with 1 partitions:\n"
                       "    partition 0, leader 1, replicas: 1,2, isrs: 1\n"
                       "  topic \"u\" with 0 partitions: "));
  CHECK(metadata_text(sample(), "t").starts_with("Metadata for t (from"));
}

TEST_CASE("JSON is kcat's") {
  CHECK(
      metadata_json(sample(), "")
          .starts_with(
              R"({"originating_broker":{"id":1,"name":"h1:9092/1"},"query":{"topic":"*"},"controllerid":2,"brokers":[)"
              R"({"id":1,"name":"h1:9092"},{"id":2,"name":"h2:9093"}],"topics":[{"topic":"t","partitions":[{"partition":0,)"
              R"("leader":1,"replicas":[{"id":1},{"id":2}],"isrs":[{"id":1}]}]},{"topic":"u","error":")"));
}
