// Tests: fetch_session.cpp, consumer_core.cpp, reading_table.cpp
#include <doctest/doctest.h>

#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>

#include "consumer_script.hpp"

namespace kwire::test {
namespace {

using protocol::fetch_request;
using protocol::fetch_response;

constexpr std::int16_t version = 12;

struct answer_builder {
  fetch_response message;

  explicit answer_builder(std::int32_t session = 77) { message.session_id = session; }
  answer_builder& part(std::int32_t number, std::optional<bytes_view> records, std::int64_t high = 1000,
                       broker_errc code = broker_errc::none) {
    if (message.responses.empty()) message.responses.emplace_back().name = "t";
    auto& p = message.responses[0].partitions.emplace_back();
    p.partition_index = partition_id{number};
    p.error_code = static_cast<std::int16_t>(code);
    p.high_watermark = high;
    p.last_stable_offset = high;
    p.records = records;
    return *this;
  }
};

/// Two partitions at offset 0, their first fetch under way.
struct fetching : consumer_script {
  explicit fetching(const core::consumer_settings& given = {}) : consumer_script(given) {
    metadata(2);
    core.start({{tp(0), 1, 0}, {tp(1), 2, 0}});
    step();
  }
  core::request fetch() {
    auto asked = take(api::fetch);
    REQUIRE(asked);
    return std::move(*asked);
  }
};

TEST_CASE("a session names what changed and forgets what is gone") {
  fetching run;
  auto asked = run.fetch();
  CHECK(run.nothing(api::fetch));  // one under way per broker
  auto first = run.read<fetch_request>(asked, version);
  CHECK(first.session_epoch == 0);
  REQUIRE(first.topics.size() == 1);
  CHECK(first.topics[0].partitions.size() == 2);

  const auto batch = make_batch(0, 3);
  run.answer(asked, answer_builder{}.part(0, batch).part(1, bytes_view{}).message, version);
  REQUIRE(run.sink.chunks.size() == 1);
  CHECK(run.sink.chunks[0].next == 3);

  // Sent before anything was handed over, with the moved partition only.
  asked = run.fetch();
  const auto second = run.read<fetch_request>(asked, version);
  CHECK(second.session_id == 77);
  CHECK(second.session_epoch == 1);
  REQUIRE(second.topics.size() == 1);
  REQUIRE(second.topics[0].partitions.size() == 1);
  CHECK(second.topics[0].partitions[0].fetch_offset == 3);

  run.core.drop({tp(1)});
  run.answer(asked, answer_builder{}.message, version);
  const auto third = run.read<fetch_request>(run.fetch(), version);
  CHECK(third.session_epoch == 2);
  CHECK(third.topics.empty());
  REQUIRE(third.forgotten_topics_data.size() == 1);
  CHECK(third.forgotten_topics_data[0].partitions == std::vector{partition_id{1}});
}

TEST_CASE("a lost session starts again with everything, and not in a loop") {
  for (const auto code :
       {broker_errc::fetch_session_id_not_found, broker_errc::invalid_fetch_session_epoch}) {
    fetching run;
    run.answer(run.fetch(), answer_builder{}.message, version);
    fetch_response refusal;
    refusal.error_code = static_cast<std::int16_t>(code);
    run.answer(run.fetch(), refusal, version);
    const auto asked = run.fetch();
    const auto again = run.read<fetch_request>(asked, version);
    CHECK(again.session_epoch == 0);
    CHECK(again.session_id == (code == broker_errc::fetch_session_id_not_found ? 0 : 77));
    REQUIRE(again.topics.size() == 1);
    CHECK(again.topics[0].partitions.size() == 2);
    run.answer(asked, refusal, version);
    CHECK(run.nothing(api::fetch));
    CHECK(run.pass_to_deadline());
    CHECK(!run.nothing(api::fetch));
  }
}

TEST_CASE("versions: topic ids from 13 on, names when one is missing") {
  fetching run;
  auto asked = run.fetch();
  CHECK(asked.usable.max > 13);
  CHECK(run.read<fetch_request>(asked, 13).topics[0].topic_id == run.topic_id);
  consumer_script plain;
  plain.metadata(1, node_id{1}, false);
  plain.core.start({{tp(0), 1, 0}});
  plain.step();
  asked = *plain.take(api::fetch);
  CHECK(asked.usable.max == 12);
  CHECK(plain.read<fetch_request>(asked, 4).topics[0].name == "t");
  CHECK(asked.deadline == plain.now + plain.client.request_timeout + plain.settings.fetch_max_wait);
}

TEST_CASE("an answer from before a seek, a pause or a revocation is dropped") {
  const auto batch = make_batch(0, 3);
  for (int what = 0; what < 3; ++what) {
    fetching run;
    const auto asked = run.fetch();
    if (what == 0) run.core.start({{tp(0), 9, 500}});
    if (what == 1) run.core.pause({tp(0)}, true);
    if (what == 2) run.core.drop({tp(0)});
    run.answer(asked, answer_builder{}.part(0, batch).message, version);
    CHECK(run.sink.chunks.empty());
    const auto next = run.read<fetch_request>(run.fetch(), version);
    if (what == 0) CHECK(next.topics[0].partitions[0].fetch_offset == 500);
    if (what != 0) CHECK(next.forgotten_topics_data.size() == 1);
  }
}

TEST_CASE("positions are looked for by one request at a time, which the next partitions share") {
  core::consumer_settings settings;
  auto key = api::list_offsets;
  SUBCASE("by the policy") {}
  SUBCASE("committed") {
    settings.group_id = "g";
    key = api::offset_fetch;
  }
  consumer_script run{settings};
  run.metadata(3);
  core::position_version last = 0;
  run.core.start({{tp(0), ++last, -1}});
  run.step();
  const auto first = run.take(key);
  REQUIRE(first.has_value());
  for (int i = 0; i < 10; ++i) {
    run.core.start({{tp(i % 3), ++last, -1}});
    run.step();
  }
  CHECK(run.nothing(key));
  run.fail(*first, errc::timed_out);
  for (int i = 0; i < 20 && run.nothing(key); ++i) run.pass_to_deadline();
  const auto second = run.take(key);
  REQUIRE(second.has_value());
  CHECK(run.nothing(key));
  if (key == api::list_offsets) {
    CHECK(run.read<protocol::list_offsets_request>(*second, 7).topics.at(0).partitions.size() == 3);
  } else {
    CHECK(
        run.read<protocol::offset_fetch_request>(*second, 7).topics.value().at(0).partition_indexes.size() ==
        3);
  }
}

TEST_CASE("out of range: the policy when it is real, nothing when it is stale") {
  for (const auto policy :
       {core::reset_policy::earliest, core::reset_policy::latest, core::reset_policy::none}) {
    core::consumer_settings settings;
    settings.reset = policy;
    fetching run{settings};
    auto asked = run.fetch();
    const auto gone = answer_builder{}.part(0, {}, -1, broker_errc::offset_out_of_range).message;
    SUBCASE("stale") {
      run.core.start({{tp(0), 9, 10}});
      run.answer(asked, gone, version);
      CHECK(run.nothing(api::list_offsets));
      CHECK(run.sink.failures.empty());
    }
    SUBCASE("real") {
      run.answer(asked, gone, version);
      CHECK(run.nothing(api::list_offsets) == (policy == core::reset_policy::none));
      CHECK(run.sink.failures.size() == (policy == core::reset_policy::none ? 1U : 0U));
      if (policy == core::reset_policy::none) CHECK(run.sink.failures[0] == errc::offset_out_of_range);
    }
  }
}

TEST_CASE("no fetch beyond the budget; it goes on as room appears, without a timer") {
  fetching run;
  const auto asked = run.fetch();
  run.sink.used = static_cast<std::size_t>(run.settings.budget_bytes());
  run.answer(asked, answer_builder{}.part(0, make_batch(0, 3)).message, version);
  CHECK(run.nothing(api::fetch));
  CHECK(run.sink.resume_below == run.sink.used / 2);
  CHECK(run.core.next_deadline() == core::never);
  run.sink.used /= 4;
  run.step();
  CHECK(!run.nothing(api::fetch));
}

TEST_CASE("one answer takes an eighth of the budget at most, and fetch.max.bytes at most") {
  SUBCASE("the budget") {
    fetching run;
    const auto asked = run.read<fetch_request>(run.fetch(), version);
    CHECK(asked.max_bytes == run.settings.budget_bytes() / 8);
  }
  core::consumer_settings given;
  SUBCASE("fetch.max.bytes") {
    given.fetch_max_bytes = 1 << 20;
    fetching run{given};
    const auto asked = run.read<fetch_request>(run.fetch(), version);
    CHECK(asked.max_bytes == 1 << 20);
  }
  SUBCASE("a whole partition's share, though the budget is small") {
    given.queued_max_kbytes = 4096;
    fetching run{given};
    const auto asked = run.read<fetch_request>(run.fetch(), version);
    CHECK(asked.max_bytes == run.settings.max_partition_fetch_bytes);
  }
}

TEST_CASE("stale leaders: metadata once, the partition waits, the other goes on") {
  for (const auto code : {broker_errc::not_leader_or_follower, broker_errc::fenced_leader_epoch,
                          broker_errc::unknown_topic_or_partition, broker_errc::kafka_storage_error}) {
    fetching run;
    const auto before = run.refreshes;
    run.answer(run.fetch(), answer_builder{}.part(0, {}, -1, code).message, version);
    CHECK(run.refreshes == before + 1);
    const auto next = run.read<fetch_request>(run.fetch(), version);
    CHECK(next.forgotten_topics_data.size() == 1);
    CHECK(run.sink.failures.empty());
    run.metadata(2, node_id{2});
    run.pass(seconds{2});
    const auto moved = run.take(api::fetch);
    REQUIRE(moved);
    CHECK(moved->to.node == node_id{2});
  }
}

TEST_CASE("stale leaders: one that the broker names goes on to the cluster, and is not waited for") {
  fetching run;
  auto message = answer_builder{}.part(0, {}, -1, broker_errc::not_leader_or_follower).message;
  message.responses[0].topic_id = run.topic_id;
  auto& leader = message.responses[0].partitions[0].current_leader;
  leader.leader_id = node_id{2};
  leader.epoch = leader_epoch{3};
  auto& broker = message.node_endpoints.emplace_back();
  broker.id = node_id{2};
  broker.host = "b2";
  broker.port = 9094;
  run.answer(run.fetch(), message, 16);
  REQUIRE(run.leaders.leaders.size() == 1);
  CHECK(run.leaders.leaders[0].topic == "t");
  CHECK(run.leaders.leaders[0].node == node_id{2});
  CHECK(run.leaders.leaders[0].epoch == leader_epoch{3});
  REQUIRE(run.leaders.brokers.size() == 1);
  CHECK(run.leaders.brokers[0].port == 9094);
  (void)run.fetch();            // the other partition
  run.metadata(2, node_id{2});  // the same moment
  const auto moved = run.take(api::fetch);
  REQUIRE(moved);
  CHECK(moved->to.node == node_id{2});
}

TEST_CASE("partitions nobody asked for, and repeated ones, are ignored") {
  fetching run;
  const auto batch = make_batch(0, 3);
  run.answer(run.fetch(), answer_builder{}.part(7, batch).part(0, batch).part(0, batch).message, version);
  CHECK(run.sink.chunks.size() == 1);
}

TEST_CASE("a batch that ends before the position is broken, the ones before it are delivered") {
  fetching run;
  auto records = make_batch(0, 3);
  const auto regressing = make_batch(1, 1);
  records.insert(records.end(), regressing.begin(), regressing.end());
  run.answer(run.fetch(), answer_builder{}.part(0, records).message, version);
  REQUIRE(run.sink.chunks.size() == 1);
  CHECK(run.sink.chunks[0].next == 3);
  REQUIRE(run.sink.chunks[0].fault);
  CHECK(*run.sink.chunks[0].fault == errc::corrupt_data);
}

TEST_CASE("the end of a partition is told once each time it is reached") {
  fetching run;
  const auto batch = make_batch(0, 3);
  run.answer(run.fetch(), answer_builder{}.part(0, batch, 3).message, version);
  REQUIRE(run.sink.chunks.size() == 1);
  CHECK(run.sink.chunks[0].at_end);
  run.answer(run.fetch(), answer_builder{}.part(0, bytes_view{}, 3).message, version);
  CHECK(run.sink.chunks.size() == 1);
  const auto more = make_batch(3, 1);
  run.answer(run.fetch(), answer_builder{}.part(0, more, 4).message, version);
  REQUIRE(run.sink.chunks.size() == 2);
  CHECK(run.sink.chunks[1].at_end);
}

TEST_CASE("an old broker that cuts the first batch is asked for more") {
  core::consumer_settings settings;
  settings.max_partition_fetch_bytes = 100;
  fetching run{settings};
  const auto batch = make_batch(0, 50);
  REQUIRE(batch.size() > 200);
  run.answer(run.fetch(), answer_builder{0}.part(0, bytes_view{batch}.first(100)).message, 2);
  const auto next = run.read<fetch_request>(run.fetch(), 2);
  CHECK(next.topics[0].partitions[0].partition_max_bytes >= static_cast<std::int32_t>(batch.size()));
}

TEST_CASE("a fetch without an answer starts the session again after a pause") {
  fetching run;
  run.answer(run.fetch(), answer_builder{}.message, version);
  run.fail(run.fetch(), errc::connection_lost);
  CHECK(run.nothing(api::fetch));
  CHECK(run.pass_to_deadline());
  CHECK(run.read<fetch_request>(run.fetch(), version).session_epoch == 0);
}

}  // namespace
}  // namespace kwire::test
