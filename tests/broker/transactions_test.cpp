// Tests: exactly_once.cpp, transaction_calls.cpp
// Transactions of the client over sockets, against the embedded broker in both versions of the protocol.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <kwire/broker/broker.hpp>
#include <kwire/client/exactly_once.hpp>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using kwire::broker_options;

/// What these tests provoke would fill the log.
struct silent : kwire::observer {
  void on_event(const kwire::event&) override {}
};
std::unique_ptr<kwire::observer> quiet() { return std::make_unique<silent>(); }

/// `first` caps EndTxn below the version that implies KIP-890, as a broker before 4.0 does.
broker_options cluster_of(bool first) {
  broker_options options;
  options.topic("in", 3).topic("out", 3);
  if (first) {
    options.max_version(kwire::api::end_txn, 4)
        .max_version(kwire::api::produce, 11)
        .max_version(kwire::api::txn_offset_commit, 4);
  }
  return options;
}

kwire::producer make_producer(const kwire::broker& kafka, const std::string& id,
                              const std::string& more = {}) {
  return kwire::producer{kwire::producer_config{std::string_view{
                             "bootstrap.servers=" + kafka.bootstrap_servers() + "\ntransactional.id=" + id +
                             "\nretry.backoff.ms=10\nreconnect.backoff.ms=10\n" + more}},
                         quiet()};
}

kwire::consumer make_consumer(const kwire::broker& kafka, const std::string& group) {
  return kwire::consumer{
      kwire::consumer_config{std::string_view{
          "bootstrap.servers=" + kafka.bootstrap_servers() + "\ngroup.id=" + group +
          "\nauto.offset.reset=earliest\nenable.auto.commit=false\nisolation.level=read_committed"}},
      quiet()};
}

void put(kwire::producer& to, const std::string& topic, int from, int count) {
  for (int i = from; i < from + count; ++i) {
    const auto text = std::to_string(i);
    REQUIRE(to.produce(kwire::record{topic, text, text}).has_value());
  }
}

/// What a reader of committed records sees of a topic within a while.
std::multiset<int> committed_records(const kwire::broker& kafka, const std::string& topic) {
  static int readers = 0;
  auto reader = make_consumer(kafka, "reader-" + std::to_string(++readers));
  REQUIRE(reader.subscribe({topic}).has_value());
  std::multiset<int> seen;
  for (auto quiet_polls = 0; quiet_polls < 4;) {
    const auto batch = reader.poll(150ms);
    REQUIRE(batch.has_value());
    if (batch->empty()) ++quiet_polls;
    for (const auto& record : *batch) seen.insert(std::stoi(std::string{kwire::as_text(*record.value())}));
  }
  return seen;
}

std::multiset<int> numbers(int from, int count) {
  std::multiset<int> all;
  for (int i = from; i < from + count; ++i) all.insert(i);
  return all;
}

}  // namespace

TEST_CASE("transactions: what is committed is seen, what is aborted is not") {
  for (const bool first : {true, false}) {
    CAPTURE(first);
    kwire::broker kafka{cluster_of(first)};
    auto producer = make_producer(kafka, "writer");
    CHECK(producer.produce(kwire::record{"out", "k", "v"}).error() == kwire::errc::invalid_state);
    REQUIRE(producer.init_transactions().has_value());
    for (int round = 0; round < 4; ++round) {
      REQUIRE(producer.begin_transaction().has_value());
      put(producer, "out", round * 100, 100);
      const auto done = round % 2 == 0 ? producer.commit_transaction() : producer.abort_transaction();
      REQUIRE(done.has_value());
    }
    REQUIRE(producer.begin_transaction().has_value());
    REQUIRE(producer.commit_transaction().has_value());
    auto expected = numbers(0, 100);
    expected.merge(numbers(200, 100));
    CHECK(committed_records(kafka, "out") == expected);
  }
}

TEST_CASE("transactions: a second producer of the name takes over, the first is told what it is") {
  for (const bool first : {true, false}) {
    CAPTURE(first);
    kwire::broker kafka{cluster_of(first)};
    auto old = make_producer(kafka, "writer");
    REQUIRE(old.init_transactions().has_value());
    REQUIRE(old.begin_transaction().has_value());
    put(old, "out", 0, 10);
    REQUIRE(old.flush(10s) == 0);

    auto fresh = make_producer(kafka, "writer");
    REQUIRE(fresh.init_transactions().has_value());
    const auto refused = old.commit_transaction();
    REQUIRE(refused.has_error());
    CHECK(refused.error() == kwire::errc::fenced);
    CHECK(refused.error().fatal());
    CHECK(old.begin_transaction().error() == kwire::errc::fenced);
    CHECK(old.produce(kwire::record{"out", "k", "v"}).error() == kwire::errc::fenced);

    REQUIRE(fresh.begin_transaction().has_value());
    put(fresh, "out", 50, 10);
    REQUIRE(fresh.commit_transaction().has_value());
    CHECK(committed_records(kafka, "out") == numbers(50, 10));
  }
}

TEST_CASE("transactions: answers to the end that are lost are asked for again in the same direction") {
  for (const bool first : {true, false}) {
    for (const auto when : {kwire::broker::moment::before_append, kwire::broker::moment::after_append}) {
      CAPTURE(first);
      kwire::broker kafka{cluster_of(first)};
      auto producer = make_producer(kafka, "writer");
      REQUIRE(producer.init_transactions().has_value());
      REQUIRE(producer.begin_transaction().has_value());
      put(producer, "out", 0, 10);
      kafka.drop_connection(kwire::api::end_txn, when, 2);
      REQUIRE(producer.commit_transaction().has_value());
      REQUIRE(producer.begin_transaction().has_value());
      put(producer, "out", 10, 10);
      kafka.drop_connection(kwire::api::end_txn, when, 2);
      REQUIRE(producer.abort_transaction().has_value());
      REQUIRE(producer.begin_transaction().has_value());
      put(producer, "out", 20, 10);
      REQUIRE(producer.commit_transaction().has_value());
      auto expected = numbers(0, 10);
      expected.merge(numbers(20, 10));
      CHECK(committed_records(kafka, "out") == expected);
    }
  }
}

TEST_CASE("transactions: one that its coordinator has timed out is aborted and followed by others") {
  for (const bool first : {true, false}) {
    CAPTURE(first);
    kwire::broker kafka{cluster_of(first)};
    auto producer = make_producer(kafka, "writer", "transaction.timeout.ms=300");
    REQUIRE(producer.init_transactions().has_value());
    REQUIRE(producer.begin_transaction().has_value());
    put(producer, "out", 0, 10);
    REQUIRE(producer.flush(10s) == 0);
    std::this_thread::sleep_for(1500ms);
    const auto late = producer.commit_transaction();
    REQUIRE(late.has_error());
    CAPTURE(late.error().message());
    CHECK(late.error().requires_abort());
    CHECK(producer.begin_transaction().error() == kwire::errc::abort_required);
    REQUIRE(producer.abort_transaction().has_value());
    REQUIRE(producer.begin_transaction().has_value());
    put(producer, "out", 10, 10);
    REQUIRE(producer.commit_transaction().has_value());
    CHECK(committed_records(kafka, "out") == numbers(10, 10));
  }
}

TEST_CASE("transactions: a record that fails makes committing impossible, and aborting mends it") {
  for (const bool first : {true, false}) {
    CAPTURE(first);
    kwire::broker kafka{cluster_of(first)};
    auto producer = make_producer(kafka, "writer");
    REQUIRE(producer.init_transactions().has_value());
    REQUIRE(producer.begin_transaction().has_value());
    put(producer, "out", 0, 10);
    REQUIRE(producer.flush(10s) == 0);
    kafka.fail(kwire::api::produce, kwire::broker_errc::invalid_record);
    put(producer, "out", 10, 1);
    const auto refused = producer.commit_transaction();
    REQUIRE(refused.has_error());
    CHECK(refused.error().requires_abort());
    CHECK(refused.error().message().find("INVALID_RECORD") != std::string::npos);
    CHECK(producer.produce(kwire::record{"out", "k", "v"}).error() == kwire::errc::abort_required);
    REQUIRE(producer.abort_transaction().has_value());
    REQUIRE(producer.begin_transaction().has_value());
    put(producer, "out", 20, 10);
    REQUIRE(producer.commit_transaction().has_value());
    CHECK(committed_records(kafka, "out") == numbers(20, 10));
  }
}

TEST_CASE("exactly once: copies through a group, whatever breaks on the way") {
  for (const bool first : {true, false}) {
    CAPTURE(first);
    kwire::broker kafka{cluster_of(first)};
    auto source = make_producer(kafka, "source");
    REQUIRE(source.init_transactions().has_value());
    REQUIRE(source.begin_transaction().has_value());
    put(source, "in", 0, 1000);
    REQUIRE(source.commit_transaction().has_value());

    auto in = make_consumer(kafka, "copy");
    auto out = make_producer(kafka, "copy-1");
    REQUIRE(in.subscribe({"in"}).has_value());
    int failures = 0;
    int thrown = 0;
    std::size_t seen = 0;
    const auto copy = [&](const kwire::record_view& r) {
      if (++seen == 700) {
        ++thrown;
        throw std::runtime_error{"once"};
      }
      return kwire::record{"out", kwire::as_text(*r.key()), kwire::as_text(*r.value())};
    };
    const auto done = [&] {
      std::int64_t sum = 0;
      for (int p = 0; p < 3; ++p) sum += kafka.committed("copy", "in", p).value_or(0);
      return sum >= 1000;
    };
    kafka.fail(kwire::api::txn_offset_commit, kwire::broker_errc::coordinator_load_in_progress, 1);
    kafka.drop_connection(kwire::api::produce, kwire::broker::moment::after_append, 1);
    for (int i = 0; i < 200 && !done(); ++i) {
      const auto batch = in.poll(100ms);
      REQUIRE(batch.has_value());
      if (i == 3) kafka.fail(kwire::api::produce, kwire::broker_errc::invalid_record, 1);
      try {
        if (const auto copied = kwire::exactly_once(in, out, *batch, copy); !copied) {
          CAPTURE(copied.error().message());
          CHECK_FALSE(copied.error().fatal());
          ++failures;
        }
      } catch (const std::runtime_error&) {
      }
    }
    CHECK(done());
    CHECK(thrown == 1);
    CHECK(committed_records(kafka, "out") == numbers(0, 1000));
  }
}

TEST_CASE("exactly once: a consumer that is not fit for it is refused with all reasons") {
  kwire::broker kafka{cluster_of(false)};
  auto source = make_producer(kafka, "source");
  REQUIRE(source.init_transactions().has_value());
  REQUIRE(source.begin_transaction().has_value());
  put(source, "in", 0, 1);
  REQUIRE(source.commit_transaction().has_value());
  kwire::consumer in{
      kwire::consumer_config{std::string_view{"bootstrap.servers=" + kafka.bootstrap_servers() +
                                              "\ngroup.id=g\nauto.offset.reset=earliest"}},
      quiet()};
  auto out = make_producer(kafka, "copy-1");
  REQUIRE(in.subscribe({"in"}).has_value());
  for (int i = 0; i < 100; ++i) {
    const auto batch = in.poll(100ms);
    REQUIRE(batch.has_value());
    if (batch->empty()) continue;
    const auto refused =
        kwire::exactly_once(in, out, *batch, [](const auto&) { return kwire::record{"out"}; });
    REQUIRE(refused.has_error());
    CHECK(refused.error().message().find("enable.auto.commit") != std::string::npos);
    CHECK(refused.error().message().find("isolation.level") != std::string::npos);
    return;
  }
  FAIL("no records");
}
