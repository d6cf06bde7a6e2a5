// Tests: producer.cpp, record_intake.cpp, producer_impl.cpp
// The producer's public face over real sockets, against the embedded broker.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <kwire/broker/broker.hpp>
#include <kwire/client/producer.hpp>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using kwire::broker;
using kwire::broker_options;

/// Stays silent: what these tests provoke would fill the log.
struct silent : kwire::observer {
  void on_event(const kwire::event&) override {}
};

kwire::producer make_producer(const broker& kafka, const std::string& more = {}) {
  return kwire::producer{kwire::producer_config{std::string_view{
                             "bootstrap.servers=" + kafka.bootstrap_servers() + "\n" + more}},
                         std::make_unique<silent>()};
}

kwire::timestamp now_ms() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// What a report said.
struct kept_report {
  kwire::outcome result;
  kwire::timestamp time;
  kwire::timestamp_type type;
  std::chrono::microseconds latency;
  bool record;

  explicit kept_report(const kwire::delivery& d)
      : result(d.result()),
        time(d.timestamp()),
        type(d.timestamp_type()),
        latency(d.latency()),
        record(d.record() != nullptr) {}
};

kept_report report_of(kwire::producer& producer, const kwire::record& what) {
  std::optional<kept_report> kept;
  REQUIRE(producer.produce(what, [&](const kwire::delivery& d) { kept.emplace(d); }).has_value());
  REQUIRE(producer.flush(20s) == 0);
  REQUIRE(kept.has_value());
  return *kept;
}

}  // namespace

TEST_CASE("a report tells the record's time and how long it took") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer = make_producer(kafka);
  const auto before = now_ms();
  const auto plain = report_of(producer, kwire::record{"t", "k", "v"});
  CHECK(plain.type == kwire::timestamp_type::create);
  CHECK(plain.time >= before - 20ms);  // the clock of records is a coarse one
  CHECK(plain.time <= now_ms());
  CHECK(plain.latency > 0us);
  CHECK(plain.latency < 20s);
  CHECK_FALSE(plain.record);
  const kwire::timestamp long_ago{std::chrono::milliseconds{1234}};
  const auto dated = report_of(producer, kwire::record{"t", "k", "v"}.at(long_ago));
  CHECK(dated.time == long_ago);
  CHECK(dated.latency < 20s);
}

TEST_CASE("latency counts the wait in an open batch, from each record's own produce") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer = make_producer(kafka, "linger.ms=400");
  std::vector<std::chrono::microseconds> took;
  const auto note = [&](const kwire::delivery& d) { took.push_back(d.latency()); };
  REQUIRE(producer.partitions("t").has_value());
  REQUIRE(producer.produce(kwire::record{"t", "k", "v"}, note).has_value());
  std::this_thread::sleep_for(150ms);
  REQUIRE(producer.produce(kwire::record{"t", "k", "v"}, note).has_value());
  std::this_thread::sleep_for(500ms);  // flush would end the linger
  REQUIRE(producer.flush(20s) == 0);
  REQUIRE(took.size() == 2);
  CHECK(took[0] >= 400ms);
  CHECK(took[0] - took[1] >= 130ms);
}

TEST_CASE("a report tells the broker's time where the topic has that") {
  broker kafka{broker_options{}.topic("t", 1, {{"message.timestamp.type", "LogAppendTime"}})};
  auto producer = make_producer(kafka);
  const auto before = now_ms();
  const kwire::timestamp long_ago{std::chrono::milliseconds{1234}};
  const auto told = report_of(producer, kwire::record{"t", "k", "v"}.at(long_ago));
  CHECK(told.type == kwire::timestamp_type::log_append);
  CHECK(told.time >= before);
  CHECK(told.time <= now_ms());
}

TEST_CASE("with delivery.report.record a report shows the record, which counts until then") {
  for (const std::string codec : {"none", "lz4"}) {
    broker kafka{broker_options{}.topic("t", 1)};
    auto producer = make_producer(
        kafka, "delivery.report.record=true\ndelivery.report.poll=true\ncompression.type=" + codec);
    std::vector<std::string> told;
    for (int i = 0; i < 100; ++i) {
      const auto key = std::to_string(i);
      const std::string value(100, 'v');
      kwire::record record{"t", key, value};
      record.header("h", key);
      auto accepted = producer.produce(record, [&](const kwire::delivery& d) {
        REQUIRE(d.record() != nullptr);
        CHECK(kwire::as_text(*d.record()->header("h")->value) == kwire::as_text(*d.record()->key()));
        CHECK(d.record()->value()->size() == 100);
        told.emplace_back(kwire::as_text(*d.record()->key()));
      });
      REQUIRE(accepted.has_value());
    }
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (kafka.log("t").size() < 100 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(10ms);
    std::this_thread::sleep_for(100ms);
    CHECK(producer.metrics().producers.at(0).queue_bytes > 4096 + 16384);  // the reports, and the batch still
    while (told.size() < 100 && std::chrono::steady_clock::now() < end) producer.poll(100ms);
    CHECK(told.size() == 100);
    CHECK(producer.metrics().producers.at(0).queue_bytes == 0);
  }
}

TEST_CASE("a limit of its own: produce waits for room as long as it is told, and with none not at all") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer =
      make_producer(kafka, "buffer.memory=65536\nbatch.size=16384\nlinger.ms=0\nclose.timeout.ms=100");
  const auto never_seen = producer.produce(kwire::record{"t", "k", "v"}, 0ms);
  REQUIRE(never_seen.has_error());
  CHECK(never_seen.error() == kwire::errc::timed_out);
  REQUIRE(producer.partitions("t").has_value());
  kafka.never_answer(kwire::api::produce, 100000);
  const std::string value(8000, 'x');
  const kwire::record large{"t", std::nullopt, value};
  while (producer.try_produce(large)) {
  }
  for (const auto limit : {0ms, 250ms}) {
    const auto begin = std::chrono::steady_clock::now();
    const auto full = producer.produce(large, limit);
    const auto took = std::chrono::steady_clock::now() - begin;
    REQUIRE(full.has_error());
    CHECK(full.error() == kwire::errc::queue_full);
    CHECK(took >= limit);
    CHECK(took < limit + 2s);
  }
}

TEST_CASE("several records at once: all, or those before the first that is refused") {
  broker kafka{broker_options{}.topic("t", 2)};
  auto producer = make_producer(kafka, "max.request.size=2000");
  std::map<std::uint64_t, std::int64_t> offsets;
  std::size_t calls = 0;
  const auto note = [&](const kwire::delivery_batch& batch) {
    ++calls;
    std::size_t seen = 0;
    for (const kwire::delivery& d : batch) {
      CHECK(d.partition() == batch.partition());
      CHECK(offsets.try_emplace(d.opaque(), d.offset()).second);
      ++seen;
    }
    CHECK(seen == batch.size());
  };
  REQUIRE(producer.report_to(note).has_value());
  CHECK(producer.report_to(note).error() == kwire::errc::invalid_state);
  std::vector<kwire::record> records;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    records.emplace_back("t", std::nullopt, "v")
        .partition(kwire::partition_id{static_cast<int>(i % 2)})
        .opaque(i);
  }
  const auto all = producer.produce(records);
  CHECK(all);
  CHECK(all.accepted() == 1000);
  const std::string large(3000, 'x');
  records[3].value(large);
  records[3].opaque(5000);
  for (auto& record : records) record.opaque(record.opaque() + 10000);
  const auto some = producer.produce(std::span{records}.first(10));
  CHECK_FALSE(some);
  CHECK(some.accepted() == 3);
  CHECK(some.error() == kwire::errc::record_too_large);
  bool own = false;
  REQUIRE(producer.produce(kwire::record{"t", "k", "v"}, [&](const kwire::delivery&) { own = true; })
              .has_value());
  CHECK(producer.flush(20s) == 0);
  CHECK(own);
  CHECK(offsets.size() == 1003);  // not the one with a callback of its own
  CHECK(calls < 100);
  for (std::uint64_t i = 0; i < 1000; ++i) CHECK(offsets.at(i) == static_cast<std::int64_t>(i / 2));
  CHECK(producer.report_to(note).error() == kwire::errc::invalid_state);
}

TEST_CASE("reports by the batch also come by poll, and tell failures") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer = make_producer(kafka, "delivery.report.poll=true\nlinger.ms=0");
  std::size_t failed = 0;
  REQUIRE(producer
              .report_to([&](const kwire::delivery_batch& batch) {
                if (!batch) failed += batch.size();
              })
              .has_value());
  kafka.fail(kwire::api::produce, kwire::broker_errc::invalid_record, 1000);
  std::vector<kwire::record> records(50, kwire::record{"t", "k", "v"});
  REQUIRE(producer.produce(records));
  std::size_t reports = 0;
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (reports < 50 && std::chrono::steady_clock::now() < end) reports += producer.poll(100ms);
  CHECK(reports == 50);
  CHECK(failed == 50);
}

namespace {

struct stamping final : kwire::producer_interceptor {
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  void on_send(kwire::record& what) override {
    if (what.topic() == "redirect") what.topic("t");
    what.value(what.keep(std::string{what.value().value_or("")} + "!"));
    if (what.opaque() == 13) throw std::runtime_error{"unlucky"};
  }
  void on_acknowledgement(const kwire::delivery& d) override { d ? ++good : ++bad; }
};

}  // namespace

TEST_CASE("an interceptor changes records before they get a partition, and hears of all outcomes") {
  broker kafka{broker_options{}.topic("t", 1)};
  struct counting final : kwire::observer {
    std::atomic<int>* threw;
    explicit counting(std::atomic<int>& count) : threw(&count) {}
    void on_event(const kwire::event& e) override {
      *threw += e.kind == kwire::event_kind::callback_threw ? 1 : 0;
    }
  };
  std::atomic<int> threw{0};
  kwire::producer producer{kwire::producer_config{{"bootstrap.servers", kafka.bootstrap_servers()}},
                           std::make_unique<counting>(threw)};
  const auto seen = std::make_shared<stamping>();
  REQUIRE(producer.intercept(seen).has_value());
  int called = 0;
  REQUIRE(producer.produce(kwire::record{"redirect", "k", "a"}, [&](const kwire::delivery&) { ++called; })
              .has_value());
  REQUIRE(producer.produce(kwire::record{"t", "k", "b"}).has_value());
  REQUIRE(producer.produce(kwire::record{"t", "k", "c"}.opaque(13)).has_value());
  const std::vector<kwire::record> two(2, kwire::record{"t", "k", "d"});
  CHECK(producer.produce(two));
  CHECK(producer.produce(kwire::record{"t", "k", "e"}.partition(kwire::partition_id{8})).has_error());
  CHECK(producer.flush(20s) == 0);
  CHECK(called == 1);
  CHECK(seen->good == 5);
  CHECK(seen->bad == 1);
  const auto log = kafka.log("t").records();
  std::string values;
  for (const auto& record : log) values += *record.value + " ";
  CHECK(values == "a! b! c d! d! ");
  CHECK(producer.intercept(seen).error() == kwire::errc::invalid_state);
  producer.close(1s);
  CHECK(threw == 1);
}

TEST_CASE("purge: what is queued, or what is in flight as well, and later records are not taken for it") {
  for (const auto what : {kwire::purging::queued, kwire::purging::queued_and_in_flight}) {
    broker kafka{broker_options{}.topic("t", 1)};
    auto producer = make_producer(kafka, "linger.ms=0\nretry.backoff.ms=10\nrequest.timeout.ms=1000");
    REQUIRE(report_of(producer, kwire::record{"t", "k", "first"}).result == kwire::outcome::persisted);
    kafka.never_answer(kwire::api::produce, 1);
    std::atomic<int> purged{0};
    std::atomic<int> good{0};
    const auto note = [&](const kwire::delivery& d) {
      if (d) {
        ++good;
      } else if (d.error() == kwire::errc::purged) {
        ++purged;
      }
    };
    REQUIRE(producer.produce(kwire::record{"t", "k", "under way"}, note).has_value());
    std::this_thread::sleep_for(300ms);
    producer.purge(what);
    std::this_thread::sleep_for(100ms);
    const bool all = what == kwire::purging::queued_and_in_flight;
    CHECK(purged == (all ? 1 : 0));
    REQUIRE(producer.produce(kwire::record{"t", "k", "later"}, note).has_value());
    CHECK(producer.flush(20s) == 0);
    CHECK(good == (all ? 1 : 2));
    std::size_t later = 0;
    const auto log = kafka.log("t").records();
    for (const auto& record : log) later += record.value == "later" ? 1 : 0;
    CHECK(later == 1);
  }
}
