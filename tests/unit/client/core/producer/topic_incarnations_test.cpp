// Topics that are deleted and made anew, vanish for a while, or get more partitions (KIP-516); leaders as
// brokers name them (KIP-951).
#include <doctest/doctest.h>

#include "core/producer/producer_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using test::producer_rig;
using test::sent_request;

namespace {

using values = std::vector<std::uint64_t>;

uuid id_of(std::uint8_t number) {
  uuid id;
  id.octets[15] = number;
  return id;
}

/// Topic "t" with an id; record 1 is in its log.
void begin(producer_rig& rig, std::initializer_list<int> nodes = {1}) {
  rig.ids["t"] = id_of(1);
  rig.leaders("t", nodes);
  rig.add("t", 0, 1);
  rig.answer(rig.one());
}

/// Another topic has the name now.
void make_anew(producer_rig& rig, std::initializer_list<int> nodes = {1}) {
  rig.ids["t"] = id_of(2);
  rig.leaders("t", nodes);
}

bool starts(const std::string& fate, std::string_view with) { return fate.starts_with(with); }

}  // namespace

TEST_CASE(
    "incarnations: what was refused by the old topic goes to the new one, numbered from the beginning") {
  for (const auto code : {broker_errc::unknown_topic_id, broker_errc::inconsistent_topic_id}) {
    CAPTURE(to_string(code));
    producer_rig rig;
    rig.version = 13;
    begin(rig);
    rig.add("t", 0, 2);
    const auto sent = rig.one();
    CHECK(sent.batches[0].sequence == 1);
    rig.core().out().refresh_metadata = false;
    rig.answer(sent, code);
    CHECK(rig.core().out().refresh_metadata);
    CHECK(rig.fate(2) == "none");
    make_anew(rig);
    rig.pass(2s);
    const auto again = rig.one();
    CHECK(again.batches[0].topic == "t");
    CHECK(again.batches[0].values == values{2});
    CHECK(again.batches[0].sequence == 0);
    CHECK(raw(again.batches[0].epoch) == raw(sent.batches[0].epoch) + 1);
    rig.answer(again, broker_errc::none, 0);
    CHECK(rig.fate(2) == "persisted at 0");
  }
}

TEST_CASE("incarnations: what may be in the old topic does not go to the new one") {
  producer_rig rig;
  begin(rig);
  rig.add("t", 0, 2);
  const auto lost = rig.one();
  rig.add("t", 0, 3);
  const auto refused = rig.one();
  rig.lose(lost, true);
  rig.answer(refused, broker_errc::unknown_topic_or_partition);  // said after the append, too
  make_anew(rig);
  rig.add("t", 0, 4);
  rig.pass(2s);
  const auto sent = rig.one();
  CHECK(sent.batches[0].values == values{4});
  CHECK(sent.batches[0].sequence == 0);
  CHECK(starts(rig.fate(2), "possibly persisted"));
  CHECK(starts(rig.fate(3), "possibly persisted"));
  rig.answer(sent);
  CHECK(starts(rig.fate(4), "persisted"));
  CHECK(rig.core().unfinished_records() == 0);
}

TEST_CASE("incarnations: with acks=1 a topic that is gone has refused before the append") {
  producer_rig rig;
  rig.settings.acks = 1;
  rig.settings.idempotence = false;
  begin(rig);
  rig.add("t", 0, 2);
  rig.answer(rig.one(), broker_errc::unknown_topic_or_partition);
  make_anew(rig);
  rig.pass(2s);
  const auto again = rig.one();
  CHECK(again.batches[0].values == values{2});
  rig.answer(again);
  CHECK(starts(rig.fate(2), "persisted"));
}

TEST_CASE("incarnations: what is under way is answered by the old topic, and waited for") {
  producer_rig rig;
  rig.version = 13;
  begin(rig);
  rig.add("t", 0, 2);
  const auto persisted = rig.one();
  rig.add("t", 0, 3);
  const auto refused = rig.one();
  rig.add("t", 0, 4);
  const auto lost = rig.one();
  make_anew(rig);
  rig.add("t", 0, 5);
  rig.pass(1s);
  CHECK(rig.step().empty());
  rig.ids["t"] = id_of(1);  // the answers are of the old one
  rig.answer(persisted, broker_errc::none, 8);
  CHECK(rig.fate(2) == "persisted at 8");
  rig.answer(refused, broker_errc::unknown_topic_id);
  rig.ids["t"] = id_of(2);
  rig.lose(lost, true);
  rig.pass(2s);
  auto sent = rig.one();
  CHECK(sent.batches[0].values == values{3});
  CHECK(sent.batches[0].sequence == 0);
  rig.answer(sent);
  sent = rig.one();
  CHECK(sent.batches[0].values == values{5});
  CHECK(sent.batches[0].sequence == 1);
  rig.answer(sent);
  CHECK(starts(rig.fate(4), "possibly persisted"));
  CHECK(rig.core().unfinished_records() == 0);
}

TEST_CASE("incarnations: a transaction does not go on in the new topic with what the old one did not take") {
  producer_rig rig;
  rig.version = 13;
  rig.settings.transactional_id = "tx";
  rig.ids["t"] = id_of(1);
  rig.leaders("t", {1});
  auto& tx = rig.core().transactions();
  std::string told;
  tx.init(rig.now + 60s, [&](result<void> how) { told = how ? "ok" : how.error().message(); });
  (void)rig.step();
  REQUIRE(told == "ok");
  REQUIRE(tx.begin().has_value());
  rig.add("t", 0, 1);
  rig.answer(rig.one());
  rig.add("t", 0, 2);
  rig.answer(rig.one(), broker_errc::unknown_topic_id);
  make_anew(rig);
  rig.pass(2s);
  CHECK(rig.step().empty());
  CHECK(starts(rig.fate(2), "not persisted"));
  CHECK(tx.now_is() == core::transaction_state::must_abort);
}

TEST_CASE("incarnations: records of partitions that the new topic lacks end, new ones go to those it has") {
  producer_rig rig;
  begin(rig, {1, 1, 1});
  rig.grant_identities = true;
  rig.settings.linger = 1h;
  rig.add("t", 2, 2);
  rig.add("t", 1, 3);
  make_anew(rig, {1});
  rig.pass(1s);
  (void)rig.step();
  CHECK(starts(rig.fate(2), "not persisted"));
  CHECK(starts(rig.fate(3), "not persisted"));
  CHECK(rig.source().topic("t").partitions.load()->slots.size() == 1);
  make_anew(rig, {1, 1});
  rig.ids["t"] = id_of(3);
  rig.leaders("t", {1, 1});
  CHECK(rig.source().topic("t").partitions.load()->slots.size() == 2);
  rig.add("t", 1, 9);
  const auto sent = rig.one();
  CHECK(sent.batches[0].partition == 1);
  rig.answer(sent);
  CHECK(starts(rig.fate(9), "persisted"));
}

TEST_CASE("incarnations: a topic that a broker does not know for a while stays the same") {
  producer_rig rig;
  begin(rig);
  rig.add("t", 0, 2);
  const auto sent = rig.one();
  rig.answer(sent, broker_errc::unknown_topic_or_partition);
  // The keeper keeps partitions and id of a topic that is not known for a while.
  rig.leaders("t", std::vector{1}, broker_errc::unknown_topic_or_partition);
  rig.pass(2s);
  const auto again = rig.one();
  CHECK(again.batches[0].sequence == sent.batches[0].sequence);
  CHECK(again.batches[0].epoch == sent.batches[0].epoch);
  rig.answer(again, broker_errc::none, 1);
  CHECK(rig.fate(2) == "persisted at 1");
}

TEST_CASE("incarnations: more partitions, and a leader for one that had none") {
  producer_rig rig;
  begin(rig, {1, -1});
  rig.add("t", 1, 2);
  CHECK(rig.step().empty());
  CHECK_FALSE(rig.slot("t", 1).available);
  rig.leaders("t", {1, 2, 3});
  CHECK(rig.slot("t", 1).available);
  const auto sent = rig.one();
  CHECK(raw(sent.node) == 2);
  rig.answer(sent);
  rig.add("t", 2, 3);
  const auto third = rig.one();
  CHECK(raw(third.node) == 3);
  rig.answer(third);
  CHECK(starts(rig.fate(2), "persisted"));
  CHECK(starts(rig.fate(3), "persisted"));
}

TEST_CASE("leader hints: the broker's word goes on to the cluster, and a known leader is not waited for") {
  producer_rig rig;
  begin(rig);
  rig.add("t", 0, 2);
  const auto sent = rig.one();
  protocol::produce_response message;
  auto& topic = message.responses.emplace_back();
  topic.name = "t";
  auto& partition = topic.partition_responses.emplace_back();
  partition.error_code = static_cast<std::int16_t>(broker_errc::not_leader_or_follower);
  partition.current_leader.leader_id = node_id{2};
  partition.current_leader.epoch = leader_epoch{5};
  auto& broker = message.node_endpoints.emplace_back();
  broker.id = node_id{2};
  broker.host = "b2";
  broker.port = 9092;
  rig.answer(sent, message);
  const auto& told = rig.core().out().leaders;
  REQUIRE(told.leaders.size() == 1);
  CHECK(told.leaders[0].topic == "t");
  CHECK(raw(told.leaders[0].node) == 2);
  CHECK(raw(told.leaders[0].epoch) == 5);
  REQUIRE(told.brokers.size() == 1);
  CHECK(told.brokers[0].host == "b2");
  CHECK(rig.step().empty());
  rig.leaders("t", {2});  // the same moment
  const auto again = rig.one();
  CHECK(raw(again.node) == 2);
  rig.answer(again);
  CHECK(starts(rig.fate(2), "persisted"));
}

TEST_CASE("leader hints: without a leader or an epoch they say nothing") {
  producer_rig rig;
  begin(rig);
  rig.add("t", 0, 2);
  rig.answer(rig.one(), broker_errc::not_leader_or_follower);
  CHECK(rig.core().out().leaders.empty());
  CHECK(rig.core().out().leaders.brokers.empty());
}
