// What the broker's answers mean: the second half of the producer core.
#include <doctest/doctest.h>

#include "core/producer/producer_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using test::producer_rig;
using test::sent_request;
using test::verdict;

namespace {

using values = std::vector<std::uint64_t>;

/// Record 1 is in the log; 2, 3 ... `last` are under way, each in a request of its own.
std::vector<sent_request> pipeline(producer_rig& rig, std::uint64_t last) {
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  rig.answer(rig.one());
  std::vector<sent_request> sent;
  for (std::uint64_t i = 2; i <= last; ++i) {
    rig.add("t", 0, i);
    sent.push_back(rig.one());
  }
  return sent;
}

bool same_identity(const test::sent_batch& a, const test::sent_batch& b) {
  return a.id == b.id && a.epoch == b.epoch;
}

}  // namespace

TEST_CASE("answers: each code has one meaning") {
  struct row {
    broker_errc code;
    const char* fate;
    bool refresh;
  };
  const row rows[] = {
      {broker_errc::none, "persisted at 9", false},
      {broker_errc::duplicate_sequence_number, "persisted at -1", false},
      {broker_errc::not_leader_or_follower, "none", true},
      {broker_errc::leader_not_available, "none", true},
      {broker_errc::unknown_topic_or_partition, "none", true},
      {broker_errc::kafka_storage_error, "none", true},
      {broker_errc::corrupt_message, "none", false},
      {broker_errc::not_enough_replicas, "none", false},
      {broker_errc::not_enough_replicas_after_append, "none", false},
      {broker_errc::request_timed_out, "none", false},
      {broker_errc::message_too_large, "not persisted", false},  // a single record cannot be split
      {broker_errc::record_list_too_large, "not persisted", false},
      {broker_errc::invalid_record, "not persisted", false},
      {broker_errc::topic_authorization_failed, "not persisted", false},
      {broker_errc::invalid_topic_exception, "not persisted", false},
      // Codes that do not say when the broker failed.
      {broker_errc::unknown_server_error, "possibly persisted", false},
      {broker_errc{4711}, "possibly persisted", false},
  };
  for (const auto& row : rows) {
    CAPTURE(to_string(row.code));
    producer_rig rig;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    const auto sent = rig.one();
    rig.core().out().refresh_metadata = false;
    rig.answer(sent, row.code, 9);
    CHECK(rig.fate(1).substr(0, std::string_view{row.fate}.size()) == row.fate);
    CHECK(rig.core().out().refresh_metadata == row.refresh);
  }
}

TEST_CASE("answers: doubt stays until the broker settles it") {
  struct row {
    broker_errc first;
    const char* after;
  };
  const row rows[] = {{broker_errc::not_enough_replicas_after_append, "possibly persisted"},
                      {broker_errc::request_timed_out, "possibly persisted"},
                      {broker_errc::not_enough_replicas, "not persisted"}};
  for (const auto& row : rows) {
    CAPTURE(to_string(row.first));
    producer_rig rig;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    rig.answer(rig.one(), row.first);
    rig.pass(2s);
    rig.answer(rig.one(), broker_errc::message_too_large);
    CHECK(rig.fate(1).substr(0, std::string_view{row.after}.size()) == row.after);
  }
}

TEST_CASE("answers: a batch that is too large is sent in halves under its old numbers") {
  producer_rig rig;
  rig.settings.linger = 10ms;
  rig.leaders("t", {1});
  rig.add("t", 0, 100);
  rig.pass(20ms);
  rig.answer(rig.one());
  for (std::uint64_t i = 0; i < 5; ++i) rig.add("t", 0, i);
  rig.pass(20ms);
  const auto whole = rig.one();
  REQUIRE(whole.batches[0].values == values{0, 1, 2, 3, 4});
  rig.add("t", 0, 5);
  rig.pass(20ms);
  const auto behind = rig.one();
  rig.answer(whole, broker_errc::message_too_large);
  CHECK(rig.step().empty());  // what is under way comes back first
  rig.answer(behind, broker_errc::out_of_order_sequence_number);
  rig.pass(2s);

  std::vector<sent_request> sent = rig.step();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].batches[0].values == values{0, 1});
  CHECK(sent[0].batches[0].sequence == 1);
  CHECK(sent[1].batches[0].values == values{2, 3, 4});
  CHECK(sent[1].batches[0].sequence == 3);
  CHECK(sent[2].batches[0].values == values{5});
  CHECK(sent[2].batches[0].sequence == 6);
  CHECK(same_identity(sent[0].batches[0], whole.batches[0]));
  rig.answer(sent[0], broker_errc::none, 11);
  rig.answer(sent[1], broker_errc::message_too_large);
  rig.answer(sent[2], broker_errc::out_of_order_sequence_number);
  rig.pass(2s);
  sent = rig.step();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].batches[0].values == values{2});
  CHECK(sent[0].batches[0].sequence == 3);
  CHECK(sent[1].batches[0].values == values{3, 4});
  CHECK(sent[1].batches[0].sequence == 4);
  for (std::int64_t i = 0; i < 3; ++i)
    rig.answer(sent[static_cast<std::size_t>(i)], broker_errc::none, 20 + 10 * i);
  CHECK(rig.fate(0) == "persisted at 11");
  CHECK(rig.fate(1) == "persisted at 12");
  CHECK(rig.fate(2) == "persisted at 20");
  CHECK(rig.fate(3) == "persisted at 30");
  CHECK(rig.fate(4) == "persisted at 31");
  CHECK(rig.fate(5) == "persisted at 40");
  CHECK(rig.core().unfinished_records() == 0);
}

TEST_CASE("answers: a batch that is too large fails whole when it may be in the log, or is overdue") {
  for (const bool doubtful : {true, false}) {
    producer_rig rig;
    rig.settings.linger = 10ms;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    rig.add("t", 0, 2);
    rig.pass(20ms);
    auto sent = rig.one();
    if (doubtful) {
      rig.lose(sent, true);
      rig.pass(2s);
      sent = rig.one();
    } else {
      rig.pass(rig.settings.delivery_timeout);
    }
    rig.answer(sent, broker_errc::message_too_large);
    const std::string expected = doubtful ? "possibly persisted" : "not persisted";
    CHECK(rig.fate(1).substr(0, expected.size()) == expected);
    CHECK(rig.fate(2).substr(0, expected.size()) == expected);
  }
}

TEST_CASE("answers: a batch is repeated octet for octet, with growing pauses") {
  producer_rig rig;
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  auto sent = rig.one();
  core::duration last{};
  for (int attempt = 0; attempt < 6; ++attempt) {
    const auto failed_at = rig.now;
    rig.lose(sent, attempt % 2 == 1);
    CHECK(rig.step().empty());
    rig.add("t", 0, static_cast<std::uint64_t>(100 + attempt));
    rig.now = rig.core().next_deadline();
    const auto pause = rig.now - failed_at;
    CHECK(pause >= 80ms);
    CHECK(pause <= 1200ms);
    if (attempt > 0 && attempt < 3) CHECK(pause > last);
    last = pause;
    const auto again = rig.step();
    REQUIRE_FALSE(again.empty());
    CHECK(again[0].batches[0].values == values{1});
    CHECK(same_identity(again[0].batches[0], sent.batches[0]));
    CHECK(again[0].batches[0].sequence == 0);
    CHECK(again.size() == 1);  // nothing newer passes a batch that was never acknowledged
    sent = again[0];
  }
}

TEST_CASE("answers: in-flight batches come back in any order and are repeated in theirs") {
  producer_rig rig;
  const auto sent = pipeline(rig, 4);
  rig.add("t", 0, 5);
  const auto fifth = rig.one();
  rig.lose(sent[1], true);
  rig.pass(2s);
  CHECK(rig.step().empty());  // until all under way has come back
  rig.lose(sent[0], true);
  rig.lose(sent[2], true);
  rig.lose(fifth, false);
  std::vector<sent_request> again;
  for (int i = 0; i < 5; ++i) {
    rig.pass(2s);
    for (auto& request : rig.step()) again.push_back(std::move(request));
  }
  REQUIRE(again.size() == 4);
  for (std::int32_t i = 0; i < 4; ++i) {
    const auto at = static_cast<std::size_t>(i);
    CHECK(again[at].batches[0].values == values{at + 2});
    CHECK(again[at].batches[0].sequence == i + 1);
    rig.answer(again[at], i % 2 == 0 ? broker_errc::duplicate_sequence_number : broker_errc::none);
  }
  for (std::uint64_t v = 2; v <= 5; ++v) CHECK(rig.fate(v).starts_with("persisted"));
}

TEST_CASE("answers: out of order behind a batch under way waits for it, at the head it renews the identity") {
  producer_rig rig;
  const auto sent = pipeline(rig, 3);
  SUBCASE("behind") {
    rig.answer(sent[1], broker_errc::out_of_order_sequence_number);
    rig.pass(2s);
    CHECK(rig.step().empty());
    rig.answer(sent[0], broker_errc::not_leader_or_follower);
    rig.pass(2s);
    const auto again = rig.step();
    REQUIRE(again.size() == 2);
    CHECK(again[0].batches[0].values == values{2});
    CHECK(same_identity(again[0].batches[0], sent[0].batches[0]));
    CHECK(again[1].batches[0].sequence == 2);
  }
  SUBCASE("head") {
    rig.answer(sent[0], broker_errc::out_of_order_sequence_number);
    rig.answer(sent[1], broker_errc::out_of_order_sequence_number);
    rig.pass(2s);
    const auto again = rig.one();
    CHECK(again.batches[0].values == values{2});
    CHECK_FALSE(same_identity(again.batches[0], sent[0].batches[0]));
    CHECK(again.batches[0].sequence == 0);
    rig.answer(again);
    const auto last = rig.one();
    CHECK(last.batches[0].values == values{3});
    CHECK(last.batches[0].sequence == 1);
  }
}

TEST_CASE("answers: a batch that ends in doubt gives its number up; what follows has new ones") {
  producer_rig rig;
  rig.settings.delivery_timeout = 10s;
  const auto sent = pipeline(rig, 2);
  rig.lose(sent[0], true);
  rig.pass(5s);
  rig.add("t", 0, 3);
  const auto again = rig.step();
  REQUIRE(again.size() >= 1);
  for (const auto& request : again) rig.lose(request, true);
  rig.pass(5s);
  const auto after = rig.step();
  CHECK(rig.fate(2).starts_with("possibly persisted"));
  // Of record 3 it is not known whether it was sent: its old number is what tells.
  if (again.size() == 2) {
    REQUIRE(after.size() == 1);
    CHECK(after[0].batches[0].values == values{3});
    CHECK(same_identity(after[0].batches[0], sent[0].batches[0]));
    CHECK(after[0].batches[0].sequence == 2);
    // It has not arrived. It still may, behind the one that is missing: sent under a new number it would be
    // in the log twice.
    rig.answer(after[0], broker_errc::out_of_order_sequence_number);
    CHECK(rig.fate(3).starts_with("possibly persisted"));
    rig.add("t", 0, 4);
    rig.pass(1s);
    const auto renewed = rig.one();
    CHECK(renewed.batches[0].values == values{4});
    CHECK_FALSE(same_identity(renewed.batches[0], sent[0].batches[0]));
    CHECK(renewed.batches[0].sequence == 0);
    rig.answer(renewed, broker_errc::none, 8);
    CHECK(rig.fate(4) == "persisted at 8");
  }
}

TEST_CASE("answers: new batches do not push one in doubt out of the broker's memory") {
  producer_rig rig;
  const auto sent = pipeline(rig, 4);  // 2, 3, 4 arrive, and nothing is heard of them
  for (const auto& request : sent) rig.lose(request, true);
  for (std::uint64_t i = 5; i <= 20; ++i) {
    rig.add("t", 0, i);
    rig.pass(i == 5 ? 2s : 0s);
    std::int32_t newest = 0;
    for (const auto& request : rig.step()) newest = std::max(newest, request.batches[0].sequence);
    CHECK(newest <= 1 + 4);  // 2 has number 1: it must stay among the last five
  }
}

TEST_CASE("answers: a refused batch makes room under a new epoch; others keep their numbers") {
  producer_rig rig;
  rig.leaders("t", {1, 1});
  rig.add("t", 0, 1);
  rig.add("t", 1, 101);
  rig.answer(rig.one());
  rig.add("t", 0, 2);
  rig.add("t", 1, 102);
  const auto sent = rig.one();
  rig.add("t", 1, 103);
  const auto second = rig.one();
  rig.answer(sent, {verdict{broker_errc::message_too_large}, verdict{}});
  CHECK(rig.fate(2).starts_with("not persisted"));
  rig.add("t", 0, 3);
  const auto next = rig.one();
  CHECK(next.batches[0].values == values{3});
  CHECK(next.batches[0].sequence == 0);
  CHECK_FALSE(same_identity(next.batches[0], sent.batches[0]));
  rig.answer(second);
  CHECK(rig.fate(103).starts_with("persisted"));
  rig.add("t", 1, 104);
  const auto other = rig.one();  // with nothing under way it moves to the new epoch too
  CHECK(same_identity(other.batches[0], next.batches[0]));
  CHECK(other.batches[0].sequence == 0);
}

TEST_CASE("answers: unknown producer id and invalid epoch restart the numbers") {
  for (const auto code : {broker_errc::unknown_producer_id, broker_errc::invalid_producer_epoch}) {
    CAPTURE(to_string(code));
    producer_rig rig;
    const auto sent = pipeline(rig, 2);
    rig.answer(sent[0], code);
    rig.pass(2s);
    const auto again = rig.one();
    CHECK(again.batches[0].values == values{2});
    CHECK(again.batches[0].sequence == 0);
    CHECK_FALSE(same_identity(again.batches[0], sent[0].batches[0]));
  }
}

TEST_CASE("answers: PRODUCER_FENCED ends the producer, and everything gets an outcome") {
  producer_rig rig;
  const auto sent = pipeline(rig, 3);
  rig.add("t", 0, 4);
  rig.answer(sent[0], broker_errc::producer_fenced);
  REQUIRE(rig.core().broken());
  CHECK(*rig.core().broken() == broker_errc::producer_fenced);
  rig.lose(sent[1], true);
  CHECK(rig.step().empty());
  CHECK(rig.fate(2).starts_with("not persisted"));
  CHECK(rig.fate(3).starts_with("possibly persisted"));
  CHECK(rig.fate(4).starts_with("not persisted"));
  CHECK(rig.core().unfinished_records() == 0);
  CHECK(rig.core().next_deadline() > rig.now);
}

TEST_CASE("answers: partitions that are missing are in doubt, strangers and repetitions are ignored") {
  producer_rig rig;
  rig.leaders("t", {1, 1});
  rig.add("t", 0, 1);
  rig.add("t", 1, 2);
  const auto sent = rig.one();
  protocol::produce_response message;
  const auto answer_for = [&](const char* topic, int partition, std::int64_t offset) {
    auto& t = message.responses.emplace_back();
    t.name = topic;
    auto& p = t.partition_responses.emplace_back();
    p.index = partition_id{partition};
    p.base_offset = offset;
  };
  answer_for("other", 1, 1);
  answer_for("t", 1, 20);
  answer_for("t", 1, 30);
  answer_for("t", 2, 40);
  rig.answer(sent, message);
  CHECK(rig.fate(2) == "persisted at 20");
  CHECK(rig.fate(1) == "none");
  rig.pass(2s);
  const auto again = rig.one();
  REQUIRE(again.batches.size() == 1);
  CHECK(again.batches[0].values == values{1});
  rig.answer(again, broker_errc::message_too_large);
  CHECK(rig.fate(1).starts_with("possibly persisted"));
}

TEST_CASE("answers: a malformed answer leaves all in doubt") {
  producer_rig rig;
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  const auto sent = rig.one();
  core::response broken;
  broken.version = 12;
  rig.core().handle(sent.token, std::move(broken), rig.now);
  rig.pass(2s);
  rig.answer(rig.one(), broker_errc::duplicate_sequence_number);
  CHECK(rig.fate(1) == "persisted at -1");
}

TEST_CASE("answers: throttling is passed on") {
  producer_rig rig;
  rig.leaders("t", {3});
  rig.add("t", 0, 1);
  rig.answer(rig.one(), {verdict{}}, INT32_MAX);
  const auto& throttled = rig.core().out().throttled;
  REQUIRE(throttled.size() == 1);
  CHECK(throttled[0].first == node_id{3});
  CHECK(throttled[0].second == rig.now + std::chrono::milliseconds{INT32_MAX});
}

TEST_CASE("answers: brokers before KIP-219 have waited themselves") {
  for (const auto version : {std::int16_t{5}, std::int16_t{6}}) {
    producer_rig rig;
    rig.version = version;
    rig.leaders("t", {3});
    rig.add("t", 0, 1);
    rig.answer(rig.one(), {verdict{}}, 100);
    CHECK(rig.core().out().throttled.size() == (version < 6 ? 0 : 1));
    CHECK(rig.fate(1) == "persisted at 0");
  }
}

TEST_CASE("answers: retries=N ends after N repetitions") {
  producer_rig rig;
  rig.settings.idempotence = false;
  rig.settings.retries = 2;
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  for (int i = 0; i < 3; ++i) {
    CHECK(rig.fate(1) == "none");
    rig.answer(rig.one(), broker_errc::not_enough_replicas);
    rig.pass(2s);
  }
  CHECK(rig.fate(1).starts_with("not persisted"));
}

TEST_CASE("answers: why nothing was sent decides whether it is tried again") {
  struct row {
    error why;
    const char* fate;
  };
  const row rows[] = {{error{errc::not_connected}, "none"},
                      {error{errc::timed_out}, "none"},
                      {error{errc::version_negotiation}, "none"},
                      {error{errc::not_a_kafka_broker}, "none"},
                      {error{errc::unsupported_by_broker}, "not persisted"},
                      {error{make_error_code(protocol::wire_errc::not_representable)}, "not persisted"},
                      {error{broker_errc::sasl_authentication_failed}, "not persisted"}};
  for (const auto& row : rows) {
    CAPTURE(row.why.message());
    producer_rig rig;
    rig.leaders("t", {1});
    rig.add("t", 0, 1);
    rig.lose(rig.one(), false, row.why);
    CHECK(rig.fate(1).substr(0, std::string_view{row.fate}.size()) == row.fate);
    CHECK(rig.core().out().refresh_metadata);
  }
}

TEST_CASE("producer: with acks=all a leader or topic may go away while the broker waits for followers") {
  for (const auto code : {broker_errc::not_leader_or_follower, broker_errc::unknown_topic_or_partition,
                          broker_errc::unknown_topic_id, broker_errc::kafka_storage_error}) {
    // Ids are looked up before the append only.
    const bool behind_append = code != broker_errc::unknown_topic_id;
    for (const int acks : {-1, 1}) {
      CAPTURE(to_string(code));
      CAPTURE(acks);
      producer_rig rig;
      rig.settings.acks = acks;
      rig.settings.idempotence = acks == -1;
      rig.settings.delivery_timeout = 5s;
      rig.leaders("t", {1});
      rig.add("t", 0, 1);
      rig.answer(rig.one(), code);
      rig.pass(6s);
      rig.step();
      const auto fate = rig.fate(1);
      CHECK(fate.starts_with(acks == -1 && behind_append ? "possibly persisted" : "not persisted"));
    }
  }
}

TEST_CASE("producer: an attempt on a lost connection may arrive after its number was refused") {
  producer_rig rig;
  rig.settings.delivery_timeout = 5s;
  rig.leaders("t", {1});
  rig.add("t", 0, 1);
  rig.answer(rig.one());
  rig.add("t", 0, 2);
  const auto first = rig.one();
  rig.add("t", 0, 3);
  const auto second = rig.one();
  rig.lose(first, true);
  rig.lose(second, true);
  rig.pass(2s);
  for (const auto& again : rig.step()) rig.answer(again, broker_errc::out_of_order_sequence_number);
  rig.pass(4s);
  rig.step();
  CHECK(rig.fate(3).starts_with("possibly persisted"));
}
