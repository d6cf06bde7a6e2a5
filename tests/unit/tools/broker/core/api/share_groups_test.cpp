// Tests: share_fetch.cpp, share_offsets.cpp, ../share_group.cpp, ../share_sessions.cpp
#include <kwire/protocol/messages/alter_share_group_offsets.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/delete_groups.hpp>
#include <kwire/protocol/messages/delete_share_group_offsets.hpp>
#include <kwire/protocol/messages/describe_share_group_offsets.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>
#include <kwire/protocol/messages/share_group_describe.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;
using asked = protocol::share_group_heartbeat_request;
using fetch = protocol::share_fetch_request;

constexpr std::int8_t accept = 1;
constexpr std::int8_t release = 2;
constexpr std::int8_t renew = 4;

struct stage : script {
  explicit stage(core_options options = {}) : script(std::move(options)) {
    make_topic("t", 1);
    core.groups().config("g").set("share.auto.offset.reset", "earliest");
    c = connect();
    fill(10);
  }
  void fill(int records) {
    std::vector<std::string> values(static_cast<std::size_t>(records), "v");
    produce(*this, connect(), "t", make_batch(values));
  }
  uuid id() { return core.state().find("t")->id; }
  protocol::share_group_heartbeat_response join(const std::string& member, std::int32_t epoch = 0) {
    asked request;
    request.group_id = "g";
    request.member_id = member;
    request.member_epoch = epoch;
    if (epoch == 0) request.subscribed_topic_names = {"t"};
    return ask(c, request, 1);
  }
  fetch fetching(const std::string& member, std::int32_t epoch, std::int32_t max_wait_ms = 0) {
    fetch request;
    request.group_id = "g";
    request.member_id = member;
    request.share_session_epoch = epoch;
    request.max_wait_ms = max_wait_ms;
    request.min_bytes = 1;
    request.max_records = 500;
    request.batch_size = 500;
    if (epoch != 0) return request;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = id();
    topic.partitions.emplace_back();
    return request;
  }
  void acknowledge(fetch& request, std::int64_t first, std::int64_t last, std::int8_t type) {
    auto& topic = request.topics.emplace_back();
    topic.topic_id = id();
    topic.partitions.emplace_back().acknowledgement_batches.push_back({first, last, {type}, {}});
  }
  static std::vector<std::pair<std::int64_t, std::int64_t>> runs(
      const protocol::share_fetch_response& answer) {
    std::vector<std::pair<std::int64_t, std::int64_t>> all;
    for (const auto& topic : answer.responses) {
      for (const auto& partition : topic.partitions) {
        for (const auto& run : partition.acquired_records)
          all.emplace_back(run.first_offset, run.last_offset);
      }
    }
    return all;
  }
  using pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  connection_id c{};
};

TEST_CASE("members of a share group share partitions") {
  stage s;
  const auto one = s.join("a");
  CHECK(one.error_code == 0);
  CHECK(one.member_epoch == 1);
  CHECK(one.heartbeat_interval_ms == 5000);
  REQUIRE(one.assignment.has_value());
  CHECK(one.assignment->topic_partitions.at(0).partitions.size() == 1);
  CHECK(s.join("b").assignment->topic_partitions.at(0).partitions.size() == 1);
  CHECK(s.join("a", 1).member_epoch == 2);
  CHECK(s.join("a", 3).error_code == code_of(broker_errc::fenced_member_epoch));
  CHECK(s.join("c", 2).error_code == code_of(broker_errc::unknown_member_id));
  CHECK(s.join("", 0).error_code == code_of(broker_errc::invalid_request));

  protocol::share_group_describe_request describe;
  describe.group_ids = {"g", "none"};
  const auto told = s.ask(s.c, describe, 1).groups;
  CHECK(told.at(0).group_state == "Stable");
  CHECK(told.at(0).members.size() == 2);
  CHECK(told.at(0).members.at(0).assignment.topic_partitions.at(0).topic_name == "t");
  CHECK(told.at(1).error_code == code_of(broker_errc::group_id_not_found));
  protocol::list_groups_request list;
  list.types_filter = {"share"};
  CHECK(s.ask(s.c, list, 5).groups.at(0).group_state == "Stable");
  s.pass(45s);
  CHECK(s.core.groups().state("g") == "Empty");
  protocol::delete_groups_request remove;
  remove.groups_names = {"g"};
  CHECK(s.ask(s.c, remove, 2).results.at(0).error_code == 0);
}

TEST_CASE("groups of other types do not mix with it") {
  stage s;
  s.join("a");
  protocol::consumer_group_heartbeat_request request;
  request.group_id = "g";
  request.member_id = "m";
  request.rebalance_timeout_ms = 1000;
  request.subscribed_topic_names = {"t"};
  request.topic_partitions.emplace();
  CHECK(s.ask(s.c, request, 1).error_code == code_of(broker_errc::group_id_not_found));
  request.group_id = "other";
  CHECK(s.ask(s.c, request, 1).error_code == 0);
  asked share;
  share.group_id = "other";
  share.member_id = "a";
  share.subscribed_topic_names = {"t"};
  CHECK(s.ask(s.c, share, 1).error_code == code_of(broker_errc::group_id_not_found));
}

TEST_CASE("records are acquired, acknowledged with the next fetch, and not seen again") {
  stage s;
  s.join("a");
  const auto first = s.ask(s.c, s.fetching("a", 0), 2);
  CHECK(first.error_code == 0);
  CHECK(first.acquisition_lock_timeout_ms == 30'000);
  CHECK(stage::runs(first) == stage::pairs{{0, 9}});
  protocol::record_set set{first.responses.at(0).partitions.at(0).records};
  CHECK(set.begin() != set.end());
  auto next = s.fetching("a", 1);
  s.acknowledge(next, 0, 9, accept);
  const auto second = s.ask(s.c, next, 2);
  CHECK(second.responses.at(0).partitions.at(0).acknowledge_error_code == 0);
  CHECK(stage::runs(second).empty());
  CHECK(s.core.groups().find_share("g")->places().begin()->second.start() == 10);
  CHECK(s.ask(s.c, s.fetching("a", 2), 2).responses.empty());
}

TEST_CASE("a fetch waits for records, also for those that come free") {
  stage s;
  s.join("a");
  s.ask(s.c, s.fetching("a", 0), 2);
  const auto other = s.connect();
  s.send(other, s.fetching("b", 0, 60'000), 2);
  CHECK_FALSE(s.answered(other));
  s.pass(30s - 1us);
  CHECK_FALSE(s.answered(other));
  s.pass(1us);  // the lock of the first member ends
  CHECK(stage::runs(s.answer<protocol::share_fetch_response>(other, 2)) == stage::pairs{{0, 9}});
  s.send(s.c, s.fetching("a", 1, 60'000), 2);
  CHECK_FALSE(s.answered(s.c));
  s.fill(5);
  CHECK(stage::runs(s.answer<protocol::share_fetch_response>(s.c, 2)) == stage::pairs{{10, 14}});
  s.send(s.c, s.fetching("a", 2, 500), 2);
  s.pass(500ms);
  CHECK(s.answer<protocol::share_fetch_response>(s.c, 2).responses.empty());
}

TEST_CASE("what a connection held is free when it is gone") {
  stage s;
  s.join("a");
  const auto gone = s.connect();
  CHECK(stage::runs(s.ask(gone, s.fetching("a", 0), 2)).size() == 1);
  s.send(s.c, s.fetching("b", 0, 60'000), 2);
  CHECK_FALSE(s.answered(s.c));
  s.core.disconnected(gone);
  s.pass(0ms);
  CHECK(stage::runs(s.answer<protocol::share_fetch_response>(s.c, 2)) == stage::pairs{{0, 9}});
}

TEST_CASE("a session with a broker that leads no longer takes nothing back that another one gave") {
  stage s{cluster_of(3)};
  s.c = s.connect(raw(s.core.coordinator_of(coordinator_kind::group, "g")));
  s.join("a");
  const auto old = s.connect(1);
  CHECK(stage::runs(s.ask(old, s.fetching("a", 0), 2)) == stage::pairs{{0, 9}});
  auto release_some = s.fetching("a", 1);
  s.acknowledge(release_some, 0, 4, release);
  release_some.max_records = 0;
  s.ask(old, release_some, 2);
  REQUIRE(s.core.move_leader("t", partition_id{0}, node_id{2}, s.now));
  const auto now_leading = s.connect(2);
  CHECK(stage::runs(s.ask(now_leading, s.fetching("a", 0), 2)) == stage::pairs{{0, 4}});
  s.core.disconnected(old);
  s.pass(1ms);
  s.join("b");
  CHECK(stage::runs(s.ask(s.connect(2), s.fetching("b", 0), 2)) == stage::pairs{{5, 9}});
}

TEST_CASE("sessions have epochs") {
  stage s;
  const auto error = [&](const fetch& request) { return s.ask(s.c, request, 2).error_code; };
  CHECK(error(s.fetching("a", 0)) == code_of(broker_errc::group_id_not_found));
  s.join("a");
  CHECK(error(s.fetching("a", 1)) == code_of(broker_errc::share_session_not_found));
  auto early = s.fetching("a", 0);
  early.topics.clear();
  s.acknowledge(early, 0, 0, accept);
  CHECK(error(early) == code_of(broker_errc::invalid_request));
  CHECK(error(s.fetching("a", 0)) == 0);
  CHECK(error(s.fetching("a", 2)) == code_of(broker_errc::invalid_share_session_epoch));
  CHECK(error(s.fetching("a", -2)) == code_of(broker_errc::invalid_share_session_epoch));
  auto missing = s.fetching("a", 1);
  missing.topics.emplace_back().partitions.emplace_back();
  const auto answer = s.ask(s.c, missing, 2);
  CHECK(answer.responses.at(0).partitions.at(0).error_code == code_of(broker_errc::unknown_topic_id));
  CHECK(error(s.fetching("a", -1)) == 0);
  CHECK(s.core.share_sessions(s.core.state().nodes().front().id).size() == 0);
  CHECK(stage::runs(s.ask(s.c, s.fetching("b", 0), 2)) == stage::pairs{{0, 9}});
}

TEST_CASE("acknowledging without fetching, all or nothing") {
  stage s;
  s.join("a");
  s.ask(s.c, s.fetching("a", 0), 2);
  protocol::share_acknowledge_request request;
  request.group_id = "g";
  request.member_id = "a";
  request.share_session_epoch = 1;
  auto& topic = request.topics.emplace_back();
  topic.topic_id = s.id();
  auto& batches = topic.partitions.emplace_back().acknowledgement_batches;
  batches.push_back({0, 3, {accept}, {}});
  batches.push_back({4, 10, {accept}, {}});
  const auto error = [&] {
    const auto answer = s.ask(s.c, request, 2);
    return answer.error_code != 0 ? answer.error_code : answer.responses.at(0).partitions.at(0).error_code;
  };
  CHECK(error() == code_of(broker_errc::invalid_request));
  CHECK(s.core.groups().find_share("g")->places().begin()->second.start() == 0);
  request.share_session_epoch = 2;
  batches.back() = {4, 5, {renew}, {}};
  CHECK(error() == code_of(broker_errc::invalid_request));  // a renewal must be announced
  request.share_session_epoch = 3;
  request.is_renew_ack = true;
  CHECK(error() == 0);
  CHECK(s.core.groups().find_share("g")->places().begin()->second.start() == 4);
  request.share_session_epoch = -1;
  batches = {{4, 4, {release}, {}}};
  CHECK(error() == 0);
  request.share_session_epoch = 0;
  CHECK(error() == code_of(broker_errc::invalid_share_session_epoch));
}

TEST_CASE("offsets of a share group are shown, and changed while it is empty") {
  stage s;
  s.join("a");
  s.ask(s.c, s.fetching("a", 0), 2);
  protocol::describe_share_group_offsets_request describe;
  describe.groups.emplace_back().group_id = "g";
  describe.groups[0].topics.reset();
  describe.groups.emplace_back().group_id = "none";
  const auto told = s.ask(s.c, describe, 1).groups;
  CHECK(told.at(0).topics.at(0).partitions.at(0).start_offset == 0);
  CHECK(told.at(0).topics.at(0).partitions.at(0).lag == 10);
  CHECK(told.at(1).error_code == code_of(broker_errc::group_id_not_found));
  protocol::alter_share_group_offsets_request alter;
  alter.group_id = "g";
  auto& topic = alter.topics.emplace_back();
  topic.topic_name = "t";
  topic.partitions.emplace_back().start_offset = 7;
  topic.partitions.emplace_back().partition_index = partition_id{4};
  CHECK(s.ask(s.c, alter, 0).error_code == code_of(broker_errc::non_empty_group));
  s.join("a", -1);
  const auto altered = s.ask(s.c, alter, 0);
  CHECK(altered.responses.at(0).partitions.at(0).error_code == 0);
  CHECK(altered.responses.at(0).partitions.at(1).error_code ==
        code_of(broker_errc::unknown_topic_or_partition));
  s.join("a");
  CHECK(stage::runs(s.ask(s.c, s.fetching("a", 0), 2)) == stage::pairs{{7, 9}});
  s.join("a", -1);
  protocol::delete_share_group_offsets_request remove;
  remove.group_id = "g";
  remove.topics.emplace_back().topic_name = "t";
  remove.topics.emplace_back().topic_name = "none";
  const auto removed = s.ask(s.c, remove, 0);
  CHECK(removed.responses.at(0).error_code == 0);
  CHECK(removed.responses.at(1).error_code == code_of(broker_errc::unknown_topic_or_partition));
  CHECK(s.core.groups().find_share("g")->places().empty());
}

}  // namespace
}  // namespace kwire::embedded
