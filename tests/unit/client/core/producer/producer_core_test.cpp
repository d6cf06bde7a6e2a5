#include "core/producer/producer_core.hpp"

#include <doctest/doctest.h>

#include "core/producer/producer_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using test::producer_rig;
using test::verdict;

TEST_CASE("producer core: the first thing asked for is a producer id, and only once") {
  producer_rig rig;
  rig.grant_identities = false;
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  CHECK(rig.step().empty());
  CHECK(rig.step().empty());
  REQUIRE(rig.identity_requests.size() == 1);
  CHECK(rig.identity_requests[0].to.kind == core::destination::target::any);
  rig.answer_identity(broker_errc::none, 5, 0);
  const auto sent = rig.one();
  CHECK(sent.node == node_id{1});
  REQUIRE(sent.batches.size() == 1);
  CHECK(sent.batches[0].id == producer_id{5});
  CHECK(sent.batches[0].epoch == producer_epoch{0});
  CHECK(sent.batches[0].sequence == 0);
  rig.answer(sent, broker_errc::none, 42);
  CHECK(rig.fate(1) == "persisted at 42");
}

TEST_CASE("producer core: asks for metadata of every topic it meets") {
  producer_rig rig;
  rig.source().topic("a");
  rig.core().advance(rig.now);
  auto& out = rig.core().out();
  REQUIRE(out.interest.has_value());
  CHECK(out.interest->names == std::vector<std::string>{"a"});
  CHECK(out.interest->create_missing);
  out.interest.reset();
  rig.source().topic("b");
  rig.core().advance(rig.now);
  CHECK(out.interest->names == std::vector<std::string>{"a", "b"});
  out.interest.reset();
  rig.source().topic("a");
  rig.core().advance(rig.now);
  CHECK_FALSE(out.interest.has_value());
}

TEST_CASE("producer core: a topic's problem and its partitions reach the application") {
  producer_rig rig;
  auto& topic = rig.source().topic("t");
  rig.core().advance(rig.now);
  const auto before = rig.topic_changes;
  rig.leaders("t", std::vector<int>{}, broker_errc::unknown_topic_or_partition);
  CHECK(topic.problem.load() == 3);
  CHECK(topic.partitions.load() == nullptr);
  CHECK(rig.topic_changes > before);
  rig.leaders("t", {1, -1});
  CHECK(topic.problem.load() == 0);
  REQUIRE(topic.partitions.load() != nullptr);
  REQUIRE(topic.partitions.load()->slots.size() == 2);
  CHECK(topic.partitions.load()->slots[0]->available);
  CHECK_FALSE(topic.partitions.load()->slots[1]->available);
  const auto* old = topic.partitions.load();
  rig.leaders("t", {1, 1, 1});
  CHECK(topic.partitions.load()->slots.size() == 3);
  CHECK(topic.partitions.load()->slots[0] == old->slots[0]);  // still readable, same slots
  rig.leaders("t", {1});                                      // a lagging broker
  CHECK(topic.partitions.load()->slots.size() == 3);
}

TEST_CASE("producer core: an open batch lingers, a flush, a hurry or a full one does not") {
  producer_rig rig;
  rig.settings.linger = rig.ahead + 10s;
  rig.settings.batch_size = 4096;
  rig.leaders("t", {1, 1, 1});
  (void)rig.step();
  rig.add("t", 0, 1);
  CHECK(rig.step().empty());
  CHECK(rig.core().next_deadline() > rig.now + 9s);
  SUBCASE("time") {
    rig.pass(9s);
    CHECK(rig.step().empty());
    rig.pass(11s);
    CHECK(rig.one().batches[0].values == std::vector<std::uint64_t>{1});
  }
  SUBCASE("flush up to a serial") {
    rig.core().flush(rig.source().last_serial());
    rig.add("t", 1, 2);
    const auto sent = rig.one();
    REQUIRE(sent.batches.size() == 1);
    CHECK(sent.batches[0].partition == 0);
  }
  SUBCASE("hurry") {
    rig.add("t", 1, 2);
    rig.source().hurry();
    CHECK(rig.one().batches.size() == 2);
  }
  SUBCASE("full") {
    rig.add("t", 0, 2, 3000);
    rig.add("t", 0, 3, 3000);
    const auto sent = rig.one();
    REQUIRE(sent.batches.size() == 1);
    CHECK(sent.batches[0].values == std::vector<std::uint64_t>{1, 2});
    CHECK(rig.step().empty());
  }
}

TEST_CASE(
    "producer core: without lingering a batch goes even if it was opened after the core read the clock") {
  producer_rig rig;
  rig.now = core::time_point{1ms};
  rig.leaders("t", {1});
  (void)rig.step();
  rig.add("t", 0, 1);
  CHECK(rig.one().batches[0].values == std::vector<std::uint64_t>{1});
}

TEST_CASE(
    "producer core: one request a broker, partitions of a topic together, batches fill while it waits") {
  producer_rig rig;
  rig.settings.max_in_flight = 1;
  rig.leaders("a", {1, 1, 2});
  rig.leaders("b", {1});
  rig.add("a", 0, 10);
  rig.add("b", 0, 20);
  rig.add("a", 1, 30);
  rig.add("a", 2, 40);
  const auto sent = rig.step();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].node == node_id{1});
  REQUIRE(sent[0].batches.size() == 3);
  CHECK((sent[0].batches[0].topic == sent[0].batches[1].topic ||
         sent[0].batches[1].topic == sent[0].batches[2].topic));
  CHECK(sent[1].batches.size() == 1);
  rig.add("a", 0, 11);
  CHECK(rig.step().empty());  // one in flight
  rig.add("a", 0, 12);
  rig.answer(sent[0]);
  const auto next = rig.one();
  REQUIRE(next.batches.size() == 1);
  CHECK(next.batches[0].values == std::vector<std::uint64_t>{11, 12});
  CHECK(next.batches[0].sequence == 1);
}

TEST_CASE("producer core: pipelines up to max.in.flight once the first batch is in, with running numbers") {
  producer_rig rig;
  rig.settings.max_in_flight = 3;
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  rig.answer(rig.one());
  std::vector<test::sent_request> sent;
  for (std::uint64_t i = 2; i <= 6; ++i) {
    rig.add("t", 0, i);
    for (auto& request : rig.step()) sent.push_back(std::move(request));
  }
  REQUIRE(sent.size() == 3);
  for (std::int32_t i = 0; i < 3; ++i) CHECK(sent[static_cast<std::size_t>(i)].batches[0].sequence == i + 1);
  rig.answer(sent[0]);
  CHECK(rig.one().batches[0].values == std::vector<std::uint64_t>{5, 6});
}

TEST_CASE("producer core: the deadline of a request is the earlier of request and delivery timeout") {
  producer_rig rig;
  SUBCASE("request.timeout.ms") {
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    CHECK(rig.one().deadline == rig.now + 30s);
  }
  SUBCASE("delivery.timeout.ms") {
    rig.settings.delivery_timeout = 20s;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    CHECK(rig.one().deadline == rig.now + 20s);
  }
}

TEST_CASE("producer core: no leader, no request; records wait and go to the new leader") {
  producer_rig rig;
  rig.leaders("t", {-1});
  rig.add("t", 0, 1);
  CHECK(rig.step().empty());
  rig.leaders("t", {2});
  CHECK(rig.one().node == node_id{2});
}

TEST_CASE("producer core: a leader that goes and comes back gets one batch of a partition in a request") {
  producer_rig rig;
  rig.leaders("t", {1, 1});
  rig.add("t", 0, 1);
  rig.answer(rig.one());
  // Two batches are ready while the leader changes to and fro: the queue of broker 1 has seen the slot twice.
  rig.grant_identities = true;
  rig.settings.max_in_flight = 5;
  auto& slot = rig.slot("t", 0);
  rig.add("t", 0, 2);
  slot.closed.push_back(core::accumulator::take(slot, UINT64_MAX));
  rig.add("t", 0, 3);
  slot.sending.due_serial = UINT64_MAX;
  rig.leaders("t", {2, 1});
  rig.leaders("t", {1, 1});
  rig.leaders("t", {2, 1});
  rig.leaders("t", {1, 1});
  const auto sent = rig.step();
  REQUIRE_FALSE(sent.empty());
  for (const auto& request : sent) CHECK(request.batches.size() == 1);
}

TEST_CASE("producer core: what the old leader has comes back before the new one is asked") {
  producer_rig rig;
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  rig.answer(rig.one());
  rig.add("t", 0, 2);
  const auto old = rig.one();
  rig.leaders("t", {2});
  rig.add("t", 0, 3);
  CHECK(rig.step().empty());
  SUBCASE("persisted there") {
    rig.answer(old, broker_errc::none, 7);
    const auto next = rig.one();
    CHECK(next.node == node_id{2});
    CHECK(next.batches[0].sequence == 2);
  }
  SUBCASE("refused there") {
    rig.answer(old, broker_errc::not_leader_or_follower);
    rig.pass(2s);
    const auto next = rig.step();
    REQUIRE(next.size() == 2);
    CHECK(next[0].node == node_id{2});
    CHECK(next[0].batches[0].values == std::vector<std::uint64_t>{2});
    CHECK(next[0].batches[0].sequence == 1);
    CHECK(next[1].batches[0].values == std::vector<std::uint64_t>{3});
  }
}

TEST_CASE("producer core: delivery timeout, wherever a batch is") {
  producer_rig rig;
  rig.settings.delivery_timeout = 10s;
  rig.settings.linger = 5s;
  SUBCASE("without a leader") {
    rig.leaders("t", {-1});
    rig.add("t", 0, 1);
    CHECK(rig.step().empty());
    rig.pass(9s);
    CHECK(rig.step().empty());
    CHECK(rig.fate(1) == "none");
    rig.pass(2s);
    CHECK(rig.core().next_deadline() <= rig.now);
    CHECK(rig.step().empty());
    CHECK(rig.fate(1).starts_with("not persisted: t-0"));
  }
  SUBCASE("waiting for a producer id, found when it comes") {
    rig.grant_identities = false;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    rig.source().hurry();
    CHECK(rig.step().empty());
    rig.pass(11s);
    rig.answer_identity(broker_errc::none, 1, 0);
    CHECK(rig.step().empty());
    CHECK(rig.fate(1).starts_with("not persisted"));
  }
  SUBCASE("between two attempts") {
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    rig.source().hurry();
    rig.lose(rig.one(), true);
    rig.pass(11s);
    (void)rig.step();
    CHECK(rig.fate(1).starts_with("possibly persisted: t-0"));
  }
  SUBCASE("at the moment the answer comes") {
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    rig.source().hurry();
    const auto sent = rig.one();
    rig.pass(10s);
    rig.answer(sent, broker_errc::not_enough_replicas);
    CHECK(rig.fate(1).starts_with("not persisted"));
  }
  CHECK(rig.core().unfinished_records() == 0);
}

TEST_CASE("producer core: a batch that is overdue when its turn comes counts its records") {
  producer_rig rig;
  rig.settings.max_in_flight = 1;
  rig.leaders("t", {1, 1});
  rig.add("t", 0, 1);
  const auto sent = rig.one();
  rig.add("t", 1, 2);
  rig.add("t", 1, 3);
  CHECK(rig.step().empty());
  CHECK(rig.core().unfinished_records() == 3);
  rig.slot("t", 1).open->opened = rig.now - rig.settings.delivery_timeout;
  rig.answer(sent);
  CHECK(rig.step().empty());
  CHECK(rig.fate(3).starts_with("not persisted"));
  CHECK(rig.core().unfinished_records() == 0);
  metrics_snapshot numbers;
  rig.core().metrics(numbers);
  CHECK(numbers.producers.at(0).records_failed == 2);
  CHECK(numbers.producers.at(0).records_persisted == 1);
  CHECK(numbers.producers.at(0).records_accepted == 3);
}

TEST_CASE("producer core: purge drops what is not under way, abandon everything") {
  producer_rig rig;
  rig.settings.max_in_flight = 1;
  rig.leaders("t", {1, 2});
  rig.add("t", 0, 1);
  const auto sent = rig.one();
  rig.add("t", 0, 2);
  rig.add("t", 1, 3);
  const auto other = rig.one();
  rig.lose(other, true);
  SUBCASE("purge") {
    rig.core().purge(error{errc::purged});
    CHECK(rig.fate(1) == "none");
    CHECK(rig.fate(2).starts_with("not persisted: t-0: PURGED"));
    CHECK(rig.fate(3).starts_with("possibly persisted"));
    rig.answer(sent, broker_errc::none, 5);
    CHECK(rig.fate(1) == "persisted at 5");
    // The number of record 3 may be in the log: what follows must not be taken for it.
    rig.add("t", 1, 4);
    rig.pass(5s);
    const auto next = rig.one();
    CHECK((next.batches[0].epoch != other.batches[0].epoch || next.batches[0].id != other.batches[0].id));
  }
  SUBCASE("purge of all") {
    rig.core().purge_all(error{errc::purged});
    CHECK(rig.fate(1).starts_with("possibly persisted: t-0: PURGED"));
    CHECK(rig.fate(2).starts_with("not persisted"));
    CHECK(rig.fate(3).starts_with("possibly persisted"));
    CHECK(rig.core().unfinished_records() == 0);
    // Its request still counts against the one that may be under way.
    rig.add("t", 0, 4);
    CHECK(rig.step().empty());
    rig.answer(sent, broker_errc::none, 5);  // of no interest any more
    CHECK(rig.fate(1).starts_with("possibly persisted"));
    const auto next = rig.one();
    CHECK(next.batches[0].values == std::vector<std::uint64_t>{4});
    CHECK(next.batches[0].sequence == 0);
    CHECK((next.batches[0].epoch != sent.batches[0].epoch || next.batches[0].id != sent.batches[0].id));
    rig.answer(next, broker_errc::none, 6);
    CHECK(rig.fate(4) == "persisted at 6");
  }
  SUBCASE("purge of all, and the request is lost") {
    rig.core().purge_all(error{errc::purged});
    rig.lose(sent, true);
    CHECK(rig.fate(1).starts_with("possibly persisted"));
    rig.add("t", 0, 4);
    rig.pass(5s);
    rig.answer(rig.one(), broker_errc::none, 6);
    CHECK(rig.fate(4) == "persisted at 6");
  }
  SUBCASE("abandon") {
    rig.core().abandon(error{errc::purged});
    CHECK(rig.fate(1).starts_with("possibly persisted"));
    CHECK(rig.fate(2).starts_with("not persisted"));
    CHECK(rig.fate(3).starts_with("possibly persisted"));
    CHECK(rig.core().unfinished_records() == 0);
    rig.answer(sent);  // comes too late and changes nothing
    CHECK(rig.fate(1).starts_with("possibly persisted"));
  }
}

TEST_CASE("producer core: sequence numbers wrap from 2^31-1 to 0") {
  producer_rig rig;
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  rig.answer(rig.one());
  rig.slot("t", 0).sending.next_sequence = 0x7fffffff;
  rig.add("t", 0, 2);
  rig.add("t", 0, 3);
  const auto last = rig.one();
  CHECK(last.batches[0].sequence == 0x7fffffff);
  rig.answer(last);
  rig.add("t", 0, 4);
  CHECK(rig.one().batches[0].sequence == 1);
}

TEST_CASE("producer core: acks=0 and acks=1 send without numbers, one batch of a partition at a time") {
  producer_rig rig;
  rig.settings.idempotence = false;
  SUBCASE("acks=0") {
    rig.settings.acks = 0;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    const auto sent = rig.one();
    CHECK_FALSE(sent.expects_answer);
    CHECK(sent.batches[0].sequence == -1);
    rig.handed_over(sent);
    CHECK(rig.fate(1) == "possibly persisted: ");
  }
  SUBCASE("acks=1") {
    rig.settings.acks = 1;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    const auto sent = rig.one();
    CHECK(sent.batches[0].id == no_producer_id);
    rig.add("t", 0, 2);
    CHECK(rig.step().empty());  // the first may have to be repeated
    rig.answer(sent, broker_errc::not_leader_or_follower);
    rig.pass(2s);
    const auto again = rig.one();
    CHECK(again.batches[0].values == std::vector<std::uint64_t>{1});
    rig.answer(again, broker_errc::none, 3);
    CHECK(rig.fate(1) == "persisted at 3");
    CHECK(rig.one().batches[0].values == std::vector<std::uint64_t>{2});
  }
  CHECK(rig.identities_asked == 0);
}

TEST_CASE("producer core: idempotence that the broker lacks is dropped unless it was asked for") {
  producer_rig rig;
  rig.grant_identities = false;
  SUBCASE("default") {
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    (void)rig.step();
    rig.fail_identity(error{errc::unsupported_by_broker});
    CHECK(rig.one().batches[0].sequence == -1);
    CHECK_FALSE(rig.core().broken());
  }
  SUBCASE("explicit") {
    rig.settings.idempotence_explicit = true;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    (void)rig.step();
    rig.fail_identity(error{errc::unsupported_by_broker});
    REQUIRE(rig.core().broken());
    CHECK(rig.core().broken()->message().find("enable.idempotence") != std::string::npos);
    CHECK(rig.step().empty());
    CHECK(rig.fate(1).starts_with("not persisted"));
    CHECK(rig.core().next_deadline() > rig.now);
  }
}

TEST_CASE("producer core: a deadline that has passed always has something to do") {
  producer_rig rig;
  rig.settings.linger = rig.ahead + 1s;
  rig.leaders("t", {1, -1});
  rig.add("t", 0, 1);
  rig.add("t", 1, 2);
  for (int round = 0; round < 200; ++round) {
    for (const auto& sent : rig.step()) rig.lose(sent, false);
    (void)rig.step();
    REQUIRE(rig.core().next_deadline() > rig.now);
    rig.now = std::min(rig.core().next_deadline(), rig.now + 1h);
  }
  CHECK(rig.fate(1).starts_with("not persisted"));
  CHECK(rig.fate(2).starts_with("not persisted"));
}
