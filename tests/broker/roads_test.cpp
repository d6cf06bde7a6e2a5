// What networks do to real sockets between a client and the embedded broker.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <kwire/broker/broker.hpp>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <link_proxy.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using kwire::test::road;

/// What these tests provoke would fill the log.
struct silent : kwire::observer {
  void on_event(const kwire::event&) override {}
};
std::unique_ptr<kwire::observer> quiet() { return std::make_unique<silent>(); }

/// A broker whose clients all go through a proxy.
struct cluster {
  std::string servers() const { return "127.0.0.2:" + std::to_string(broker.port()); }

  kwire::broker broker{kwire::broker_options{}.topic("t", 1).advertise("127.0.0.2")};
  kwire::test::link_proxy proxy{"127.0.0.2", "127.0.0.1", broker.port()};
};

kwire::producer make_producer(const std::string& servers, const std::string& more = {}) {
  return kwire::producer{kwire::producer_config{std::string_view{
                             "bootstrap.servers=" + servers +
                             "\nlinger.ms=0\nreconnect.backoff.ms=10\nreconnect.backoff.max.ms=50" +
                             "\nretry.backoff.ms=10\n" + more}},
                         quiet()};
}

struct tally {
  std::atomic<int> good = 0;
  std::atomic<int> bad = 0;
};

void produce(kwire::producer& producer, tally& told, int count, std::size_t size = 5) {
  const std::string value(size, 'v');
  for (int i = 0; i < count; ++i) {
    const auto accepted =
        producer.produce(kwire::record{"t", std::to_string(i), value},
                         [&told](const kwire::delivery& d) { d ? ++told.good : ++told.bad; });
    REQUIRE(accepted.has_value());
  }
}

/// Milliseconds since `begin`.
std::int64_t since(clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begin).count();
}

}  // namespace

TEST_CASE("half-open: the deadline of the request ends the connection, and nothing is lost or doubled") {
  for (const bool appended : {false, true}) {
    CAPTURE(appended);
    cluster all;
    auto producer = make_producer(all.servers(), "request.timeout.ms=500");
    tally told;
    produce(producer, told, 1);
    REQUIRE(producer.flush(10s) == 0);
    const auto connections = all.proxy.accepted();

    all.proxy.become(appended ? road{.hold_answers = true} : road{.hold_requests = true});
    const auto begin = clock::now();
    produce(producer, told, 1);
    CHECK(producer.flush(400ms) == 1);
    while (all.proxy.accepted() == connections && since(begin) < 5000) producer.flush(10ms);
    CHECK(since(begin) >= 500);
    CHECK(since(begin) < 5000);
    all.proxy.become({});
    CHECK(producer.flush(10s) == 0);
    CHECK(told.good == 2);
    CHECK(told.bad == 0);
    CHECK(all.broker.log("t").size() == 2);
  }
}

TEST_CASE("slow drip: octets that trickle in do not put the deadline off") {
  cluster all;
  auto producer = make_producer(all.servers(), "request.timeout.ms=500");
  tally told;
  produce(producer, told, 1);
  REQUIRE(producer.flush(10s) == 0);
  const auto connections = all.proxy.accepted();
  // An answer to Produce has some 60 octets: this takes 6 s.
  all.proxy.become({.drip_octets = 1, .drip_pause = 100ms});
  const auto begin = clock::now();
  produce(producer, told, 1);
  while (all.proxy.accepted() == connections && since(begin) < 5000) producer.flush(10ms);
  CHECK(since(begin) >= 500);
  CHECK(since(begin) < 5000);
  all.proxy.become({});
  CHECK(producer.flush(10s) == 0);
  CHECK(told.good == 2);
  CHECK(all.broker.log("t").size() == 2);
}

TEST_CASE("answers that are cut off, wherever that is, by FIN and RST") {
  cluster all;
  tally told;
  int produced = 0;
  std::optional<kwire::producer> producer;
  // The set-up and what follows on each kind of connection has less than 900 octets.
  for (std::size_t octets = 1; octets < 900; octets += octets < 80 ? 1 : 23) {
    CAPTURE(octets);
    all.proxy.become({.cut_answers_after = octets, .reset = octets % 2 == 0});
    if (octets % 10 == 0) producer.reset();
    if (!producer) producer.emplace(make_producer(all.servers()));
    all.broker.close_connections();
    produce(*producer, told, 1);
    REQUIRE(producer->flush(20s) == 0);
    ++produced;
  }
  CHECK(told.good == produced);
  CHECK(told.bad == 0);
  CHECK(all.broker.log("t").size() == static_cast<std::size_t>(produced));
}

TEST_CASE("a request that is half written when its time is up never shares a connection with the next") {
  cluster all;
  auto producer = make_producer(all.servers(), "request.timeout.ms=500\nmax.request.size=16000000");
  tally told;
  produce(producer, told, 1);
  REQUIRE(producer.flush(10s) == 0);
  const auto connections = all.proxy.accepted();
  all.proxy.become({.hold_requests = true});
  // More than the buffers of two sockets take.
  produce(producer, told, 5, 1'000'000);
  const auto begin = clock::now();
  while (all.proxy.accepted() == connections && since(begin) < 5000) producer.flush(10ms);
  CHECK(since(begin) < 5000);
  all.proxy.become({});
  CHECK(producer.flush(20s) == 0);
  CHECK(told.good == 6);
  CHECK(all.broker.log("t").size() == 6);
  CHECK(all.broker.log("t").records().back().key == "4");
}

TEST_CASE("one broker of three that stands still holds up nobody but itself") {
  kwire::broker brokers{
      kwire::broker_options{}.brokers(3).replication_factor(1).topic("t", 3).advertise("127.0.0.2")};
  std::vector<std::unique_ptr<kwire::test::link_proxy>> proxies;
  for (std::int32_t id = 1; id <= 3; ++id) {
    proxies.push_back(std::make_unique<kwire::test::link_proxy>("127.0.0.2", "127.0.0.1", brokers.port(id)));
  }
  auto producer = make_producer("127.0.0.2:" + std::to_string(brokers.port(1)));
  const auto send = [&producer](std::int32_t where, std::atomic<int>& done) {
    const auto accepted =
        producer.produce(kwire::record{"t", std::nullopt, "v"}.partition(kwire::partition_id{where}),
                         [&done](const kwire::delivery& d) { done += d ? 1 : 0; });
    REQUIRE(accepted.has_value());
  };
  std::atomic<int> warm = 0;
  for (std::int32_t p = 0; p < 3; ++p) send(p, warm);
  REQUIRE(producer.flush(10s) == 0);
  proxies[1]->become({.hold_requests = true, .hold_answers = true});

  std::atomic<int> others = 0;
  std::atomic<int> stuck = 0;
  send(1, stuck);
  for (int i = 0; i < 100; ++i) {
    send(0, others);
    send(2, others);
  }
  const auto begin = clock::now();
  while (others < 200 && since(begin) < 5000) producer.flush(10ms);
  CHECK(others == 200);
  CHECK(stuck == 0);
  proxies[1]->become({});
  CHECK(producer.flush(10s) == 0);
  CHECK(stuck == 1);
}

TEST_CASE("a coordinator that falls silent while the leader goes on: the member's deadline holds") {
  cluster all;
  auto producer = make_producer(all.servers());
  tally told;
  produce(producer, told, 100);
  REQUIRE(producer.flush(10s) == 0);
  kwire::consumer consumer{kwire::consumer_config{std::string_view{
                               "bootstrap.servers=" + all.servers() +
                               "\ngroup.id=g\nauto.offset.reset=earliest\nsession.timeout.ms=6000" +
                               "\nenable.auto.commit=false\nrequest.timeout.ms=1000"}},
                           quiet()};
  REQUIRE(consumer.subscribe({"t"}).has_value());
  std::size_t got = 0;
  const auto start = clock::now();
  while (got < 100 && since(start) < 20'000) {
    const auto batch = consumer.poll(100ms);
    REQUIRE(batch.has_value());
    for ([[maybe_unused]] const auto& record : *batch) ++got;
  }
  REQUIRE(got == 100);
  all.proxy.become({.hold_requests = true, .hold_answers = true});
  const auto begin = clock::now();
  const auto refused = consumer.commit(700ms);
  CHECK_FALSE(static_cast<bool>(refused));
  CHECK(since(begin) >= 700);
  CHECK(since(begin) < 7000);
  const auto closing = clock::now();
  (void)consumer.close(500ms);
  CHECK(since(closing) < 5000);
}
