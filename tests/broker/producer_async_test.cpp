// Tests: producer_async.cpp, async_event.cpp
// Awaitable calls of the producer: many at a time, cancelled, closed under, dropped with their executor.
#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <kwire/broker/broker.hpp>
#include <kwire/client/producer.hpp>
#include <map>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::awaitable;
using kwire::broker;
using kwire::broker_options;
using kwire::delivery_report;
using kwire::result;

struct silent : kwire::observer {
  void on_event(const kwire::event&) override {}
};

std::unique_ptr<kwire::producer> make_producer(const broker& kafka, const std::string& more = {}) {
  return std::make_unique<kwire::producer>(
      kwire::producer_config{
          std::string_view{"bootstrap.servers=" + kafka.bootstrap_servers() + "\n" + more}},
      std::make_unique<silent>());
}

/// Runs a coroutine to its end on an executor of its own.
template <class T>
T run(awaitable<T> what) {
  asio::io_context io{1};
  auto done = asio::co_spawn(io, std::move(what), asio::use_future);
  io.run_for(60s);
  REQUIRE(done.wait_for(0s) == std::future_status::ready);
  return done.get();
}

/// A broker that answers no ProduceRequest.
struct silent_broker {
  broker kafka{broker_options{}.topic("t", 1)};
  silent_broker() { kafka.never_answer(kwire::api::produce, 100000); }
};

/// One coroutine that awaits one record; what became of it.
struct one_record {
  std::optional<result<delivery_report>> outcome;
  bool threw = false;

  awaitable<void> go(kwire::producer& producer, std::string value) {
    kwire::record record{"t", "k"};
    record.value(record.keep(std::move(value)));
    try {
      auto told = co_await producer.async_produce(record);
      outcome.emplace(std::move(told));
    } catch (...) {
      threw = true;
    }
  }
};

}  // namespace

TEST_CASE("async: a record's outcome is awaited, with what a report tells") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer = make_producer(kafka);
  kwire::record record{"t", "k", "v"};
  record.opaque(7);
  const auto told = run(producer->async_produce(record));
  REQUIRE(told.has_value());
  CHECK(*told);
  CHECK(told->result() == kwire::outcome::persisted);
  CHECK(told->topic() == "t");
  CHECK(told->partition() == kwire::partition_id{0});
  CHECK(told->offset() == 0);
  CHECK(told->opaque() == 7);
  CHECK(told->latency() > 0us);
  CHECK(told->timestamp_type() == kwire::timestamp_type::create);
}

TEST_CASE("async: what is refused is an error, and what fails later a report") {
  broker kafka{broker_options{}.topic("t", 1).auto_create(false)};
  auto producer = make_producer(kafka, "topic.metadata.propagation.max.ms=300\nmax.request.size=1000");
  const auto unknown = run(producer->async_produce(kwire::record{"nowhere", "k", "v"}));
  REQUIRE(unknown.has_error());
  CHECK(unknown.error() == kwire::errc::unknown_topic);
  const auto large = run(producer->async_produce(kwire::record{"t", "k", std::string(2000, 'x')}));
  REQUIRE(large.has_error());
  CHECK(large.error() == kwire::errc::record_too_large);
  kafka.fail(kwire::api::produce, kwire::broker_errc::invalid_record, 1);
  const auto failed = run(producer->async_produce(kwire::record{"t", "k", "v"}));
  REQUIRE(failed.has_value());
  CHECK_FALSE(*failed);
  CHECK(failed->error() == kwire::broker_errc::invalid_record);
  CHECK(failed->result() == kwire::outcome::not_persisted);
}

TEST_CASE("async: thousands at a time, beyond the buffer, on several threads") {
  broker kafka{broker_options{}.topic("t", 3)};
  auto producer = make_producer(kafka, "buffer.memory=65536\nbatch.size=8192\nlinger.ms=1");
  asio::thread_pool pool{3};
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  struct writer {
    static awaitable<void> go(kwire::producer& to, std::atomic<int>& good, std::atomic<int>& bad,
                              int number) {
      for (int i = 0; i < 10; ++i) {
        kwire::record record{"t"};
        record.key(record.keep(std::to_string(number))).value(record.keep(std::string(500, 'v')));
        auto told = co_await to.async_produce(record);
        told && *told ? ++good : ++bad;
      }
    }
  };
  constexpr int coroutines = 300;
  for (int i = 0; i < coroutines; ++i) {
    asio::co_spawn(pool, writer::go(*producer, good, bad, i), asio::detached);
  }
  pool.join();
  CHECK(good == coroutines * 10);
  CHECK(bad == 0);
  std::size_t records = 0;
  for (int p = 0; p < 3; ++p) records += kafka.log("t", p).size();
  CHECK(records == coroutines * 10);
}

TEST_CASE("async: a full buffer is waited for up to max.block.ms, then told") {
  silent_broker peer;
  auto producer = make_producer(
      peer.kafka,
      "buffer.memory=65536\nbatch.size=16384\nmax.block.ms=300\nlinger.ms=0\nclose.timeout.ms=100");
  const std::string value(8000, 'x');
  while (producer->try_produce(kwire::record{"t", std::nullopt, value})) {
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto told = run(producer->async_produce(kwire::record{"t", std::nullopt, value}));
  const auto took = std::chrono::steady_clock::now() - begin;
  REQUIRE(told.has_error());
  CHECK(told.error() == kwire::errc::queue_full);
  CHECK(took >= 300ms);
  CHECK(took < 3s);
}

TEST_CASE("async: cancelled, the wait ends, and an accepted record goes its way") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer = make_producer(kafka, "linger.ms=300");
  REQUIRE(producer->partitions("t").has_value());
  asio::io_context io{1};
  asio::cancellation_signal signal;
  one_record one;
  asio::co_spawn(io, one.go(*producer, "v"), asio::bind_cancellation_slot(signal.slot(), asio::detached));
  asio::steady_timer timer{io, 50ms};
  timer.async_wait([&](const auto&) { signal.emit(asio::cancellation_type::terminal); });
  const auto begin = std::chrono::steady_clock::now();
  io.run_for(20s);
  CHECK(std::chrono::steady_clock::now() - begin < 250ms);
  CHECK_FALSE(one.threw);
  REQUIRE(one.outcome.has_value());
  REQUIRE(one.outcome->has_error());
  CHECK(one.outcome->error() == kwire::errc::cancelled);
  CHECK(one.outcome->error().detail().find("was accepted") != std::string_view::npos);
  CHECK(producer->flush(20s) == 0);
  CHECK(kafka.log("t").size() == 1);
}

TEST_CASE("async: cancelled while it waits for room or metadata, a record is not accepted") {
  silent_broker peer;
  for (const bool room : {true, false}) {
    auto producer =
        make_producer(peer.kafka, "buffer.memory=65536\nbatch.size=16384\nlinger.ms=0\nclose.timeout.ms=100");
    if (!room) peer.kafka.never_answer(kwire::api::metadata, 100000);
    while (room && producer->try_produce(kwire::record{"t", "k", std::string(8000, 'x')})) {
    }
    asio::io_context io{1};
    asio::cancellation_signal signal;
    one_record one;
    asio::co_spawn(io, one.go(*producer, std::string(8000, 'x')),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
    asio::steady_timer timer{io, 50ms};
    timer.async_wait([&](const auto&) { signal.emit(asio::cancellation_type::terminal); });
    io.run_for(20s);
    REQUIRE(one.outcome.has_value());
    REQUIRE(one.outcome->has_error());
    CHECK(one.outcome->error() == kwire::errc::cancelled);
    CHECK(one.outcome->error().detail().find("not accepted") != std::string_view::npos);
  }
}

TEST_CASE("async: those cancelled in the line for room do not hold up those behind them") {
  broker kafka{broker_options{}.topic("t", 1)};
  kafka.never_answer(kwire::api::produce, 1);
  auto producer = make_producer(
      kafka,
      "buffer.memory=65536\nbatch.size=16384\nlinger.ms=0\nrequest.timeout.ms=1500\nretry.backoff.ms=10");
  while (producer->try_produce(kwire::record{"t", "k", std::string(8000, 'x')})) {
  }
  asio::io_context io{1};
  asio::cancellation_signal signal;
  std::map<int, one_record> all;
  for (int i = 0; i < 20; ++i) {
    auto task = all[i].go(*producer, std::string(8000, 'x'));
    if (i < 10) {
      asio::co_spawn(io, std::move(task), asio::detached);
    } else if (i == 10) {
      asio::co_spawn(io, std::move(task), asio::bind_cancellation_slot(signal.slot(), asio::detached));
    } else {
      asio::co_spawn(io, std::move(task), asio::detached);
    }
  }
  asio::steady_timer timer{io, 50ms};
  timer.async_wait([&](const auto&) { signal.emit(asio::cancellation_type::terminal); });
  io.run_for(30s);
  for (auto& [number, one] : all) {
    REQUIRE(one.outcome.has_value());
    if (number == 10) {
      CHECK(one.outcome->error() == kwire::errc::cancelled);
    } else {
      REQUIRE(one.outcome->has_value());
      CHECK(**one.outcome);
    }
  }
}

TEST_CASE("async: a producer that is closed or destroyed meanwhile ends what waits") {
  for (const bool destroyed : {false, true}) {
    silent_broker peer;
    auto producer =
        make_producer(peer.kafka, "buffer.memory=65536\nbatch.size=16384\nlinger.ms=0\nclose.timeout.ms=100");
    asio::io_context io{1};
    std::map<int, one_record> all;
    for (int i = 0; i < 30; ++i) {
      asio::co_spawn(io, all[i].go(*producer, std::string(8000, 'x')), asio::detached);
    }
    std::optional<result<std::size_t>> flushed;
    auto flushing = producer->async_flush(60s);
    asio::co_spawn(
        io,
        [](auto what, auto& into) -> awaitable<void> {
          auto left = co_await std::move(what);
          into.emplace(std::move(left));
        }(std::move(flushing), flushed),
        asio::detached);
    std::thread closer{[&] {
      std::this_thread::sleep_for(200ms);
      if (destroyed) {
        producer.reset();
      } else {
        producer->close(100ms);
      }
    }};
    io.run_for(30s);
    closer.join();
    int accepted = 0;
    for (auto& [number, one] : all) {
      REQUIRE(one.outcome.has_value());
      if (one.outcome->has_error()) {
        CHECK(one.outcome->error() == kwire::errc::closed);
      } else {
        ++accepted;
        CHECK((*one.outcome)->error() == kwire::errc::purged);
        CHECK((*one.outcome)->result() != kwire::outcome::persisted);
      }
    }
    CHECK(accepted > 0);
    CHECK(accepted < 30);
    REQUIRE(flushed.has_value());
  }
}

TEST_CASE("async: an executor that goes first takes its coroutines with it") {
  silent_broker peer;
  auto producer =
      make_producer(peer.kafka, "buffer.memory=65536\nbatch.size=16384\nlinger.ms=0\nclose.timeout.ms=100");
  std::map<int, one_record> all;
  {
    asio::io_context io{1};
    for (int i = 0; i < 30; ++i) {
      asio::co_spawn(io, all[i].go(*producer, std::string(8000, 'x')), asio::detached);
    }
    auto flushing = producer->async_flush(60s);
    asio::co_spawn(io, std::move(flushing), asio::detached);
    auto closing = producer->async_close(60s);
    io.run_for(100ms);
    asio::co_spawn(io, std::move(closing), asio::detached);
    io.run_for(100ms);
  }
  for (auto& [number, one] : all) CHECK_FALSE(one.outcome.has_value());
  producer.reset();  // its records are reported to coroutines that are gone
}

TEST_CASE("async: flush and close tell what is left, and a close that is cancelled closes at once") {
  broker kafka{broker_options{}.topic("t", 1)};
  {
    auto producer = make_producer(kafka, "linger.ms=10000");
    for (int i = 0; i < 10; ++i) REQUIRE(producer->produce(kwire::record{"t", "k", "v"}).has_value());
    CHECK(run(producer->async_flush(20s)).value() == 0);
    CHECK(kafka.log("t").size() == 10);
    for (int i = 0; i < 10; ++i) REQUIRE(producer->produce(kwire::record{"t", "k", "v"}).has_value());
    CHECK(run(producer->async_close(20s)).value() == 0);
    CHECK(run(producer->async_close(20s)).value() == 0);
    CHECK(kafka.log("t").size() == 20);
    CHECK(run(producer->async_produce(kwire::record{"t", "k", "v"})).error() == kwire::errc::closed);
  }
  silent_broker peer;
  auto producer = make_producer(peer.kafka);
  std::atomic<int> reports{0};
  for (int i = 0; i < 10; ++i) {
    REQUIRE(producer->produce(kwire::record{"t", "k", "v"}, [&](const kwire::delivery&) { ++reports; })
                .has_value());
  }
  CHECK(run(producer->async_flush(200ms)).value() == 10);
  asio::io_context io{1};
  asio::cancellation_signal signal;
  auto closing = producer->async_close(60s);
  auto closed =
      asio::co_spawn(io, std::move(closing), asio::bind_cancellation_slot(signal.slot(), asio::use_future));
  asio::steady_timer timer{io, 50ms};
  timer.async_wait([&](const auto&) { signal.emit(asio::cancellation_type::terminal); });
  io.run_for(20s);
  const auto outcome = closed.get();
  REQUIRE(outcome.has_error());
  CHECK(outcome.error() == kwire::errc::cancelled);
  producer.reset();
  CHECK(reports == 10);
}

TEST_CASE("async: with delivery.report.poll a flush runs the callbacks on its own executor") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer = make_producer(kafka, "delivery.report.poll=true\nlinger.ms=100");
  std::thread::id where;
  int reports = 0;
  for (int i = 0; i < 10; ++i) {
    auto accepted = producer->produce(kwire::record{"t", "k", "v"}, [&](const kwire::delivery&) {
      ++reports;
      where = std::this_thread::get_id();
    });
    REQUIRE(accepted.has_value());
  }
  CHECK(run(producer->async_flush(20s)).value() == 0);
  CHECK(reports == 10);
  CHECK(where == std::this_thread::get_id());
}

namespace {

awaitable<void> copy_by_transactions(kwire::producer& producer, std::string& trouble) {
  const auto note = [&](const char* step, const auto& outcome) {
    if (!outcome) trouble += std::string{step} + ": " + outcome.error().message() + "\n";
  };
  auto begun_early = co_await producer.async_begin_transaction();
  if (begun_early) trouble += "begun before init\n";
  auto registered = co_await producer.async_init_transactions();
  note("init", registered);
  for (const bool keep : {true, false, true}) {
    auto begun = co_await producer.async_begin_transaction();
    note("begin", begun);
    kwire::record record{"t", "k", keep ? "kept" : "dropped"};
    auto told = co_await producer.async_produce(record);
    note("produce", told);
    kwire::offset_map offsets;
    offsets[kwire::topic_partition{"in", kwire::partition_id{0}}] = kwire::committed_offset{5};
    kwire::consumer_group_metadata group;
    group.group = "g";
    auto sent = co_await producer.async_send_offsets_to_transaction(offsets, group);
    note("offsets", sent);
    if (keep) {
      auto committed = co_await producer.async_commit_transaction();
      note("commit", committed);
    } else {
      auto aborted = co_await producer.async_abort_transaction();
      note("abort", aborted);
    }
  }
}

}  // namespace

TEST_CASE("async: transactions from begin to end") {
  broker kafka{broker_options{}.topic("t", 1).topic("in", 1)};
  auto producer = make_producer(kafka, "transactional.id=x\nlinger.ms=0");
  std::string trouble;
  run(copy_by_transactions(*producer, trouble));
  CHECK(trouble.empty());
  if (!trouble.empty()) MESSAGE(trouble);
  CHECK(kafka.log("t").size() >= 3);
}
