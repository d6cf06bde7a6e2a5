// Tests: offset_expiry.cpp, api/offset_storing.cpp
#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>

#include "../keyed.hpp"

using namespace kwire;
using namespace kwire::embedded;
using namespace kwire::embedded::test;

namespace {

topic& make(script& s, const std::vector<std::pair<std::string, std::string>>& settings) {
  auto config = s.core.default_config();
  for (const auto& [name, value] : settings) REQUIRE(config.set(name, value));
  return s.core.create_topic("t", 1, std::move(config));
}

void put(script& s, connection_id by, const std::vector<keyed>& content) {
  batch_options how;
  how.timestamp = to_ms(s.now);
  CHECK(produce(s, by, "t", make_keyed(content, how)).error_code == 0);
}

protocol::offset_commit_request commit_of(const std::string& group, std::int64_t offset) {
  protocol::offset_commit_request request;
  request.group_id = group;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  auto& partition = topic.partitions.emplace_back();
  partition.partition_index = partition_id{0};
  partition.committed_offset = offset;
  return request;
}

}  // namespace

TEST_CASE("records go when their batch is older than retention.ms, but for the newest") {
  script s;
  const auto by = s.connect();
  auto& of = make(s, {{"retention.ms", "600000"}});
  put(s, by, {{"a", "1"}, {"b", "1"}});
  s.pass(4min);
  put(s, by, {{"c", "1"}});
  s.pass(5min);
  CHECK(shown(of.partitions[0]) == "0:a=1 1:b=1 2:c=1");
  s.pass(6min);
  CHECK(shown(of.partitions[0]) == "2:c=1");
  CHECK(of.partitions[0].log.start_offset() == 2);
  s.pass(48h);
  CHECK(shown(of.partitions[0]) == "2:c=1");
  CHECK_FALSE(s.core.next_deadline().has_value());
}

TEST_CASE("retention.ms=-1 and a policy of compact alone keep records of any age and number") {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"retention.ms", "-1"}, {"cleanup.policy", "compact"}}) {
    script s;
    const auto by = s.connect();
    auto& of = make(s, {{name, value}, {"min.cleanable.dirty.ratio", "1"}});
    CHECK(of.config.set("retention.bytes", name == "retention.ms" ? "-1" : "1"));
    put(s, by, {{"a", "1"}});
    put(s, by, {{"b", "1"}});
    s.pass(std::chrono::days{30});
    CHECK(shown(of.partitions[0]) == "0:a=1 1:b=1");
  }
}

TEST_CASE("an open transaction holds back retention") {
  script s;
  const auto by = s.connect();
  auto& of = make(s, {{"retention.ms", "1000"}});
  auto& where = of.partitions[0];
  put(s, by, {{"a", "1"}});
  put(s, by, {{"b", "1"}});
  protocol::batch_view open;
  open.producer_id = producer_id{9};
  open.producer_epoch = producer_epoch{0};
  open.base_sequence = 0;
  open.attributes = protocol::batch_flag::transactional;
  open.magic = 2;
  where.producers.appended(open, 0, -1);
  s.pass(1h);
  CHECK(shown(where) == "0:a=1 1:b=1");
}

TEST_CASE("dirt is cleaned up by itself when there is enough of it") {
  script s;
  const auto by = s.connect();
  auto& of = make(s, {{"cleanup.policy", "compact"}});
  auto& where = of.partitions[0];
  for (int i = 0; i < 4; ++i) put(s, by, {{"a", std::to_string(i)}, {"b", "x"}});
  s.pass(16s);
  CHECK(shown(where) == "6:a=3 7:b=x");
  put(s, by, {{"c", "1"}});
  CHECK(s.core.compact("t", partition_id{0}, s.now));
  put(s, by, {{"c", "2"}});
  s.pass(1min);
  CHECK(shown(where) == "6:a=3 7:b=x 8:c=1 9:c=2");  // a third
  CHECK(of.config.set("max.compaction.lag.ms", "30000"));
  s.pass(1min);
  CHECK(shown(where) == "6:a=3 7:b=x 9:c=2");
}

TEST_CASE("compact,delete does both; a topic that is not compacted is none to compact") {
  script s;
  const auto by = s.connect();
  auto& of = make(s, {{"cleanup.policy", "compact,delete"}, {"retention.ms", "600000"}});
  put(s, by, {{"a", "1"}, {"b", "1"}});
  put(s, by, {{"a", "2"}});
  CHECK(s.core.compact("t", partition_id{0}, s.now));
  CHECK(shown(of.partitions[0]) == "1:b=1 2:a=2");
  s.pass(1h);
  CHECK(shown(of.partitions[0]) == "2:a=2");
  CHECK(of.config.set("cleanup.policy", "delete"));
  CHECK_FALSE(s.core.compact("t", partition_id{0}, s.now));
  CHECK_FALSE(s.core.compact("t", partition_id{1}, s.now));
  CHECK_FALSE(s.core.compact("u", partition_id{0}, s.now));
}

TEST_CASE("records without a key are refused where there is compaction") {
  script s;
  const auto by = s.connect();
  make(s, {{"cleanup.policy", "compact"}});
  bytes buffer(1024);
  protocol::batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  REQUIRE(builder.append(to_ms(s.now), std::nullopt, as_bytes("v")));
  const auto batch = to_bytes(builder.seal({}));
  CHECK(produce(s, by, "t", batch).error_code == code_of(broker_errc::invalid_record));
}

TEST_CASE("offsets of a group without members go after offsets.retention.minutes, and the group with them") {
  script s;
  const auto by = s.connect();
  s.make_topic("t");
  CHECK(s.ask(by, commit_of("g", 5), 5).topics[0].partitions[0].error_code == 0);
  s.pass(std::chrono::days{6});
  CHECK(s.ask(by, commit_of("h", 6), 5).topics[0].partitions[0].error_code == 0);
  s.pass(std::chrono::days{1} + 11min);
  CHECK(s.core.groups().find("g") == nullptr);
  REQUIRE(s.core.groups().find("h") != nullptr);
  CHECK(s.core.groups().find("h")->offsets.size() == 1);
  s.pass(std::chrono::days{7});
  CHECK(s.core.groups().find("h") == nullptr);
  CHECK_FALSE(s.core.next_deadline().has_value());
}

TEST_CASE("an old client says itself how long its offsets are to be kept") {
  script s;
  const auto by = s.connect();
  s.make_topic("t");
  auto request = commit_of("g", 5);
  request.retention_time_ms = 3'600'000;
  CHECK(s.ask(by, request, 2).topics[0].partitions[0].error_code == 0);
  s.pass(59min);
  CHECK(s.core.groups().find("g") != nullptr);
  s.pass(12min);
  CHECK(s.core.groups().find("g") == nullptr);
}

TEST_CASE("offsets of a member's topics stay, those of others go") {
  script s;
  const auto by = s.connect();
  s.make_topic("t");
  s.make_topic("u");
  auto request = commit_of("g", 5);
  request.topics.push_back(request.topics[0]);
  request.topics[1].name = "u";
  CHECK(s.ask(by, request, 5).topics[1].partitions[0].error_code == 0);
  auto& machine = *s.core.groups().find("g");
  protocol::consumer_protocol_subscription told;
  told.topics = {"t"};
  std::vector<embedded::group_member> members(1);
  members[0].id = "m";
  members[0].session_timeout = std::chrono::days{100};
  protocol::writer out;
  REQUIRE(protocol::encode_stored(protocol::ref(told), 1, out).has_value());
  members[0].protocols = {{"range", out.buffer()}};
  machine.restore(std::move(members), generation_id{3}, s.now);
  s.pass(std::chrono::days{8});
  REQUIRE(machine.offsets.size() == 1);
  CHECK(machine.offsets.begin()->first.first == "t");
}
