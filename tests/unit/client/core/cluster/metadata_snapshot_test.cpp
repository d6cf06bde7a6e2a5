#include "core/cluster/metadata_snapshot.hpp"

#include <doctest/doctest.h>

using namespace kwire;

TEST_CASE("metadata snapshot: what is not there is null, whatever the number") {
  core::metadata_snapshot snapshot;
  auto info = std::make_shared<core::topic_info>();
  info->partitions.resize(2);
  info->partitions[1].leader = node_id{7};
  snapshot.topics["t"] = std::move(info);
  snapshot.brokers[node_id{7}].host = "h";
  CHECK(snapshot.find("t") != nullptr);
  CHECK(snapshot.find("u") == nullptr);
  CHECK(snapshot.find("t", partition_id{1})->leader == node_id{7});
  CHECK(snapshot.find("t", partition_id{2}) == nullptr);
  CHECK(snapshot.find("t", partition_id{-1}) == nullptr);
  CHECK(snapshot.find("t", partition_id{INT32_MAX}) == nullptr);
  CHECK(snapshot.find("t", partition_id{INT32_MIN}) == nullptr);
  CHECK(snapshot.find("u", partition_id{0}) == nullptr);
  CHECK(snapshot.find(node_id{7})->host == "h");
  CHECK(snapshot.find(no_node) == nullptr);
}
