// Tests: broker_log.cpp, link.cpp, tcp_front.cpp
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <kwire/broker/broker.hpp>
#include <kwire/protocol/messages/sasl_authenticate.hpp>
#include <kwire/protocol/messages/sasl_handshake.hpp>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "script.hpp"

namespace kwire {
namespace {

using embedded::test::make_batch;
using embedded::test::produce_of;

/// A blocking client with plain sockets.
class raw_client {
 public:
  explicit raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    is_connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;
  ~raw_client() { ::close(socket_); }

  bool is_connected() const { return is_connected_; }

  template <class Request>
  void send(const Request& request, std::int16_t version) {
    protocol::writer out;
    out.fixed(std::int32_t{0});
    protocol::encode_header({Request::info.key, version, correlation_id{5}, "raw"}, Request::info, out);
    REQUIRE(protocol::encode(request, version, out).has_value());
    out.patch32(0, static_cast<std::int32_t>(out.total() - 4));
    send_bytes(out.buffer());
  }
  void send_bytes(bytes_view content) {
    while (!content.empty()) {
      const auto sent = ::send(socket_, content.data(), content.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      content = content.subspan(static_cast<std::size_t>(sent));
    }
  }
  /// The body of the next response; empty when the broker has hung up.
  bytes receive() {
    bytes length(4);
    if (!fill(length)) return {};
    bytes content(static_cast<std::size_t>(protocol::reader::load<std::int32_t>(length.data())));
    if (!fill(content)) return {};
    return content;
  }
  template <class Request>
  typename Request::response ask(const Request& request, std::int16_t version) {
    send(request, version);
    frame_ = receive();
    REQUIRE_FALSE(frame_.empty());
    protocol::reader in{frame_};
    typename Request::response answer;
    REQUIRE(protocol::decode_response_header(in, Request::response::info, version).has_value());
    REQUIRE(protocol::decode(answer, version, in.rest()).has_value());
    return answer;
  }

 private:
  bool fill(bytes& into) {
    std::size_t have = 0;
    while (have < into.size()) {
      const auto got = ::recv(socket_, into.data() + have, into.size() - have, 0);
      if (got <= 0) return false;
      have += static_cast<std::size_t>(got);
    }
    return true;
  }

  int socket_;
  bool is_connected_ = false;
  bytes frame_;
};

std::int16_t error_of(const protocol::produce_response& answer) {
  return answer.responses.at(0).partition_responses.at(0).error_code;
}

TEST_CASE("records that came by TCP are seen in the log") {
  broker b{broker_options{}.topic("orders", 3)};
  CHECK(b.bootstrap_servers() == "127.0.0.1:" + std::to_string(b.port()));
  raw_client client{b.port()};
  const auto small = make_batch({"a", "b"}, {.stamp = {}, .headers = true});
  const auto large = make_batch({std::string(40'000, 'x')});
  CHECK(error_of(client.ask(produce_of("orders", small), 9)) == 0);
  CHECK(error_of(client.ask(produce_of("orders", large), 9)) == 0);
  const auto log = b.log("orders", 0);
  CHECK(log.size() == 3);
  CHECK(log.end_offset() == 3);
  CHECK(log.batches() == 2);
  const auto records = log.records();
  REQUIRE(records.size() == 3);
  CHECK(records[1].value == "b");
  CHECK(records[1].key == "k");
  CHECK(records[1].headers.at(0).first == "h");
  CHECK(records[2].offset == 2);
  CHECK(b.log("orders", 1).empty());
  CHECK_THROWS_AS(b.log("orders", 3), std::out_of_range);
  CHECK_THROWS_AS(b.log("none"), std::out_of_range);

  const auto answer = client.ask(embedded::test::fetch_of("orders", 0), 12);
  CHECK(answer.responses[0].partitions[0].records->size() == small.size() + large.size());
}

TEST_CASE("several brokers are one cluster with a port each") {
  broker b{broker_options{}.brokers(3, {"a", "b"}).topic("t", 3)};
  CHECK(b.bootstrap_servers() == "127.0.0.1:" + std::to_string(b.port(1)) + ",127.0.0.1:" +
                                     std::to_string(b.port(2)) + ",127.0.0.1:" + std::to_string(b.port(3)));
  CHECK_THROWS_AS(b.port(4), std::out_of_range);
  CHECK(b.leader("t", 1) == 2);
  {
    raw_client first{b.port(1)};
    raw_client second{b.port(2)};
    const auto batch = make_batch({"a"});
    CHECK(error_of(first.ask(produce_of("t", batch, 1), 12)) ==
          static_cast<std::int16_t>(broker_errc::not_leader_or_follower));
    CHECK(error_of(second.ask(produce_of("t", batch, 1), 12)) == 0);
    b.stop_broker(2);
    CHECK(b.leader("t", 1) == 3);
    CHECK(second.receive().empty());
    CHECK_FALSE(raw_client{b.port(2)}.is_connected());
    raw_client third{b.port(3)};
    CHECK(error_of(third.ask(produce_of("t", batch, 1), 12)) == 0);
    b.start_broker(2);
    b.move_leader("t", 1, 2);
    raw_client again{b.port(2)};
    CHECK(error_of(again.ask(produce_of("t", batch, 1), 12)) == 0);
    CHECK(b.log("t", 1).size() == 3);
    CHECK_THROWS_AS(b.move_leader("t", 1, 2), std::invalid_argument);
    CHECK_THROWS_AS(b.stop_broker(0), std::out_of_range);
  }
  b.stop_broker(3);
  const auto port = b.port(3);
  b.stop();
  b.start();
  CHECK_FALSE(raw_client{port}.is_connected());
  b.start_broker(3);
  CHECK(raw_client{port}.is_connected());
  CHECK(b.port(3) == port);
  CHECK_THROWS_AS(broker{broker_options{}.brokers(0)}, std::invalid_argument);
  CHECK_THROWS_AS(broker{broker_options{}.discard(true).data_dir("/tmp")}, std::invalid_argument);
  CHECK_THROWS_AS(broker{broker_options{}.brokers(3).listen("127.0.0.1:65534")}, std::invalid_argument);
}

TEST_CASE("frames may come in any pieces, and several at once") {
  broker b{broker_options{}.topic("t")};
  protocol::writer out;
  const auto batch = make_batch({std::string(20'000, 'y')});
  for (int i = 0; i < 3; ++i) {
    const auto start = out.buffer().size();
    out.fixed(std::int32_t{0});
    protocol::encode_header({api::produce, 9, correlation_id{i}, "raw"}, protocol::produce_request::info,
                            out);
    REQUIRE(protocol::encode(produce_of("t", batch), 9, out).has_value());
    out.patch32(start, static_cast<std::int32_t>(out.buffer().size() - start - 4));
  }
  for (const std::size_t piece : {std::size_t{1'000'000}, std::size_t{16'384}, std::size_t{4'099}}) {
    raw_client client{b.port()};
    for (std::size_t at = 0; at < out.buffer().size(); at += piece) {
      client.send_bytes(bytes_view{out.buffer()}.subspan(at, std::min(piece, out.buffer().size() - at)));
    }
    for (int i = 0; i < 3; ++i) CHECK_FALSE(client.receive().empty());
  }
  CHECK(b.log("t").size() == 9);
}

TEST_CASE("a client may send many requests before it reads an answer") {
  broker b{broker_options{}.topic("t")};
  raw_client client{b.port()};
  const auto batch = make_batch({"a"});
  for (int i = 0; i < 500; ++i) client.send(produce_of("t", batch), 9);
  for (int i = 0; i < 500; ++i) REQUIRE_FALSE(client.receive().empty());
  // The same with answers that do not fit into the socket.
  CHECK(error_of(client.ask(produce_of("t", make_batch({std::string(60'000, 'x')})), 9)) == 0);
  for (int i = 0; i < 500; ++i) client.send(embedded::test::fetch_of("t", 500), 12);
  for (int i = 0; i < 500; ++i) REQUIRE(client.receive().size() > 60'000);
}

TEST_CASE("what is no Kafka costs the connection") {
  broker b;
  for (const std::string_view text : {"GET / HTTP/1.1\r\n\r\n", "\xff\xff\xff\xff", "\x7f\xff\xff\xff"}) {
    raw_client client{b.port()};
    client.send_bytes(as_bytes(text));
    CHECK(client.receive().empty());
  }
}

TEST_CASE("a client that has not said who it is may send no large request") {
  broker b{broker_options{}.listen("sasl_plaintext://127.0.0.1:0").user("alice", "pw").topic("t", 1)};
  const auto large = make_batch(std::vector<std::string>(12'000, std::string(40, 'x')));
  REQUIRE(large.size() > 512 * 1024);
  raw_client stranger{b.port()};
  stranger.send_bytes(as_bytes(std::string_view{"\0\x08\0\1", 4}));  // one more than 512 KiB
  CHECK(stranger.receive().empty());

  raw_client client{b.port()};
  protocol::sasl_handshake_request greeting;
  greeting.mechanism = "PLAIN";
  CHECK(client.ask(greeting, 1).error_code == 0);
  protocol::sasl_authenticate_request proof;
  const std::string token{"\0alice\0pw", 9};
  proof.auth_bytes = to_bytes(as_bytes(token));
  CHECK(client.ask(proof, 2).error_code == 0);
  CHECK(error_of(client.ask(produce_of("t", large), 9)) == 0);
}

TEST_CASE("a restart keeps records and port, and hangs up") {
  broker b{broker_options{}.topic("t")};
  const auto port = b.port();
  raw_client before{port};
  CHECK(error_of(before.ask(produce_of("t", make_batch({"a"})), 9)) == 0);
  b.stop();
  b.stop();
  CHECK(before.receive().empty());
  CHECK_FALSE(raw_client{port}.is_connected());
  CHECK(b.log("t").size() == 1);
  b.start();
  CHECK(b.port() == port);
  raw_client after{port};
  CHECK(error_of(after.ask(produce_of("t", make_batch({"b"})), 9)) == 0);
  CHECK(b.log("t").size() == 2);
  CHECK_THROWS_AS(broker{broker_options{}.listen("127.0.0.1:" + std::to_string(port))}, std::system_error);
}

TEST_CASE("faults work over TCP") {
  broker b{broker_options{}.topic("t")};
  const auto batch = make_batch({"a"});
  raw_client client{b.port()};
  b.fail(api::produce, broker_errc::not_enough_replicas);
  CHECK(error_of(client.ask(produce_of("t", batch), 9)) == 19);
  b.delay(api::produce, std::chrono::milliseconds{50});
  const auto start = std::chrono::steady_clock::now();
  CHECK(error_of(client.ask(produce_of("t", batch), 9)) == 0);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds{50});
  b.respond_raw(api::produce, to_bytes(as_bytes("xyz")));
  client.send(produce_of("t", batch), 9);
  CHECK(as_text(client.receive()).substr(4) == "xyz");
  b.drop_connection(api::produce, broker::moment::after_append);
  client.send(produce_of("t", batch), 9);
  CHECK(client.receive().empty());
  CHECK(b.log("t").size() == 2);
  raw_client other{b.port()};
  CHECK(error_of(other.ask(produce_of("t", batch), 9)) == 0);
  b.close_connections();
  CHECK(other.receive().empty());
  b.max_version(api::produce, 5);
  raw_client third{b.port()};
  third.send(produce_of("t", batch), 9);
  CHECK(third.receive().empty());
}

TEST_CASE("a long poll ends when another connection produces, or when the broker goes") {
  broker b{broker_options{}.topic("t")};
  raw_client consumer{b.port()};
  raw_client producer{b.port()};
  consumer.send(embedded::test::fetch_of("t", 0, 15'000), 12);
  CHECK(error_of(producer.ask(produce_of("t", make_batch({"a"})), 9)) == 0);
  CHECK_FALSE(consumer.receive().empty());
  consumer.send(embedded::test::fetch_of("t", 1, 15'000), 12);
  CHECK(error_of(producer.ask(produce_of("t", make_batch({"b"})), 9)) == 0);
  CHECK_FALSE(consumer.receive().empty());
}

TEST_CASE("clients are told of, and options are checked") {
  std::atomic<int> connected{0};
  std::atomic<int> gone{0};
  std::string client_id;
  {
    broker b{broker_options{}.topic("t").on_client([&](const broker_client_event& event) {
      if (event.what == broker_client_event::kind::connected) ++connected;
      if (event.what == broker_client_event::kind::identified) client_id = event.client_id;
      if (event.what == broker_client_event::kind::disconnected) ++gone;
    })};
    raw_client client{b.port()};
    CHECK(error_of(client.ask(produce_of("t", make_batch({"a"})), 9)) == 0);
    CHECK(b.connections() == 1);
    CHECK_THROWS_AS(b.create_topic("t"), std::invalid_argument);
    CHECK_THROWS_AS(b.create_topic("a b"), std::invalid_argument);
    CHECK_THROWS_AS(b.create_topic("u", 1, {{"no.such", "1"}}), std::invalid_argument);
    b.create_topic("u", 2);
    CHECK(b.log("u", 1).empty());
  }
  CHECK(connected == 1);
  CHECK(gone == 1);
  CHECK(client_id == "raw");
  CHECK_THROWS_AS(broker{broker_options{}.listen("nowhere")}, std::invalid_argument);
}

TEST_CASE("a hundred clients at once are served as one") {
  broker b{broker_options{}.topic("t")};
  const auto batch = make_batch({"v"});
  std::vector<std::unique_ptr<raw_client>> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(std::make_unique<raw_client>(b.port()));
  for (auto& one : clients) one->send(produce_of("t", batch), 9);
  for (auto& one : clients) CHECK_FALSE(one->receive().empty());
  CHECK(b.connections() == 100);
  CHECK(b.log("t").size() == 100);
  for (auto& one : clients) one->send(embedded::test::fetch_of("t", 100, 15'000), 12);
  raw_client producer{b.port()};
  CHECK(error_of(producer.ask(produce_of("t", batch), 9)) == 0);
  for (auto& one : clients) CHECK_FALSE(one->receive().empty());
}

TEST_CASE("a frozen broker answers nobody until it thaws") {
  broker b{broker_options{}.topic("t")};
  raw_client client{b.port()};
  const auto batch = make_batch({"v"});
  CHECK(error_of(client.ask(produce_of("t", batch), 9)) == 0);
  b.freeze();
  client.send(produce_of("t", batch), 9);
  raw_client late{b.port()};
  CHECK(late.is_connected());
  late.send(produce_of("t", batch), 9);
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  CHECK(b.log("t").size() == 1);
  b.thaw();
  CHECK_FALSE(client.receive().empty());
  CHECK_FALSE(late.receive().empty());
  CHECK(b.log("t").size() == 3);
  b.fill_disk();
  CHECK(error_of(client.ask(produce_of("t", batch), 9)) == 56);
  b.fill_disk(1, false);
  b.fail(api::produce, broker_errc::kafka_storage_error, strikes{2}.topic("t").client("raw"));
  CHECK(error_of(client.ask(produce_of("t", batch), 9)) == 56);
  CHECK_THROWS_AS(b.freeze(2), std::out_of_range);
  CHECK_THROWS_AS(b.hide_topic("none"), std::out_of_range);
  CHECK_THROWS_AS(b.bump_leader_epoch("t", 5), std::out_of_range);
}

TEST_CASE("other threads may look and interfere at any time") {
  broker b{broker_options{}.topic("t", 2)};
  std::atomic<bool> stop{false};
  std::thread observer{[&] {
    while (!stop) {
      (void)b.log("t", 0).records();
      b.fail(api::fetch, broker_errc::unknown_server_error);
      b.clear_faults();
      (void)b.connections();
    }
  }};
  raw_client client{b.port()};
  const auto batch = make_batch({"a", "b", "c"});
  for (int i = 0; i < 200; ++i) CHECK(error_of(client.ask(produce_of("t", batch), 9)) == 0);
  stop = true;
  observer.join();
  CHECK(b.log("t", 0).size() == 600);
}

}  // namespace
}  // namespace kwire
