// Tests: ../fetch_sessions.cpp, ../fetch_waits.cpp
#include <kwire/protocol/messages/delete_topics.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

struct stage : script {
  stage() {
    make_topic("t", 2);
    producer = connect();
    c = connect();
  }
  void put(const std::vector<std::string>& values, batch_options how = {}) {
    CHECK(produce(*this, producer, "t", make_batch(values, how)).error_code == 0);
  }
  std::vector<std::string> values(const protocol::fetch_response& answer) {
    std::vector<std::string> all;
    bytes buffer;
    protocol::decompressor unpacker;
    for (const auto& partition : answer.responses.at(0).partitions) {
      protocol::record_set set{*partition.records};
      for (const auto& batch : set) {
        const auto plain = protocol::payload(batch, unpacker, 1 << 20, buffer);
        REQUIRE(plain.has_value());
        auto range = protocol::records(batch, *plain);
        for (const auto& record : range) all.emplace_back(as_text(*record.value()));
      }
    }
    return all;
  }
  uuid id() { return core.state().find("t")->id; }
  connection_id producer{}, c{};
};

TEST_CASE("every version gives the records, in the format it knows") {
  stage s;
  s.put({"a", "b"}, {.stamp = stamp(3, 0, 0), .codec = protocol::codec::gzip, .headers = true});
  s.put({"c"});
  for (std::int16_t version = 0; version <= 18; ++version) {
    CAPTURE(version);
    auto request = fetch_of("t", 0);
    request.topics[0].topic_id = s.id();
    const auto answer = s.ask(s.c, request, version);
    CHECK(s.values(answer) == std::vector<std::string>{"a", "b", "c"});
    const auto& partition = answer.responses[0].partitions[0];
    CHECK(partition.high_watermark == 3);
    protocol::record_set set{*partition.records};
    CHECK(set.begin()->magic == (version < 2 ? 0 : version < 4 ? 1 : 2));
  }
}

TEST_CASE("offsets outside of the log, unknown partitions and stale epochs are told") {
  stage s;
  s.put({"a"});
  const auto error = [&](protocol::fetch_request request) {
    return broker_errc{s.ask(s.c, request, 12).responses.at(0).partitions.at(0).error_code};
  };
  CHECK(error(fetch_of("t", 1)) == broker_errc::none);
  CHECK(error(fetch_of("t", 2)) == broker_errc::offset_out_of_range);
  CHECK(error(fetch_of("t", -1)) == broker_errc::offset_out_of_range);
  CHECK(error(fetch_of("t", 0, 0, 2)) == broker_errc::unknown_topic_or_partition);
  CHECK(error(fetch_of("u", 0)) == broker_errc::unknown_topic_or_partition);
  auto newer = fetch_of("t", 0);
  newer.topics[0].partitions[0].current_leader_epoch = leader_epoch{1};
  CHECK(error(newer) == broker_errc::unknown_leader_epoch);
}

TEST_CASE("the first batch comes whole, the others within the limits") {
  stage s;
  s.put({std::string(500, 'a')});
  s.put({std::string(500, 'b')});
  auto request = fetch_of("t", 0);
  request.topics[0].partitions[0].partition_max_bytes = 1;
  CHECK(s.values(s.ask(s.c, request, 12)).size() == 1);
  request.topics[0].partitions[0].partition_max_bytes = 1 << 20;
  request.max_bytes = 700;
  CHECK(s.values(s.ask(s.c, request, 12)).size() == 1);
  request.max_bytes = 1 << 20;
  CHECK(s.values(s.ask(s.c, request, 12)).size() == 2);
}

TEST_CASE("zstd is kept from those who cannot read it") {
  stage s;
  s.put({std::string(500, 'a')}, {.stamp = {}, .codec = protocol::codec::zstd});
  const auto old = s.ask(s.c, fetch_of("t", 0), 9).responses[0].partitions[0];
  CHECK(old.error_code == code_of(broker_errc::unsupported_compression_type));
  CHECK(s.values(s.ask(s.c, fetch_of("t", 0), 10)).size() == 1);
}

TEST_CASE("a long poll ends with data, with its time, or with its topic") {
  stage s;
  SUBCASE("data") {
    s.send(s.c, fetch_of("t", 0, 10'000), 12);
    s.pass(9s);
    CHECK_FALSE(s.answered(s.c));
    s.put({"a"});
    CHECK(s.values(s.answer<protocol::fetch_response>(s.c, 12)).size() == 1);
  }
  SUBCASE("time") {
    s.send(s.c, fetch_of("t", 0, 10'000), 12);
    s.pass(9'999ms);
    CHECK_FALSE(s.answered(s.c));
    s.pass(1ms);
    CHECK(s.values(s.answer<protocol::fetch_response>(s.c, 12)).empty());
    CHECK_FALSE(s.core.next_deadline());
  }
  SUBCASE("min bytes") {
    auto request = fetch_of("t", 0, 10'000);
    request.min_bytes = 100;
    s.send(s.c, request, 12);
    s.put({"a"});
    CHECK_FALSE(s.answered(s.c));
    s.put({"b"});
    CHECK(s.values(s.answer<protocol::fetch_response>(s.c, 12)).size() == 2);
  }
  SUBCASE("another partition does not count") {
    s.send(s.c, fetch_of("t", 0, 10'000, 1), 12);
    s.put({"a"});
    CHECK_FALSE(s.answered(s.c));
  }
  SUBCASE("the topic goes") {
    s.send(s.c, fetch_of("t", 0, 10'000), 12);
    protocol::delete_topics_request gone;
    gone.topic_names = {"t"};
    CHECK(s.ask(s.producer, gone, 4).responses[0].error_code == 0);
    CHECK(s.answer<protocol::fetch_response>(s.c, 12).responses[0].partitions[0].error_code ==
          code_of(broker_errc::unknown_topic_or_partition));
  }
  SUBCASE("the client goes") {
    s.send(s.c, fetch_of("t", 0, 10'000), 12);
    s.core.disconnected(s.c);
    s.put({"a"});
    CHECK(s.core.waiting_fetches().size() == 0);
    CHECK_FALSE(s.core.next_deadline());
  }
}

TEST_CASE("a fetch session tells only news") {
  stage s;
  auto request = fetch_of("t", 0);
  request.session_epoch = 0;
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  request.topics[0].partitions[1].index = partition_id{1};
  auto answer = s.ask(s.c, request, 12);
  CHECK(answer.session_id != 0);
  CHECK(answer.responses[0].partitions.size() == 2);

  protocol::fetch_request next;
  next.min_bytes = 1;
  next.session_id = answer.session_id;
  next.session_epoch = 1;
  CHECK(s.ask(s.c, next, 12).responses.empty());
  s.put({"a"});
  next.session_epoch = 2;
  answer = s.ask(s.c, next, 12);
  REQUIRE(answer.responses.size() == 1);
  CHECK(answer.responses[0].partitions.size() == 1);
  CHECK(s.values(answer).size() == 1);

  // The position moves, the other partition is forgotten, the session goes on.
  next.session_epoch = 3;
  next.topics = fetch_of("t", 1).topics;
  auto& forgotten = next.forgotten_topics_data.emplace_back();
  forgotten.name = "t";
  forgotten.partitions = {partition_id{1}};
  CHECK(s.ask(s.c, next, 12).responses.empty());
  next.session_epoch = 3;
  CHECK(s.ask(s.c, next, 12).error_code == code_of(broker_errc::invalid_fetch_session_epoch));
  next.session_id ^= 1;
  CHECK(s.ask(s.c, next, 12).error_code == code_of(broker_errc::fetch_session_id_not_found));
  next.session_id ^= 1;
  next.session_epoch = 4;
  CHECK(s.ask(s.c, next, 13).error_code == code_of(broker_errc::fetch_session_topic_id_error));
  next.session_epoch = -1;
  next.topics.clear();
  CHECK(s.ask(s.c, next, 12).session_id == 0);
  CHECK(s.core.fetch_sessions(node_id{1}).size() == 0);
}

TEST_CASE("a session polls long for its partitions too") {
  stage s;
  auto request = fetch_of("t", 0, 1000);
  request.session_epoch = 0;
  s.send(s.c, request, 12);
  s.pass(1s);
  protocol::fetch_request next;
  next.max_wait_ms = 1000;
  next.min_bytes = 1;
  next.session_id = s.answer<protocol::fetch_response>(s.c, 12).session_id;
  next.session_epoch = 1;
  s.send(s.c, next, 12);
  CHECK_FALSE(s.answered(s.c));
  s.put({"a"});
  CHECK(s.values(s.answer<protocol::fetch_response>(s.c, 12)).size() == 1);
}

TEST_CASE("sessions are limited, idle ones make room") {
  fetch_session_cache cache{2};
  random_source random{1};
  const instant start{100s};
  CHECK(cache.open(false, start, random) != nullptr);
  CHECK(cache.open(false, start, random) != nullptr);
  CHECK(cache.open(false, start + 119s, random) == nullptr);
  CHECK(cache.open(false, start + 120s, random) != nullptr);
  CHECK(cache.size() == 2);
}

}  // namespace
}  // namespace kwire::embedded
