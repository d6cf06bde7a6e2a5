#include "core/producer/partitioner.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace kwire;
using core::partition_of_key;
using core::partitioner_kind;

namespace {

/// -1: anywhere.
int choose(partitioner_kind kind, std::optional<std::string_view> key, std::int32_t count) {
  core::random_source random{1};
  std::optional<bytes_view> octets;
  if (key) octets = as_bytes(*key);
  return partition_of_key(kind, octets, count, random).value_or(-1);
}

}  // namespace

TEST_CASE("partitioner: the vectors of Java and librdkafka") {
  using enum partitioner_kind;
  struct row {
    partitioner_kind kind;
    std::optional<std::string_view> key;
    std::int32_t count;
    int partition;
  };
  const row rows[] = {{murmur2_random, "NY", 3, 649138875 % 3},
                      {murmur2_random, "NY", 3, 0},
                      {murmur2_random, "NY", 6, 3},
                      {murmur2_random, "order-1", 3, 1},
                      {murmur2_random, "order-1", 6, 4},
                      {murmur2_random, "", 1000, 275646681 % 1000},
                      {murmur2_random, std::nullopt, 3, -1},
                      {murmur2, "NY", 6, 3},
                      {murmur2, "", 1000, 681},
                      {murmur2, std::nullopt, 1000, 681},
                      {consistent, "NY", 1000, 708},
                      {consistent, "order-1", 1000, static_cast<int>(3769860079U % 1000)},
                      {consistent, "", 7, 0},
                      {consistent, std::nullopt, 7, 0},
                      {consistent_random, "NY", 1000, 708},
                      {consistent_random, "", 7, -1},
                      {consistent_random, std::nullopt, 7, -1},
                      {murmur2_random, "NY", 1, 0}};
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(row.kind));
    CAPTURE(row.key.value_or("null"));
    CHECK(choose(row.kind, row.key, row.count) == row.partition);
  }
}

TEST_CASE("partitioner: random goes everywhere, whatever the key") {
  core::random_source random{5};
  std::set<std::int32_t> seen;
  for (int i = 0; i < 200; ++i) {
    const auto chosen = partition_of_key(partitioner_kind::random, as_bytes("k"), 5, random);
    REQUIRE(chosen);
    CHECK(*chosen >= 0);
    CHECK(*chosen < 5);
    seen.insert(*chosen);
  }
  CHECK(seen.size() == 5);
}
