// Tests: group_rebalance.cpp
#include "core/group.hpp"

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

/// A group and the answers it gives, by the correlation id of the request.
struct stage {
  explicit stage(group_limits l = {}) : limits(l) {}

  join_input joining(const std::string& member, std::int16_t version = 9) {
    join_input input;
    input.token = {connection_id{1}, correlation_id{++serial}, api::join_group, version};
    input.member_id = member;
    input.client_id = "c";
    input.session_timeout = 10s;
    input.rebalance_timeout = 60s;
    input.protocol_type = "consumer";
    input.protocols = {{"range", to_bytes(as_bytes("meta"))}};
    return input;
  }
  /// The correlation id of the request.
  std::int32_t join(const join_input& input) {
    g.join(input, now);
    return raw(input.token.correlation);
  }
  std::int32_t sync(const std::string& member, std::map<std::string, bytes> assignments = {}) {
    sync_input input;
    input.token = {connection_id{1}, correlation_id{++serial}, api::sync_group, 5};
    input.member_id = member;
    input.generation = g.generation();
    input.assignments = std::move(assignments);
    g.sync(input, now);
    return serial;
  }
  const group_answer* answer(std::int32_t to) const {
    const auto same = [=](const group_answer& a) { return raw(a.to.correlation) == to; };
    const auto found = std::ranges::find_if(g.answers, same);
    return found == g.answers.end() ? nullptr : &*found;
  }
  const join_result& joined(std::int32_t to) const {
    REQUIRE(answer(to) != nullptr);
    return answer(to)->joined;
  }
  const sync_result& synced(std::int32_t to) const {
    REQUIRE(answer(to) != nullptr);
    return answer(to)->synced;
  }
  void pass(std::chrono::microseconds span) {
    const auto end = now + span;
    while (g.next_deadline() && *g.next_deadline() <= end) {
      now = std::max(now, *g.next_deadline());
      g.advance(now);
    }
    now = end;
  }
  broker_errc beat(const std::string& member) { return g.heartbeat(member, {}, g.generation(), now); }
  /// A new member id, as a client gets it by KIP-394.
  std::string new_id() {
    const auto id = joined(join(joining(""))).member_id;
    CHECK_FALSE(id.empty());
    return id;
  }
  /// A stable group of one.
  std::string alone() {
    const auto id = new_id();
    const auto at = join(joining(id));
    CHECK(joined(at).leader == id);
    CHECK(synced(sync(id, {{id, to_bytes(as_bytes("all"))}})).error == broker_errc::none);
    return id;
  }

  group_limits limits;
  random_source random{7};
  instant now{1000s};
  group g{"g", limits, random};
  std::int32_t serial = 0;
};

TEST_CASE("a member is given an id first, then joins, leads and gets its assignment") {
  stage s;
  const auto first = s.join(s.joining(""));
  CHECK(s.joined(first).error == broker_errc::member_id_required);
  const auto id = s.joined(first).member_id;
  const auto at = s.join(s.joining(id));
  CHECK(s.joined(at).error == broker_errc::none);
  CHECK(s.joined(at).leader == id);
  CHECK(s.joined(at).members.size() == 1);
  CHECK(raw(s.joined(at).generation) == 1);
  CHECK(s.joined(at).protocol_name == "range");
  CHECK(s.g.current() == group::state::completing_rebalance);
  const auto sync = s.sync(id, {{id, to_bytes(as_bytes("all"))}});
  CHECK(as_text(s.synced(sync).assignment) == "all");
  CHECK(s.g.current() == group::state::stable);
  CHECK(s.beat(id) == broker_errc::none);
}

TEST_CASE("before version 4 a member needs no id to join") {
  stage s;
  const auto at = s.join(s.joining("", 3));
  CHECK(s.joined(at).error == broker_errc::none);
  CHECK(s.g.members().size() == 1);
}

TEST_CASE("a second member makes all join again, and waits for the leader's assignment") {
  stage s;
  const auto one = s.alone();
  const auto two = s.new_id();
  const auto two_join = s.join(s.joining(two));
  CHECK(s.answer(two_join) == nullptr);
  CHECK(s.beat(one) == broker_errc::rebalance_in_progress);
  const auto one_join = s.join(s.joining(one));
  CHECK(s.joined(one_join).members.size() == 2);
  CHECK(s.joined(two_join).members.empty());
  CHECK(s.joined(two_join).leader == one);
  const auto two_sync = s.sync(two);
  CHECK(s.answer(two_sync) == nullptr);
  const auto one_sync = s.sync(one, {{one, to_bytes(as_bytes("1"))}, {two, to_bytes(as_bytes("2"))}});
  CHECK(as_text(s.synced(one_sync).assignment) == "1");
  CHECK(as_text(s.synced(two_sync).assignment) == "2");
}

TEST_CASE("who does not join again in time is left behind") {
  stage s;
  const auto one = s.alone();
  const auto two = s.new_id();
  const auto two_join = s.join(s.joining(two));
  for (int i = 0; i < 7; ++i) {
    CHECK(s.beat(one) == broker_errc::rebalance_in_progress);
    CHECK(s.answer(two_join) == nullptr);
    s.pass(8'600ms);
  }
  CHECK(s.joined(two_join).leader == two);
  CHECK(s.beat(one) == broker_errc::unknown_member_id);
}

TEST_CASE("a session ends without heartbeats, exactly on time") {
  stage s;
  const auto one = s.alone();
  s.pass(9s);
  CHECK(s.beat(one) == broker_errc::none);
  s.pass(9'999ms);
  CHECK(s.g.members().size() == 1);
  s.pass(1ms);
  CHECK(s.g.members().empty());
  CHECK(s.g.current() == group::state::empty);
  CHECK(s.beat(one) == broker_errc::unknown_member_id);
  CHECK_FALSE(s.g.next_deadline());
}

TEST_CASE("a leaving member starts a rebalance for the others") {
  stage s;
  const auto one = s.alone();
  const auto two = s.new_id();
  s.join(s.joining(two));
  s.join(s.joining(one));
  s.sync(one);
  s.sync(two);
  CHECK(s.g.leave(one, {}, s.now) == broker_errc::none);
  CHECK(s.g.leave(one, {}, s.now) == broker_errc::unknown_member_id);
  CHECK(s.beat(two) == broker_errc::rebalance_in_progress);
  CHECK(s.joined(s.join(s.joining(two))).leader == two);
}

TEST_CASE("an id that was given out and never used holds up nobody for long") {
  stage s;
  const auto one = s.alone();
  (void)s.new_id();
  const auto two = s.new_id();
  const auto two_join = s.join(s.joining(two));
  const auto one_join = s.join(s.joining(one));
  CHECK(s.answer(one_join) == nullptr);
  s.pass(10s);
  CHECK(s.joined(one_join).members.size() == 2);
  CHECK(s.joined(two_join).error == broker_errc::none);
}

TEST_CASE("members that never ask for their assignment are put out") {
  stage s;
  const auto one = s.new_id();
  auto input = s.joining(one);
  input.session_timeout = 300s;
  s.join(input);
  s.pass(59'999ms);
  CHECK(s.g.members().size() == 1);
  s.pass(1ms);
  CHECK(s.g.members().empty());
}

TEST_CASE("an empty group waits for more members, longer when some come") {
  group_limits limits;
  limits.initial_rebalance_delay = 3s;
  stage s{limits};
  const auto one = s.join(s.joining("", 3));
  s.pass(2s);
  CHECK(s.answer(one) == nullptr);
  const auto two = s.join(s.joining("", 3));
  s.pass(1s);
  CHECK(s.answer(one) == nullptr);
  s.pass(3s);
  CHECK(s.joined(one).generation == s.joined(two).generation);
}

TEST_CASE("protocols: what all support and most prefer; strangers are refused") {
  stage s;
  auto a = s.joining("", 3);
  a.protocols = {{"range", {}}, {"sticky", {}}};
  const auto a_id = s.joined(s.join(a)).member_id;
  auto b = s.joining("", 3);
  b.protocols = {{"sticky", {}}};
  const auto b_join = s.join(b);
  auto again = a;
  again.token.correlation = correlation_id{++s.serial};
  again.member_id = a_id;
  CHECK(s.joined(s.join(again)).protocol_name == "sticky");
  CHECK(s.joined(b_join).protocol_name == "sticky");
  auto stranger = s.joining("", 3);
  stranger.protocols = {{"other", {}}};
  CHECK(s.joined(s.join(stranger)).error == broker_errc::inconsistent_group_protocol);
  stranger.protocol_type = "connect";
  CHECK(s.joined(s.join(stranger)).error == broker_errc::inconsistent_group_protocol);
}

TEST_CASE("generations, members and protocols are checked on sync and commit") {
  stage s;
  const auto one = s.alone();
  sync_input input;
  input.token = {connection_id{1}, correlation_id{900}, api::sync_group, 5};
  input.member_id = one;
  input.generation = generation_id{0};
  s.g.sync(input, s.now);
  CHECK(s.synced(900).error == broker_errc::illegal_generation);
  input.token.correlation = correlation_id{901};
  input.generation = s.g.generation();
  input.protocol_name = "sticky";
  s.g.sync(input, s.now);
  CHECK(s.synced(901).error == broker_errc::inconsistent_group_protocol);
  CHECK(s.g.may_commit(one, {}, s.g.generation(), s.now) == broker_errc::none);
  CHECK(s.g.may_commit(one, {}, generation_id{9}, s.now) == broker_errc::illegal_generation);
  CHECK(s.g.may_commit("x", {}, s.g.generation(), s.now) == broker_errc::unknown_member_id);
  CHECK(s.g.may_commit("", {}, no_generation, s.now) == broker_errc::unknown_member_id);
}

TEST_CASE("a repeated join gets the same answer, the leader's own starts a rebalance") {
  stage s;
  const auto one = s.alone();
  const auto two = s.new_id();
  s.join(s.joining(two));
  s.join(s.joining(one));
  CHECK(s.joined(s.join(s.joining(two))).generation == s.g.generation());
  s.sync(one);
  CHECK(s.joined(s.join(s.joining(two))).generation == s.g.generation());
  CHECK(s.g.current() == group::state::stable);
  s.join(s.joining(one));
  CHECK(s.g.current() == group::state::preparing_rebalance);
}

struct static_stage : stage {
  join_input as(const std::string& instance, const std::string& member = "", std::int16_t version = 9) {
    auto input = joining(member, version);
    input.instance_id = instance;
    return input;
  }
};

TEST_CASE("a new coordinator gives the members a whole rebalance time-out again") {
  stage s;
  const auto id = s.alone();
  const auto newcomer = s.new_id();
  s.join(s.joining(newcomer));
  CHECK(s.g.current() == group::state::preparing_rebalance);
  for (int i = 0; i < 11; ++i) {
    s.pass(5s);
    CHECK(s.beat(id) == broker_errc::rebalance_in_progress);
  }
  s.g.moved(s.now);  // 55 of 60 seconds after the rebalance began
  s.pass(6s);
  CHECK(s.beat(id) == broker_errc::rebalance_in_progress);
  const auto at = s.join(s.joining(id));
  s.join(s.joining(newcomer));
  CHECK(s.joined(at).error == broker_errc::none);
}

TEST_CASE("a static member returns without a rebalance and fences its former self") {
  for (const std::int16_t version : {std::int16_t{5}, std::int16_t{9}}) {
    static_stage s;
    const auto old = s.joined(s.join(s.as("i1", "", version))).member_id;
    s.sync(old, {{old, to_bytes(as_bytes("all"))}});
    const auto& back = s.joined(s.join(s.as("i1", "", version)));
    CHECK(back.error == broker_errc::none);
    CHECK(back.member_id != old);
    CHECK(raw(back.generation) == 1);
    CHECK(back.skip_assignment == (version >= 9));
    CHECK(back.leader == (version >= 9 ? back.member_id : old));
    CHECK(s.g.current() == group::state::stable);
    const auto id = back.member_id;
    CHECK(as_text(s.synced(s.sync(id)).assignment) == "all");
    CHECK(s.g.heartbeat(old, "i1", s.g.generation(), s.now) == broker_errc::fenced_instance_id);
    CHECK(s.g.heartbeat(id, "i1", s.g.generation(), s.now) == broker_errc::none);
    CHECK(s.joined(s.join(s.as("i1", old, version))).error == broker_errc::fenced_instance_id);
  }
}

TEST_CASE("a static member that is away keeps its place until its session ends") {
  static_stage s;
  const auto one = s.joined(s.join(s.as("i1"))).member_id;
  s.sync(one, {});
  s.pass(10s);
  CHECK(s.g.members().empty());
  CHECK(s.g.leave("", "i1", s.now) == broker_errc::unknown_member_id);
}

TEST_CASE("a static member leaves by its instance id") {
  static_stage s;
  const auto one = s.joined(s.join(s.as("i1"))).member_id;
  s.sync(one, {});
  CHECK(s.g.leave("other", "i1", s.now) == broker_errc::fenced_instance_id);
  CHECK(s.g.leave("", "i1", s.now) == broker_errc::none);
  CHECK(s.g.current() == group::state::empty);
}

}  // namespace
}  // namespace kwire::embedded
