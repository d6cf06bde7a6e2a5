// Tests: batch_rewrite.cpp
#include "core/compaction.hpp"

#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>

#include "../keyed.hpp"

using namespace kwire;
using namespace kwire::embedded;
using namespace kwire::embedded::test;

namespace {

/// A compacted topic and a producer of keyed records.
struct fixture : script {
  explicit fixture(core_options options = {}) : script(std::move(options)) {
    auto config = core.default_config();
    CHECK(config.set("cleanup.policy", "compact"));
    core.create_topic("t", 1, std::move(config));
  }

  partition& where() { return core.state().find("t")->partitions.at(0); }
  void put(const std::vector<keyed>& content, batch_options how = {}) {
    how.timestamp = to_ms(now);
    const auto told = produce(*this, by, "t", make_keyed(content, how));
    CHECK(told.error_code == 0);
  }
  /// A transaction of one batch, as clients of version 2 do it.
  void transact(std::int64_t id, const std::vector<keyed>& content, bool commit) {
    protocol::init_producer_id_request init;
    init.transactional_id = "x" + std::to_string(id);
    init.transaction_timeout_ms = 60'000;
    const auto given = ask(by, init, 4);
    batch_options how;
    how.stamp = {given.producer, given.epoch, 0, true};
    auto request = produce_of("t", {});
    request.transactional_id = init.transactional_id;
    const auto batch = make_keyed(content, how);
    request.topic_data[0].partition_data[0].records = batch;
    request.topic_data[0].topic_id = core.state().find("t")->id;
    CHECK(ask(by, request, 12).responses.at(0).partition_responses.at(0).error_code == 0);
    protocol::end_txn_request end;
    end.transactional_id = *init.transactional_id;
    end.producer = given.producer;
    end.epoch = given.epoch;
    end.committed = commit;
    CHECK(ask(by, end, 4).error_code == 0);
  }
  std::string compacted() {
    CHECK(core.compact("t", partition_id{0}, now));
    return shown(where());
  }

  connection_id by = connect();
};

}  // namespace

TEST_CASE("compaction keeps the last record of each key under its offset") {
  fixture f;
  f.put({{"a", "1"}, {"b", "1"}, {"a", "2"}});
  f.put({{"b", "2"}});
  f.put({{"a", "3"}, {"c", "1"}});
  CHECK(f.compacted() == "3:b=2 4:a=3 5:c=1");
  CHECK(f.where().log.start_offset() == 0);
  CHECK(f.where().log.end_offset() == 6);
  f.put({{"c", "2"}});
  CHECK(f.compacted() == "3:b=2 4:a=3 6:c=2");
}

TEST_CASE("rebuilt batches keep codec, headers and times, and can be fetched from any offset") {
  for (const auto codec : {protocol::codec::none, protocol::codec::gzip, protocol::codec::snappy,
                           protocol::codec::lz4, protocol::codec::zstd}) {
    fixture f;
    batch_options how;
    how.codec = codec;
    how.headers = true;
    const std::string large(2000, 'x');
    f.put({{"a", "1"}, {"b", large}, {"a", "2"}, {"c", large}}, how);
    CHECK(f.compacted() == "1:b=" + large + " 2:a=2 3:c=" + large);
    protocol::record_set set{f.where().log.entries().front().batch.content};
    const auto batch = *set.begin();
    CHECK(batch.compression == codec);
    CHECK(batch.max_timestamp == to_ms(f.now) + 3);
    protocol::decompressor unpacker;
    bytes buffer;
    const auto plain = protocol::payload(batch, unpacker, 1 << 20, buffer);
    REQUIRE(plain.has_value());
    auto range = protocol::records(batch, *plain);
    auto stamp = to_ms(f.now);
    for (const auto& record : range) {
      CHECK(record.timestamp_ms() == ++stamp);
      REQUIRE(record.header("h").has_value());
    }
    const auto got = f.ask(f.by, fetch_of("t", 0), 11);
    CHECK(got.responses.at(0).partitions.at(0).records->size() == batch.raw.size());
  }
}

TEST_CASE("a tombstone stays until its horizon") {
  fixture f;
  f.put({{"a", "1"}, {"b", "1"}});
  f.put({{"a", std::nullopt}, {"b", "2"}});
  f.put({{"z", "1"}});
  CHECK(f.compacted() == "2:a 3:b=2 4:z=1");
  protocol::record_set set{f.where().log.entries().front().batch.content};
  const auto horizon = set.begin()->delete_horizon_ms();
  REQUIRE(horizon.has_value());
  CHECK(*horizon == to_ms(f.now) + 86'400'000);
  protocol::record_range range = protocol::records(*set.begin(), set.begin()->body);
  CHECK((*range.begin()).timestamp_ms() == to_ms(f.now));
  f.now += std::chrono::milliseconds{86'399'999};
  CHECK(f.compacted() == "2:a 3:b=2 4:z=1");
  f.now += 1ms;
  CHECK(f.compacted() == "3:b=2 4:z=1");
}

TEST_CASE("the last batch of a producer stays for its sequence, if need be empty") {
  fixture f;
  f.put({{"a", "1"}, {"b", "1"}}, {stamp(7, 0, 0)});
  f.put({{"a", "2"}, {"b", "2"}}, {stamp(7, 0, 2)});
  f.put({{"a", "3"}, {"b", "3"}});
  CHECK(f.compacted() == "[2-3] 4:a=3 5:b=3");
  CHECK(f.compacted() == "[2-3] 4:a=3 5:b=3");
  // What is remembered can be had from the log again.
  f.where().producers.rebuild(f.where().log);
  CHECK(produce(f, f.by, "t", make_keyed({{"c", "1"}}, {stamp(7, 0, 3)})).error_code ==
        code_of(broker_errc::out_of_order_sequence_number));
  CHECK(produce(f, f.by, "t", make_keyed({{"c", "1"}}, {stamp(7, 0, 4)})).error_code == 0);
  CHECK(f.compacted() == "4:a=3 5:b=3 6:c=1");
}

TEST_CASE("the end of the log stays readable") {
  fixture f;
  f.put({{"a", std::nullopt}});
  CHECK(f.compacted() == "0:a");
  f.now += std::chrono::days{2};
  CHECK(f.compacted() == "[0-0]");
  f.put({{"b", "1"}});
  CHECK(f.compacted() == "1:b=1");
}

TEST_CASE("aborted records go, markers stay for a while, open transactions wait") {
  fixture f;
  f.put({{"a", "1"}});
  f.transact(1, {{"a", "aborted"}}, false);
  f.transact(2, {{"b", "1"}}, true);
  CHECK(f.compacted() == "0:a=1 [1-1] !2 3:b=1 !4");
  f.put({{"b", "2"}});
  CHECK(f.where().producers.aborted_within(0, 100).size() == 1);
  CHECK(f.compacted() == "0:a=1 [1-1] !2 [3-3] !4 5:b=2");
  // With the producers, the batches go that were kept for them; then the markers have a horizon.
  const auto known = f.where().producers.all();
  for (const auto& [id, state] : known) f.where().producers.forget(id);
  CHECK(f.compacted() == "0:a=1 !2 !4 5:b=2");
  f.now += std::chrono::days{2};
  CHECK(f.compacted() == "0:a=1 !2 !4 5:b=2");
  f.now += std::chrono::days{2};
  CHECK(f.compacted() == "0:a=1 5:b=2");
}

TEST_CASE("what a transaction has written while it is open is no last record") {
  fixture f;
  f.put({{"a", "1"}});
  protocol::init_producer_id_request init;
  init.transactional_id = "x";
  init.transaction_timeout_ms = 60'000;
  const auto given = f.ask(f.by, init, 4);
  batch_options how;
  how.stamp = {given.producer, given.epoch, 0, true};
  const auto batch = make_keyed({{"a", "2"}}, how);
  auto request = produce_of("t", batch);
  request.transactional_id = "x";
  REQUIRE(f.ask(f.by, request, 12).responses.at(0).partition_responses.at(0).error_code == 0);
  f.put({{"a", "3"}});
  CHECK(f.compacted() == "0:a=1 1:a=2 2:a=3");
  CHECK(f.where().compacted_to == 1);
}

TEST_CASE("records younger than the lag are left alone") {
  fixture f;
  CHECK(f.core.state().find("t")->config.set("min.compaction.lag.ms", "1000"));
  f.put({{"a", "1"}});
  f.put({{"a", "2"}});
  f.now += 500ms;
  f.put({{"a", "3"}});
  CHECK(f.compacted() == "0:a=1 1:a=2 2:a=3");
  f.now += 600ms;
  CHECK(f.compacted() == "1:a=2 2:a=3");
}

TEST_CASE("random logs: the last of each key, in order, however often compaction comes between") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    random_source random{seed};
    fixture f;
    std::map<std::string, std::pair<std::int64_t, std::string>> last;
    for (int i = 0; i < 30; ++i) {
      std::vector<keyed> content;
      auto offset = f.where().log.end_offset();
      for (auto n = random.next() % 4 + 1; n > 0; --n) {
        content.push_back({"k" + std::to_string(random.next() % 6), "v" + std::to_string(offset)});
        last[content.back().key] = {offset++, *content.back().value};
      }
      f.put(content);
      if (random.next() % 4 == 0) f.compacted();
    }
    std::map<std::int64_t, std::string> wanted;
    for (const auto& [key, found] : last) wanted[found.first] = key + "=" + found.second;
    std::string line;
    for (const auto& [offset, record] : wanted) {
      line += (line.empty() ? "" : " ") + std::to_string(offset) + ":" + record;
    }
    CHECK(f.compacted() == line);
  }
}
