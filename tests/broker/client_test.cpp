// Tests: client.cpp, make_engine.cpp, producer.cpp, consumer.cpp, consumer_calls.cpp
// Tests: engine.cpp, tcp_link.cpp, buffer_pool.cpp
// The client over real sockets: against the embedded broker with faults, and against peers that are none.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <kwire/broker/broker.hpp>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using kwire::broker;
using kwire::broker_options;

/// Stays silent: what these tests provoke would fill the log.
struct silent : kwire::observer {
  void on_event(const kwire::event&) override {}
};
std::unique_ptr<kwire::observer> quiet() { return std::make_unique<silent>(); }

kwire::producer make_producer(const std::string& servers, const std::string& more = {}) {
  return kwire::producer{
      kwire::producer_config{std::string_view{"bootstrap.servers=" + servers + "\n" + more}}, quiet()};
}

kwire::consumer make_consumer(const std::string& servers, const std::string& more = {}) {
  return kwire::consumer{
      kwire::consumer_config{std::string_view{
          "bootstrap.servers=" + servers + "\nauto.offset.reset=earliest\nsession.timeout.ms=6000\n" + more}},
      quiet()};
}

/// A listener that answers the first bytes of every connection with the same octets.
class impostor {
 public:
  explicit impostor(std::string answer)
      : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    REQUIRE(listen(listener_, 16) == 0);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~impostor() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    while (!stopping_) {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      char scratch[512];
      if (recv(peer, scratch, sizeof scratch, 0) > 0)
        (void)send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      recv(peer, scratch, sizeof scratch, 0);  // until the client has had enough
      close(peer);
    }
  }

  std::string answer_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// What `produce` says within max.block.ms, and that it does not take ten times as long.
kwire::error refusal_of(const std::string& servers) {
  auto producer = make_producer(servers, "max.block.ms=600\nclose.timeout.ms=200");
  const auto begin = std::chrono::steady_clock::now();
  const auto accepted = producer.produce(kwire::record{"t", "k", "v"});
  CHECK(std::chrono::steady_clock::now() - begin < 6s);
  REQUIRE(accepted.has_error());
  return accepted.error();
}

std::size_t drain(kwire::consumer& consumer, std::size_t wanted, std::chrono::seconds patience = 20s) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::size_t got = 0;
  while (got < wanted && std::chrono::steady_clock::now() < end) {
    const auto batch = consumer.poll(200ms);
    REQUIRE(batch.has_value());
    for ([[maybe_unused]] const auto& record : *batch) ++got;
  }
  return got;
}

/// Every record gets exactly one good report.
void produce_all(kwire::producer& producer, int count) {
  std::atomic<int> good = 0;
  std::atomic<int> bad = 0;
  for (int i = 0; i < count; ++i) {
    const auto accepted = producer.produce(kwire::record{"t", std::to_string(i), "value"},
                                           [&](const kwire::delivery& d) { d ? ++good : ++bad; });
    REQUIRE(accepted.has_value());
  }
  CHECK(producer.flush(30s) == 0);
  CHECK(good == count);
  CHECK(bad == 0);
}

}  // namespace

TEST_CASE("records come back in a group, and a second run resumes behind the committed ones") {
  broker kafka{broker_options{}.topic("t", 3)};
  auto producer = make_producer(kafka.bootstrap_servers());
  produce_all(producer, 1000);
  {
    auto consumer = make_consumer(kafka.bootstrap_servers(), "group.id=g");
    REQUIRE(consumer.subscribe({"t"}).has_value());
    CHECK(drain(consumer, 1000) == 1000);
    CHECK(consumer.close(5s).has_value());
  }
  produce_all(producer, 10);
  auto consumer = make_consumer(kafka.bootstrap_servers(), "group.id=g");
  REQUIRE(consumer.subscribe({"t"}).has_value());
  CHECK(drain(consumer, 11, 3s) == 10);
}

TEST_CASE("a port that is no broker's is named as what it speaks") {
  CHECK(refusal_of(impostor{"HTTP/1.1 400 Bad Request\r\n\r\n"}.address()).message().find("no metadata") !=
        std::string::npos);
  const impostor http{"HTTP/1.1 400 Bad Request\r\n\r\n"};
  CHECK(refusal_of(http.address()).message().find("HTTP") != std::string::npos);
  const impostor tls{std::string{"\x15\x03\x01\x00\x02\x02\x28", 7}};
  CHECK(refusal_of(tls.address()).message().find("TLS") != std::string::npos);
  const impostor huge{std::string{"\x7f\xff\xff\xff----", 8}};
  CHECK(refusal_of(huge.address()).message().find("receive.message.max.bytes") != std::string::npos);
}

TEST_CASE("an answer that is cut off does not hold anybody up") {
  const impostor cut{std::string{"\x00\x00\x01\x00\x00\x00\x00\x00\x00", 9}};
  CHECK(refusal_of(cut.address()) == kwire::errc::timed_out);
}

TEST_CASE("nobody listens: the error names the address and the cause") {
  std::string address;
  {
    address = impostor{""}.address();
  }
  const auto why = refusal_of(address).message();
  CHECK(why.find(address) != std::string::npos);
  CHECK(why.find("refused") != std::string::npos);
}

TEST_CASE("an unknown topic is told as such, and others go on") {
  broker kafka{broker_options{}.topic("t", 1).auto_create(false)};
  auto producer = make_producer(kafka.bootstrap_servers(), "topic.metadata.propagation.max.ms=500");
  const auto refused = producer.produce(kwire::record{"nowhere", "k", "v"});
  REQUIRE(refused.has_error());
  CHECK(refused.error() == kwire::errc::unknown_topic);
  produce_all(producer, 10);
}

TEST_CASE("connections that break around the append neither lose nor repeat a record") {
  for (const auto when : {broker::moment::before_append, broker::moment::after_append}) {
    broker kafka{broker_options{}.topic("t", 1)};
    auto producer =
        make_producer(kafka.bootstrap_servers(), "linger.ms=0\nreconnect.backoff.ms=10\nretry.backoff.ms=10");
    produce_all(producer, 5);
    kafka.drop_connection(kwire::api::produce, when, 2);
    produce_all(producer, 500);
    CHECK(kafka.log("t").size() == 505);
  }
}

TEST_CASE("refusals that pass are retried, in order") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer = make_producer(kafka.bootstrap_servers(), "linger.ms=0\nretry.backoff.ms=10");
  kafka.fail(kwire::api::produce, kwire::broker_errc::not_enough_replicas, 2);
  kafka.fail(kwire::api::produce, kwire::broker_errc::not_leader_or_follower, 1);
  produce_all(producer, 300);
  CHECK(kafka.log("t").size() == 300);
}

TEST_CASE("garbled answers end as errors or retries, never as a hang") {
  broker kafka{broker_options{}.topic("t", 1)};
  auto producer =
      make_producer(kafka.bootstrap_servers(), "linger.ms=0\nretry.backoff.ms=10\nreconnect.backoff.ms=10");
  produce_all(producer, 5);
  kafka.respond_raw(kwire::api::produce, kwire::to_bytes(kwire::as_bytes("no answer at all")));
  produce_all(producer, 5);
  CHECK(kafka.log("t").size() >= 10);
}

TEST_CASE("a restarted broker is found again by producer and consumer") {
  broker kafka{broker_options{}.topic("t", 2)};
  auto producer =
      make_producer(kafka.bootstrap_servers(), "reconnect.backoff.ms=10\nreconnect.backoff.max.ms=100");
  auto consumer = make_consumer(kafka.bootstrap_servers(), "group.id=g\nreconnect.backoff.max.ms=100");
  REQUIRE(consumer.subscribe({"t"}).has_value());
  produce_all(producer, 100);
  CHECK(drain(consumer, 100) == 100);
  kafka.stop();
  kafka.start();
  produce_all(producer, 100);
  CHECK(drain(consumer, 100) == 100);
}

TEST_CASE("a full buffer waits or says so, and close tells what is left") {
  broker kafka{broker_options{}.topic("t", 1)};
  kafka.never_answer(kwire::api::produce, 1000);
  auto producer = make_producer(kafka.bootstrap_servers(),
                                "buffer.memory=65536\nbatch.size=16384\nmax.block.ms=300\nlinger.ms=0");
  const std::string value(8000, 'x');
  std::atomic<int> reports = 0;
  int accepted = 0;
  kwire::error why;
  for (int i = 0; i < 100; ++i) {
    auto done = producer.try_produce(kwire::record{"t", std::nullopt, value}, [&](const kwire::delivery& d) {
      CHECK(d.result() != kwire::outcome::persisted);
      ++reports;
    });
    if (done) {
      ++accepted;
      continue;
    }
    why = done.error();
    break;
  }
  CHECK(why == kwire::errc::queue_full);
  const auto waited = producer.produce(kwire::record{"t", std::nullopt, value});
  REQUIRE(waited.has_error());
  CHECK(waited.error() == kwire::errc::queue_full);
  producer.close(100ms);
  CHECK(accepted > 0);
  CHECK(producer.produce(kwire::record{"t", "k", "v"}).error() == kwire::errc::closed);
}

TEST_CASE("handles of one client share its connections and outlive it") {
  broker kafka{broker_options{}.topic("t", 1)};
  std::optional<kwire::client> shared{
      std::in_place, kwire::client_config{{"bootstrap.servers", kafka.bootstrap_servers()}}, quiet()};
  kwire::producer producer{*shared, kwire::producer_config{}};
  kwire::consumer consumer{*shared,
                           kwire::consumer_config{{"group.id", "g"}, {"auto.offset.reset", "earliest"}}};
  shared.reset();
  produce_all(producer, 50);
  REQUIRE(consumer.subscribe({"t"}).has_value());
  CHECK(drain(consumer, 50) == 50);
}

TEST_CASE("every fault of a configuration is told at once") {
  try {
    make_producer("", "linger.mss=5\nacks=3\nbatch.size=1");
    FAIL("accepted");
  } catch (const kwire::config_error& e) {
    const std::string all = e.what();
    CHECK(all.find("linger.ms") != std::string::npos);
    CHECK(all.find("acks=3") != std::string::npos);
    CHECK(all.find("batch.size=1") != std::string::npos);
    CHECK(all.find("bootstrap.servers") != std::string::npos);
  }
}
