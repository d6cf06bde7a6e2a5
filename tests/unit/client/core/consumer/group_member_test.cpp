// Tests: group_bodies.cpp, group_failures.cpp
#include <doctest/doctest.h>

#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/sync_group.hpp>

#include "consumer_script.hpp"

namespace kwire::test {
namespace {

using core::rebalance_notice;
using protocol::heartbeat_response;
using protocol::join_group_request;
using protocol::join_group_response;
using protocol::sync_group_request;
using protocol::sync_group_response;
using step_kind = rebalance_notice::step;

core::consumer_settings group_settings(std::vector<std::string> strategies = {"range"}) {
  core::consumer_settings settings;
  settings.group_id = "g";
  settings.assignment_strategy = std::move(strategies);
  return settings;
}

bytes assignment_of(const std::vector<std::int32_t>& numbers) {
  protocol::consumer_protocol_assignment content;
  auto& topic = content.assigned_partitions.emplace_back();
  topic.topic = "t";
  for (const auto n : numbers) topic.partitions.push_back(partition_id{n});
  protocol::writer out;
  (void)protocol::encode_stored(protocol::ref(content), 3, out);
  return std::move(out.buffer());
}

/// A member "m" of group "g" that follows.
struct member : consumer_script {
  explicit member(const core::consumer_settings& given = group_settings()) : consumer_script(given) {
    metadata(4);
    core.subscribe({"t"}, now);
    step();
  }

  core::request expect(api key) {
    auto asked = take(key);
    REQUIRE_MESSAGE(asked, "no request of the expected kind");
    return std::move(*asked);
  }
  void join(const core::request& asked, broker_errc code, std::int32_t generation = 1) {
    join_group_response back;
    back.error_code = static_cast<std::int16_t>(code);
    back.generation = generation_id{generation};
    back.protocol_name = settings.assignment_strategy.front();
    back.leader = "other";
    back.member_id = code == broker_errc::none || code == broker_errc::member_id_required ? "m" : "";
    answer(asked, back, 5);
  }
  void sync(const core::request& asked, const std::vector<std::int32_t>& numbers,
            broker_errc code = broker_errc::none) {
    sync_group_response back;
    back.error_code = static_cast<std::int16_t>(code);
    back.assignment = assignment_of(numbers);
    answer(asked, back, 3);
  }
  void heartbeat(broker_errc code) {
    pass(settings.heartbeat_interval);
    heartbeat_response back;
    back.error_code = static_cast<std::int16_t>(code);
    answer(expect(api::heartbeat), back, 3);
  }
  /// Carries the next notice out as an application would.
  rebalance_notice carry_out() {
    REQUIRE(!sink.notices.empty());
    auto notice = std::move(sink.notices.front());
    sink.notices.pop_front();
    for (const auto& where : notice.partitions) {
      if (notice.what == step_kind::assign) {
        owned.push_back(where);
      } else {
        std::erase(owned, where);
      }
    }
    core.rebalance_done(owned, now);
    step();
    return notice;
  }
  void become_stable(const std::vector<std::int32_t>& numbers) {
    join(expect(api::join_group), broker_errc::none);
    sync(expect(api::sync_group), numbers);
    CHECK(carry_out().what == step_kind::assign);
  }

  std::vector<topic_partition> owned;
};

TEST_CASE("joining: the coordinator names the member, which joins again at once") {
  member run;
  auto asked = run.expect(api::join_group);
  auto message = run.read<join_group_request>(asked, 5);
  CHECK(message.member_id.empty());
  CHECK(message.session_timeout_ms == 45'000);
  CHECK(message.rebalance_timeout_ms == 300'000);
  CHECK(message.protocol_type == "consumer");
  CHECK(asked.deadline == run.now + seconds{305});
  CHECK(asked.kind == core::traffic::group);
  run.join(asked, broker_errc::member_id_required);
  asked = run.expect(api::join_group);
  CHECK(run.read<join_group_request>(asked, 5).member_id == "m");
  run.join(asked, broker_errc::none);
  const auto sync = run.expect(api::sync_group);
  CHECK(run.read<sync_group_request>(sync, 3).assignments.empty());
  run.sync(sync, {1, 2});
  const auto notice = run.carry_out();
  CHECK(notice.partitions == std::vector{tp(1), tp(2)});
  CHECK(run.core.next_deadline() <= run.now + run.settings.heartbeat_interval);
}

TEST_CASE("the leader assigns for all, and survives what does not parse") {
  member run;
  const auto asked = run.expect(api::join_group);
  const auto mine = run.read<join_group_request>(asked, 5).protocols.at(0).metadata;
  join_group_response back;
  back.generation = generation_id{3};
  back.protocol_name = "range";
  back.leader = back.member_id = "m";
  for (const auto* id : {"m", "n"}) {
    auto& one = back.members.emplace_back();
    one.member_id = id;
    one.metadata = mine;
  }
  auto& broken = back.members.emplace_back();
  broken.member_id = "x";
  broken.metadata = bytes(5, std::byte{0xff});
  run.answer(asked, back, 5);
  const auto sync = run.read<sync_group_request>(run.expect(api::sync_group), 3);
  REQUIRE(sync.assignments.size() == 3);
  CHECK(sync.assignments[0].assignment == assignment_of({0, 1}));
  CHECK(sync.assignments[1].assignment == assignment_of({2, 3}));
}

TEST_CASE("what changes while a round is under way leads to another round") {
  member run;
  join_group_response joined;
  joined.generation = generation_id{1};
  joined.protocol_name = "range";
  joined.leader = "m";
  joined.member_id = "m";
  join_group_response::member self;
  self.member_id = "m";
  joined.members.push_back(self);
  auto asked = run.expect(api::join_group);
  const auto first = run.read<join_group_request>(asked, 5);
  joined.members.front().metadata = first.protocols.front().metadata;
  run.answer(asked, joined, 5);
  const auto syncing = run.expect(api::sync_group);
  SUBCASE("the topic grows") { run.metadata(6); }
  SUBCASE("the subscription changes") { run.core.subscribe({"t", "u"}, run.now); }
  SUBCASE("nothing") {
    run.sync(syncing, {0, 1, 2, 3});
    run.carry_out();
    CHECK(run.nothing(api::join_group));
    return;
  }
  run.sync(syncing, {0, 1, 2, 3});
  while (!run.sink.notices.empty()) run.carry_out();
  run.step();
  CHECK_FALSE(run.nothing(api::join_group));
}

TEST_CASE("eager: everything is given up before the member joins again") {
  member run;
  run.become_stable({0, 1});
  run.heartbeat(broker_errc::rebalance_in_progress);
  CHECK(run.nothing(api::join_group));  // the application has not let go yet
  const auto notice = run.carry_out();
  CHECK(notice.what == step_kind::revoke);
  CHECK(notice.partitions.size() == 2);
  const auto again = run.read<join_group_request>(run.expect(api::join_group), 5);
  CHECK(again.member_id == "m");
}

TEST_CASE("cooperative: partitions are kept, what goes is given up first, then another round") {
  member run{group_settings({"cooperative-sticky"})};
  run.become_stable({0, 1});
  run.heartbeat(broker_errc::rebalance_in_progress);
  CHECK(run.sink.notices.empty());
  const auto asked = run.expect(api::join_group);
  protocol::consumer_protocol_subscription told;
  const auto sent = run.read<join_group_request>(asked, 5);
  REQUIRE(protocol::decode_stored(protocol::ref(told), sent.protocols.at(0).metadata).has_value());
  REQUIRE(told.owned_partitions.size() == 1);
  CHECK(told.owned_partitions[0].partitions.size() == 2);
  CHECK(told.generation == generation_id{1});
  run.join(asked, broker_errc::none, 2);
  run.sync(run.expect(api::sync_group), {1, 3});
  auto notice = run.carry_out();
  CHECK(notice.what == step_kind::revoke);
  CHECK(notice.partitions == std::vector{tp(0)});
  CHECK(run.nothing(api::join_group));
  notice = run.carry_out();
  CHECK(notice.what == step_kind::assign);
  CHECK(notice.partitions == std::vector{tp(3)});
  CHECK(!run.nothing(api::join_group));
}

TEST_CASE("a member the group has forgotten loses its partitions and joins anew") {
  for (const auto code : {broker_errc::unknown_member_id, broker_errc::illegal_generation}) {
    member run;
    run.become_stable({0});
    run.heartbeat(code);
    CHECK(run.sink.session_until <= run.now);  // nothing is handed over from now on
    CHECK(run.nothing(api::join_group));
    CHECK(run.carry_out().what == step_kind::lose);
    const auto again = run.read<join_group_request>(run.expect(api::join_group), 5);
    CHECK(again.member_id == (code == broker_errc::unknown_member_id ? "" : "m"));
  }
}

TEST_CASE("lost while the application has a notice in its hands: told after it") {
  member run;
  run.join(run.expect(api::join_group), broker_errc::none);
  run.sync(run.expect(api::sync_group), {0});
  run.heartbeat(broker_errc::unknown_member_id);
  CHECK(run.sink.session_until <= run.now);
  REQUIRE(run.sink.notices.size() == 1);
  CHECK(run.carry_out().what == step_kind::assign);
  CHECK(run.nothing(api::join_group));
  CHECK(run.carry_out().what == step_kind::lose);
  CHECK(!run.nothing(api::join_group));
}

TEST_CASE("every refusal of a join") {
  struct row {
    broker_errc code;
    bool told;         ///< the application has to decide
    bool coordinator;  ///< it is looked up again
  };
  for (const auto& [code, told, coordinator] : {row{broker_errc::coordinator_load_in_progress, false, false},
                                                row{broker_errc::not_coordinator, false, true},
                                                row{broker_errc::coordinator_not_available, false, true},
                                                row{broker_errc::unknown_member_id, false, false},
                                                row{broker_errc::rebalance_in_progress, false, false},
                                                row{broker_errc::inconsistent_group_protocol, true, false},
                                                row{broker_errc::invalid_session_timeout, true, false},
                                                row{broker_errc::group_authorization_failed, true, false},
                                                row{broker_errc::group_max_size_reached, true, false},
                                                row{broker_errc::invalid_group_id, true, false}}) {
    CAPTURE(static_cast<int>(code));
    member run;
    run.join(run.expect(api::join_group), code);
    CHECK(run.sink.failures.size() == (told ? 1U : 0U));
    CHECK(run.sink.poll_wished == told);
    CHECK(run.lost_coordinators.size() == (coordinator ? 1U : 0U));
    if (code == broker_errc::invalid_session_timeout) {
      CHECK(run.sink.failures[0].message().find("session.timeout.ms=45000") != std::string::npos);
    }
    if (told) {
      run.pass(seconds{10});
      CHECK(run.nothing(api::join_group));  // not before the application asks for more
      run.core.polled(run.now);
      run.step();
    } else if (code != broker_errc::unknown_member_id) {
      CHECK(run.pass_to_deadline());
    }
    CHECK(!run.nothing(api::join_group));
  }
}

TEST_CASE("every refusal of a sync") {
  for (const auto code :
       {broker_errc::rebalance_in_progress, broker_errc::unknown_member_id, broker_errc::illegal_generation,
        broker_errc::not_coordinator, broker_errc::coordinator_not_available,
        broker_errc::coordinator_load_in_progress}) {
    CAPTURE(static_cast<int>(code));
    member run;
    run.join(run.expect(api::join_group), broker_errc::none);
    run.sync(run.expect(api::sync_group), {}, code);
    CHECK(run.sink.failures.empty());
    if (run.nothing(api::join_group)) CHECK(run.pass_to_deadline());
    CHECK(!run.nothing(api::join_group));
  }
}

TEST_CASE("a fenced static member stops for good") {
  auto settings = group_settings();
  settings.group_instance_id = "i";
  member run{settings};
  const auto asked = run.expect(api::join_group);
  CHECK(asked.usable.min == 5);
  CHECK(run.read<join_group_request>(asked, 5).group_instance_id == "i");
  run.join(asked, broker_errc::none);
  run.sync(run.expect(api::sync_group), {0});
  run.carry_out();
  run.heartbeat(broker_errc::fenced_instance_id);
  REQUIRE(run.sink.failures.size() == 1);
  CHECK(run.sink.failures[0].fatal());
  CHECK(run.carry_out().what == step_kind::lose);
  run.core.polled(run.now);
  run.pass(seconds{30});
  CHECK(run.nothing(api::join_group));
}

TEST_CASE("the session: ends by our own clock, from when the last good request was sent") {
  member run;
  run.become_stable({0});
  CHECK(run.sink.session_until == run.now + run.settings.session_timeout);
  run.pass(run.settings.heartbeat_interval);
  const auto sent = run.now;
  run.fail(run.expect(api::heartbeat), errc::timed_out);
  CHECK(run.sink.session_until < sent + run.settings.session_timeout);
  CHECK(run.pass_to_deadline());
  run.answer(run.expect(api::heartbeat), heartbeat_response{}, 3);
  CHECK(run.sink.session_until == run.now + run.settings.session_timeout);
}

TEST_CASE("a SyncGroup that is answered after the rebalance time-out is worth nothing") {
  member run;
  run.join(run.expect(api::join_group), broker_errc::none);
  const auto asked = run.expect(api::sync_group);
  run.pass(run.settings.max_poll_interval + seconds{1});
  run.sync(asked, {1});
  CHECK(run.sink.notices.empty());
  CHECK(run.read<join_group_request>(run.expect(api::join_group), 5).member_id == "m");
}

TEST_CASE(
    "heartbeats during a rebalance keep the session, and what is owned for the rebalance time-out only") {
  auto settings = group_settings({"cooperative-sticky"});
  settings.max_poll_interval = seconds{60};
  member run{settings};
  run.become_stable({1});
  const auto peace = run.now;
  run.heartbeat(broker_errc::rebalance_in_progress);
  for (int i = 0; i < 10; ++i) run.heartbeat(broker_errc::rebalance_in_progress);
  CHECK(run.sink.session_until == peace + seconds{60});
}

TEST_CASE("too long between polls: leaves, tells it once, joins at the next poll") {
  member run;
  run.become_stable({0});
  run.sink.polls = {false, run.now};
  const auto until = run.now + run.settings.max_poll_interval;
  while (run.now < until - seconds{3}) {
    run.pass(seconds{3});
    while (const auto beat = run.take(api::heartbeat)) run.answer(*beat, heartbeat_response{}, 3);
  }
  CHECK(run.nothing(api::leave_group));
  run.pass(until - run.now);
  CHECK(!run.nothing(api::leave_group));
  REQUIRE(run.sink.failures.size() == 1);
  CHECK(run.sink.failures[0] == errc::max_poll_exceeded);
  CHECK(run.carry_out().what == step_kind::lose);
  run.pass(seconds{60});
  CHECK(run.nothing(api::join_group));
  CHECK(run.sink.failures.size() == 1);
  run.sink.polls = {true, {}};
  run.core.polled(run.now);
  run.step();
  CHECK(!run.nothing(api::join_group));
}

TEST_CASE("leaving: by version, within the deadline, once") {
  auto settings = group_settings();
  settings.auto_commit = false;
  member run{settings};
  run.become_stable({0});
  int told = 0;
  run.core.leave(run.now + seconds{5}, [&] { ++told; }, run.now);
  run.step();
  const auto asked = run.expect(api::leave_group);
  CHECK(asked.deadline == run.now + seconds{5});
  CHECK(run.read<protocol::leave_group_request>(asked, 2).member_id == "m");
  CHECK(run.read<protocol::leave_group_request>(asked, 4).members.at(0).member_id == "m");
  run.fail(asked, errc::timed_out);
  CHECK(told == 1);
  CHECK(run.core.next_deadline() == core::never);
}

}  // namespace
}  // namespace kwire::test
