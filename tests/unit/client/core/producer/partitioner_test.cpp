#include "core/producer/partitioner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "core/producer/producer_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
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

/// A topic of `count` partitions that all have leaders.
struct stage {
  core::producer_settings settings;
  core::topic_slot topic;
  std::vector<std::unique_ptr<core::partition_slot>> slots;
  core::partition_table table;
  core::random_source random{3};
  core::sticky_place at;
  std::optional<error> refused;

  explicit stage(std::size_t count) {
    settings.batch_size = 1000;
    for (std::size_t i = 0; i < count; ++i) {
      slots.push_back(std::make_unique<core::partition_slot>());
      table.slots.push_back(slots.back().get());
    }
  }
  core::partitioner make(partition_function function = {}) const { return {settings, std::move(function)}; }
  /// Where a record of that kind goes; -1: anywhere, -2: an error.
  std::int32_t wanted(const core::partitioner& by, const record& what) {
    std::optional<std::int32_t> to;
    refused.reset();
    return by.wanted(what, topic, table, random, to, refused) ? to.value_or(-1) : -2;
  }
  void available(std::size_t number, bool is) { slots[number]->available = is; }
};

/// A key as partitions.txt has it: hexadecimal, or `null`.
std::optional<std::string> key_of(const std::string& text) {
  if (text == "null") return std::nullopt;
  std::string key;
  for (std::size_t i = 1; i + 1 < text.size(); i += 2) {
    key.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return key;
}

}  // namespace

TEST_CASE("partitioner: every key goes where Java and librdkafka send it") {
  const std::map<std::string, partitioner_kind> kinds{
      {"java", partitioner_kind::murmur2_random},
      {"murmur2_random", partitioner_kind::murmur2_random},
      {"murmur2", partitioner_kind::murmur2},
      {"consistent", partitioner_kind::consistent},
      {"consistent_random", partitioner_kind::consistent_random},
      {"fnv1a", partitioner_kind::fnv1a},
      {"fnv1a_random", partitioner_kind::fnv1a_random}};
  std::ifstream file{KWIRE_TEST_VECTORS "/partitions.txt"};
  REQUIRE(file);
  std::map<std::string, int> rows;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields{line};
    std::string rule;
    std::string key;
    std::int32_t count = 0;
    int partition = 0;
    REQUIRE((fields >> rule >> key >> count >> partition));
    CAPTURE(line);
    CHECK(choose(kinds.at(rule), key_of(key), count) == partition);
    ++rows[rule];
  }
  for (const auto& [rule, kind] : kinds) {
    CAPTURE(rule);
    CHECK(rows[rule] >= 40);
  }
}

TEST_CASE("partitioner: hashes that are known by their values") {
  using enum partitioner_kind;
  struct row {
    partitioner_kind kind;
    std::optional<std::string_view> key;
    std::int32_t count;
    int partition;
  };
  const row rows[] = {{murmur2_random, "NY", 1'000'000'000, 649138875},
                      {murmur2_random, "NY", 3, 0},
                      {murmur2_random, "NY", 6, 3},
                      {murmur2_random, "", 1'000'000'000, 275646681},
                      {murmur2_random, "", 3, 0},
                      {murmur2_random, "", 6, 3},
                      {murmur2_random, "order-1", 2'000'000'000, 1221710326},
                      {murmur2_random, "order-1", 3, 1},
                      {murmur2_random, "order-1", 6, 4},
                      {murmur2_random, std::nullopt, 3, -1},
                      {murmur2, std::nullopt, 1000, 681},
                      {consistent, "NY", 2'000'000'000, 1033148708},
                      {consistent, "NY", 3, 2},
                      {consistent, "NY", 6, 2},
                      {consistent, "order-1", 2'000'000'000, static_cast<int>(3769860079U % 2'000'000'000U)},
                      {consistent, "order-1", 3, 1},
                      {consistent, "order-1", 6, 1},
                      {consistent, std::nullopt, 7, 0},
                      {consistent_random, "", 7, -1},
                      {consistent_random, std::nullopt, 7, -1},
                      {fnv1a, "kafka", 2'147'483'647, 0xd33c4e1},
                      {fnv1a, "giberish123456789", 2'147'483'647, 0x77a58295},
                      {fnv1a, "", 2'147'483'647, 0x7ee3623b},
                      {fnv1a, std::nullopt, 2'147'483'647, 0x7ee3623b},
                      {fnv1a_random, "", 2'147'483'647, 0x7ee3623b},
                      {fnv1a_random, std::nullopt, 7, -1},
                      {sticky, "NY", 3, -1},
                      {round_robin, "NY", 3, -1},
                      {murmur2_random, "NY", 1, 0}};
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(row.kind));
    CAPTURE(row.key.value_or("null"));
    CHECK(choose(row.kind, row.key, row.count) == row.partition);
  }
}

TEST_CASE("partitioner: a partition that the record names comes before everything else") {
  stage s{3};
  for (const auto kind : {partitioner_kind::murmur2_random, partitioner_kind::round_robin}) {
    s.settings.partitioner = kind;
    CHECK(s.wanted(s.make(), record{"t", "NY"}.partition(partition_id{2})) == 2);
    const auto other = s.make([](auto, auto, auto, auto) { return partition_id{1}; });
    CHECK(s.wanted(other, record{"t", "NY"}.partition(partition_id{2})) == 2);
  }
}

TEST_CASE("partitioner: random goes everywhere, whatever the key, and tries twice to find a leader") {
  stage s{5};
  s.settings.partitioner = partitioner_kind::random;
  s.available(2, false);
  const auto by = s.make();
  std::map<std::int32_t, int> seen;
  for (int i = 0; i < 2500; ++i) ++seen[s.wanted(by, record{"t", "k"})];
  CHECK(seen.size() == 5);
  CHECK(seen[2] > 50);
  CHECK(seen[2] < 150);  // one in 25
  CHECK(seen[0] > 500);
}

TEST_CASE("partitioner: round robin takes turns among partitions with a leader, whatever the key") {
  stage s{4};
  s.settings.partitioner = partitioner_kind::round_robin;
  const auto by = s.make();
  const auto next = [&] { return s.wanted(by, record{"t", "k"}); };
  std::vector<std::int32_t> turns;
  for (int i = 0; i < 6; ++i) turns.push_back(next());
  CHECK(turns == std::vector<std::int32_t>{0, 1, 2, 3, 0, 1});
  s.available(1, false);
  s.topic.turn = 0;
  turns.clear();
  for (int i = 0; i < 4; ++i) turns.push_back(next());
  CHECK(turns == std::vector<std::int32_t>{0, 2, 3, 0});
  for (std::size_t i = 0; i < 4; ++i) s.available(i, false);
  s.topic.turn = 0xffffffffU;
  CHECK(next() == 3);
  CHECK(next() == 0);
}

TEST_CASE("partitioner: keys can be ignored") {
  stage s{4};
  CHECK(s.wanted(s.make(), record{"t", "NY"}) >= 0);
  s.settings.ignore_keys = true;
  CHECK(s.wanted(s.make(), record{"t", "NY"}) == -1);
  s.settings.ignore_keys = false;
  s.settings.partitioner = partitioner_kind::sticky;
  CHECK(s.wanted(s.make(), record{"t", "NY"}) == -1);
}

TEST_CASE("partitioner: the application's function sees the record, and may leave it to stick") {
  stage s{4};
  const auto by = s.make([](std::string_view topic, std::optional<std::string_view> key,
                            std::optional<std::string_view> value, std::int32_t count) {
    CHECK(topic == "t");
    CHECK(count == 4);
    if (!key) return any_partition;
    if (!value) throw std::runtime_error{"no value"};
    if (*value == "odd") throw 1;
    return partition_id{static_cast<std::int32_t>(value->size())};
  });
  CHECK(s.wanted(by, record{"t", "k", "abc"}) == 3);
  CHECK(s.wanted(by, record{"t", "k", ""}) == 0);
  CHECK(s.wanted(by, record{"t"}) == -1);
  CHECK(s.wanted(by, record{"t", "k", "far too long"}) == 12);  // the caller refuses it
  CHECK(s.wanted(by, record{"t", "k"}) == -2);
  REQUIRE(s.refused.has_value());
  CHECK(*s.refused == errc::invalid_argument);
  CHECK(s.refused->detail() == "the partition function threw: no value");
  CHECK(s.wanted(by, record{"t", "k", "odd"}) == -2);
  CHECK(s.refused->topic() == "t");
}

TEST_CASE("partitioner: the partition changes after batch.size octets, however many batches they made") {
  stage s{8};
  s.settings.adaptive = false;
  const auto by = s.make();
  for (int round = 0; round < 50; ++round) {
    const auto first = by.place(s.at, s.table, s.random);
    for (int i = 0; i < 10; ++i) {
      CHECK(by.placing(s.at) == core::accumulator::placing::until_full);
      CHECK(by.place(s.at, s.table, s.random) == first);
      s.at.given += 100;
    }
    // Its share: a batch that is open is filled, but no other is begun, and twice the share is the end.
    CHECK(by.placing(s.at) == core::accumulator::placing::join_open);
    CHECK(by.place(s.at, s.table, s.random) == first);
    if (round % 2 == 0) {
      by.full(s.at, 100);
    } else {
      s.at.given = 2000;
    }
    CHECK(by.place(s.at, s.table, s.random) != first);
    CHECK(s.at.given == 0);
  }
}

TEST_CASE("partitioner: a batch that others filled is no reason to go elsewhere") {
  stage s{8};
  const auto by = s.make();
  const auto first = by.place(s.at, s.table, s.random);
  s.at.given = 400;
  by.full(s.at, 100);
  CHECK(by.place(s.at, s.table, s.random) == first);
  by.full(s.at, 600);  // with this one it would be more than a batch
  CHECK_FALSE(s.at.chosen);
}

TEST_CASE("partitioner: without adaptivity all partitions with a leader get the same") {
  stage s{6};
  s.settings.adaptive = false;
  s.available(3, false);
  s.slots[0]->unanswered = 50;
  const auto by = s.make();
  std::map<std::uint32_t, int> share;
  for (int i = 0; i < 10000; ++i) {
    ++share[by.place(s.at, s.table, s.random)];
    s.at.given = 2000;
  }
  CHECK(share.count(3) == 0);
  for (const auto& [partition, times] : share) {
    CAPTURE(partition);
    CHECK(times > 1800);
    CHECK(times < 2200);
  }
}

TEST_CASE("partitioner: who has many batches on their way gets few") {
  stage s{3};
  s.slots[0]->unanswered = 9;
  s.slots[1]->unanswered = 1;
  const auto by = s.make();
  std::map<std::uint32_t, int> share;
  for (int i = 0; i < 16000; ++i) {
    ++share[by.place(s.at, s.table, s.random)];
    s.at.given = 2000;
  }
  // 1/10 to 1/2 to 1.
  CHECK(std::abs(share[0] - 1000) < 150);
  CHECK(std::abs(share[1] - 5000) < 300);
  CHECK(std::abs(share[2] - 10000) < 400);
}

TEST_CASE("partitioner: the one partition with a leader is found among many") {
  stage s{200};
  for (std::size_t i = 0; i < 200; ++i) s.available(i, i == 77);
  const auto by = s.make();
  for (int i = 0; i < 20; ++i) {
    CHECK(by.place(s.at, s.table, s.random) == 77);
    s.at.given = 5000;
  }
  s.available(77, false);
  CHECK(by.place(s.at, s.table, s.random) < 200);
  stage one{1};
  const auto only = one.make();
  CHECK(only.place(one.at, one.table, one.random) == 0);
  one.at.given = 5000;
  CHECK(only.place(one.at, one.table, one.random) == 0);
}

namespace {

/// Octets that each of three partitions, on a broker each, was given while the third answers every
/// `slowness`-th time only.
std::array<int, 3> spread(bool adaptive, int slowness) {
  test::producer_rig rig;
  rig.settings.adaptive = adaptive;
  rig.settings.batch_size = 1024;
  rig.settings.linger = 0ms;
  rig.leaders("t", {1, 2, 3});
  (void)rig.slot("t", 0);
  const core::partitioner by{rig.settings, {}};
  const auto& table = *rig.source().topic("t").partitions.load();
  core::random_source random{11};
  core::sticky_place at;
  std::array<int, 3> given{};
  std::vector<test::sent_request> slow;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const auto index = by.place(at, table, random);
    if (!rig.add("t", static_cast<std::int32_t>(index), i, 900)) {
      rig.pass(1ms);
      continue;
    }
    at.given += 2 * 1024;
    ++given[index];
    for (auto& sent : rig.step()) {
      if (raw(sent.node) == 3) {
        slow.push_back(std::move(sent));
      } else {
        rig.answer(sent);
      }
    }
    if (i % static_cast<std::uint64_t>(slowness) != 0 || slow.empty()) continue;
    rig.answer(slow.front());
    slow.erase(slow.begin());
  }
  return given;
}

}  // namespace

TEST_CASE("partitioner: a slow broker gets less when the spread is adaptive, and as much as others if not") {
  const auto even = spread(false, 20);
  const auto adaptive = spread(true, 20);
  CAPTURE(even[2]);
  CAPTURE(adaptive[2]);
  CHECK(even[2] > 800);
  CHECK(adaptive[2] < even[2] / 2);
  CHECK(std::abs(adaptive[0] - adaptive[1]) < 300);
  const auto alike = spread(true, 1);
  CHECK(*std::ranges::min_element(alike) > 850);
}

TEST_CASE("partitioner: a broker that does not answer in time is avoided until it does") {
  test::producer_rig rig;
  rig.settings.availability_timeout = 100ms;
  rig.leaders("t", {1, 2});
  rig.add("t", 1, 1);
  const auto sent = rig.one();
  rig.pass(99ms);
  (void)rig.step();
  CHECK(rig.slot("t", 1).available);
  CHECK(rig.core().next_deadline() == rig.now + 1ms);
  rig.pass(1ms);
  (void)rig.step();
  CHECK_FALSE(rig.slot("t", 1).available);
  CHECK(rig.slot("t", 0).available);
  rig.leaders("t", {1, 2, 2});  // metadata does not make it answer
  CHECK_FALSE(rig.slot("t", 1).available);
  CHECK_FALSE(rig.slot("t", 2).available);
  rig.answer(sent);
  (void)rig.step();
  CHECK(rig.slot("t", 1).available);
  CHECK(rig.slot("t", 2).available);
}
