// Tests: offset_bodies.cpp, offset_queries.cpp, position_finder.cpp
#include <doctest/doctest.h>

#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>

#include "consumer_script.hpp"

namespace kwire::test {
namespace {

using protocol::offset_commit_request;
using protocol::offset_commit_response;
using protocol::offset_fetch_request;
using protocol::offset_fetch_response;

core::consumer_settings with_group() {
  core::consumer_settings settings;
  settings.group_id = "g";
  settings.reset = core::reset_policy::earliest;
  return settings;
}

struct committing : consumer_script {
  explicit committing(const core::consumer_settings& given = with_group()) : consumer_script(given) {
    metadata(2);
  }

  void commit(std::int64_t offset, core::duration limit = seconds{60}) {
    core.commit(
        {{tp(0), offset}}, now + limit,
        [this](result<core::commit_answer> r) { told.push_back(std::move(r)); }, now);
    step();
  }
  void answer_commit(broker_errc code) {
    auto asked = take(api::offset_commit);
    REQUIRE(asked);
    const auto message = read<offset_commit_request>(*asked, 9);
    offset_commit_response back;
    for (const auto& topic : message.topics) {
      auto& t = back.topics.emplace_back();
      t.name = topic.name;
      for (const auto& p : topic.partitions) {
        t.partitions.emplace_back().partition_index = p.partition_index;
        t.partitions.back().error_code = static_cast<std::int16_t>(code);
      }
    }
    answer(*asked, back, 9);
  }
  std::vector<result<core::commit_answer>> told;
};

TEST_CASE("a commit is asked again until the coordinator answers, and told once") {
  for (const auto code : {broker_errc::coordinator_load_in_progress, broker_errc::not_coordinator,
                          broker_errc::coordinator_not_available, broker_errc::request_timed_out}) {
    committing run;
    run.commit(5);
    run.answer_commit(code);
    CHECK(run.told.empty());
    CHECK(run.pass_to_deadline());
    run.answer_commit(broker_errc::none);
    REQUIRE(run.told.size() == 1);
    REQUIRE(run.told[0].has_value());
    CHECK(run.told[0]->at(tp(0)) == broker_errc::none);
  }
}

TEST_CASE("commits go out one after the other, and none waits beyond its deadline") {
  committing run;
  run.commit(5);
  run.commit(6, seconds{3});
  run.commit(7);
  const auto first = run.take(api::offset_commit);
  REQUIRE(first);
  CHECK(run.nothing(api::offset_commit));  // else 5 could reach another coordinator after 6
  run.pass(seconds{4});
  REQUIRE(run.told.size() == 1);
  CHECK(run.told[0].error() == errc::timed_out);
  run.requests.push_front(*first);
  run.answer_commit(broker_errc::none);
  run.step();
  run.answer_commit(broker_errc::none);
  CHECK(run.told.size() == 3);
}

TEST_CASE("what the coordinator refuses is a value per partition") {
  for (const auto code : {broker_errc::unknown_member_id, broker_errc::illegal_generation,
                          broker_errc::rebalance_in_progress, broker_errc::offset_metadata_too_large,
                          broker_errc::topic_authorization_failed, broker_errc::unknown_topic_or_partition}) {
    committing run;
    run.commit(5);
    run.answer_commit(code);
    REQUIRE(run.told.size() == 1);
    CHECK(run.told[0]->at(tp(0)) == code);
  }
}

TEST_CASE("a commit that finds no coordinator ends at its deadline") {
  committing run;
  run.commit(5, seconds{1});
  const auto end = run.now + seconds{1};
  while (run.told.empty()) {
    const auto asked = run.take(api::offset_commit);
    if (asked) {
      CHECK(asked->deadline <= end);
      run.fail(*asked, errc::connection_lost);
    } else {
      REQUIRE(run.pass_to_deadline());
    }
  }
  CHECK(run.now <= end);
  CHECK(run.told[0].error() == errc::connection_lost);
}

TEST_CASE("versions: topic ids at 10 where all are known, member facts where they exist") {
  committing run;
  run.commit(5);
  const auto asked = run.take(api::offset_commit);
  REQUIRE(asked);
  CHECK(run.read<offset_commit_request>(*asked, 10).topics.at(0).topic_id == run.topic_id);
  for (std::int16_t v = 0; v <= 9; ++v) {
    CHECK(run.read<offset_commit_request>(*asked, v).topics.at(0).partitions.at(0).committed_offset == 5);
  }
}

TEST_CASE("automatic commits: every interval what is superseded, and only news") {
  committing run;
  run.pass(run.settings.auto_commit_interval);
  CHECK(run.nothing(api::offset_commit));
  run.sink.committable = {{tp(0), 7}};
  run.pass(run.settings.auto_commit_interval);
  run.answer_commit(broker_errc::none);
  run.pass(run.settings.auto_commit_interval);
  CHECK(run.nothing(api::offset_commit));
  run.sink.committable = {{tp(0), 9}};
  run.pass(run.settings.auto_commit_interval);
  run.answer_commit(broker_errc::coordinator_load_in_progress);
  run.pass(seconds{1});
  CHECK(run.nothing(api::offset_commit));  // not repeated: an old offset could overtake a new one
  run.pass(run.settings.auto_commit_interval);
  CHECK(!run.nothing(api::offset_commit));
}

struct positioning : committing {
  explicit positioning(const core::consumer_settings& given = with_group()) : committing(given) {
    core.start({{tp(0), 1}});
    step();
  }
  void committed(std::int64_t offset, broker_errc code = broker_errc::none, bool omit = false) {
    auto asked = take(api::offset_fetch);
    REQUIRE(asked);
    CHECK(read<offset_fetch_request>(*asked, 8).groups.at(0).group_id == "g");
    CHECK(read<offset_fetch_request>(*asked, 3).group_id == "g");
    offset_fetch_response back;
    auto& topic = back.topics.emplace_back();
    topic.name = "t";
    if (!omit) {
      auto& p = topic.partitions.emplace_back();
      p.partition_index = partition_id{0};
      p.committed_offset = offset;
      p.error_code = static_cast<std::int16_t>(code);
    }
    answer(*asked, back, 5);
  }
};

TEST_CASE("a partition starts at its committed offset") {
  positioning run;
  run.committed(42);
  REQUIRE(run.sink.positions.size() == 1);
  CHECK(run.sink.positions[0].offset == 42);
  CHECK(!run.nothing(api::fetch));
}

TEST_CASE("failures to learn the committed offset never move the position") {
  for (const auto code : {broker_errc::unstable_offset_commit, broker_errc::coordinator_load_in_progress,
                          broker_errc::not_coordinator, broker_errc::unknown_server_error}) {
    positioning run;
    run.committed(-1, code);
    CHECK(run.nothing(api::list_offsets));
    CHECK(run.pass_to_deadline());
    run.committed(-1, broker_errc::none, true);  // left out is not "none committed" either
    CHECK(run.nothing(api::list_offsets));
    CHECK(run.pass_to_deadline());
    run.committed(3);
    CHECK(run.sink.positions.size() == 1);
  }
}

TEST_CASE("without a committed offset the policy decides; version 0 answers too") {
  positioning run;
  run.committed(-1);
  auto asked = run.take(api::list_offsets);
  REQUIRE(asked);
  CHECK(run.read<protocol::list_offsets_request>(*asked, 0).topics.at(0).partitions.at(0).timestamp == -2);
  protocol::list_offsets_response back;
  auto& topic = back.topics.emplace_back();
  topic.name = "t";
  topic.partitions.emplace_back().old_style_offsets = {11};
  run.answer(*asked, back, 0);
  REQUIRE(run.sink.positions.size() == 1);
  CHECK(run.sink.positions[0].offset == 11);

  auto strict = with_group();
  strict.reset = core::reset_policy::none;
  positioning none{strict};
  none.committed(-1);
  REQUIRE(none.sink.failures.size() == 1);
  CHECK(none.sink.failures[0] == errc::no_offset);
  CHECK(none.core.next_deadline() > none.now);
}

TEST_CASE("a negative offset of a leader is refused") {
  positioning run;
  run.committed(-1);
  protocol::list_offsets_response back;
  auto& topic = back.topics.emplace_back();
  topic.name = "t";
  topic.partitions.emplace_back().offset = -7;
  run.answer(*run.take(api::list_offsets), back, 5);
  CHECK(run.sink.positions.empty());
  CHECK(run.pass_to_deadline());
  CHECK(!run.nothing(api::list_offsets));
}

TEST_CASE("questions end by their deadline") {
  committing run;
  std::optional<error> why;
  run.core.list_offsets(
      {{{"nowhere", partition_id{0}}, -1, no_leader_epoch}}, run.now + seconds{2},
      [&](auto r) { why = r.error(); }, run.now);
  const auto end = run.now + seconds{2};
  while (!why) REQUIRE(run.pass_to_deadline());
  CHECK(run.now == end);
  CHECK(*why == errc::timed_out);
}

}  // namespace
}  // namespace kwire::test
