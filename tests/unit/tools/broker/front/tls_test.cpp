// Tests: test_certificate.cpp, broker_impl.cpp
#include "front/tls.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <kwire/broker/broker.hpp>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <mutex>
#include <stdexcept>

#include "front/test_certificate.hpp"

namespace kwire::embedded {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// A client with TLS that trusts one authority.
class tls_client {
 public:
  tls_client(std::uint16_t port, const std::string& ca, const std::string& host = "localhost",
             const test_certificate* shown = nullptr) {
    context_.add_certificate_authority(asio::buffer(ca));
    if (shown != nullptr) {
      context_.use_certificate_chain(asio::buffer(shown->certificate));
      context_.use_private_key(asio::buffer(shown->key), asio::ssl::context::pem);
    }
    stream_ = std::make_unique<asio::ssl::stream<tcp::socket>>(io_, context_);
    stream_->set_verify_mode(asio::ssl::verify_peer);
    stream_->set_verify_callback(asio::ssl::host_name_verification(host));
    stream_->next_layer().connect({asio::ip::address_v4::loopback(), port});
    stream_->handshake(asio::ssl::stream_base::client, failed_);
  }

  bool is_greeted() const { return !failed_; }
  /// Names of the topics, or nothing when the broker does not answer.
  std::optional<protocol::metadata_response> metadata() {
    protocol::writer out;
    out.fixed(std::int32_t{0});
    protocol::encode_header({api::metadata, 9, correlation_id{5}, "tls"}, protocol::metadata_request::info,
                            out);
    protocol::metadata_request asked;
    asked.topics.reset();
    REQUIRE(protocol::encode(asked, 9, out).has_value());
    out.patch32(0, static_cast<std::int32_t>(out.total() - 4));
    error_code failed;
    asio::write(*stream_, asio::buffer(out.buffer()), failed);
    bytes length(4);
    asio::read(*stream_, asio::buffer(length), failed);
    if (failed) return std::nullopt;
    frame_.resize(static_cast<std::size_t>(protocol::reader::load<std::int32_t>(length.data())));
    asio::read(*stream_, asio::buffer(frame_), failed);
    if (failed) return std::nullopt;
    protocol::reader in{frame_};
    protocol::metadata_response answer;
    REQUIRE(protocol::decode_response_header(in, protocol::metadata_response::info, 9).has_value());
    REQUIRE(protocol::decode(answer, 9, in.rest()).has_value());
    return answer;
  }

 private:
  asio::io_context io_;
  asio::ssl::context context_{asio::ssl::context::tls_client};
  std::unique_ptr<asio::ssl::stream<tcp::socket>> stream_;
  error_code failed_;
  bytes frame_;
};

/// A file that goes with the test.
class scratch {
 public:
  explicit scratch(const std::string& content) {
    std::string name = "/tmp/kwire-tls-XXXXXX";
    const int file = ::mkstemp(name.data());
    REQUIRE(file >= 0);
    ::close(file);
    name_ = name;
    std::ofstream{name_} << content;
  }
  scratch(const scratch&) = delete;
  ~scratch() { ::unlink(name_.c_str()); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

TEST_CASE("a broker with TLS makes its own certificate, which its authority vouches for") {
  broker b{broker_options{}.listen("ssl://127.0.0.1:0").topic("t")};
  CHECK(b.tls_ca().starts_with("-----BEGIN CERTIFICATE-----"));
  tls_client client{b.port(), b.tls_ca()};
  REQUIRE(client.is_greeted());
  const auto seen = client.metadata();
  REQUIRE(seen.has_value());
  CHECK(seen->topics.at(0).name == "t");
  CHECK(seen->brokers.at(0).port == b.port());
  CHECK(tls_client{b.port(), b.tls_ca(), "127.0.0.1"}.is_greeted());
  CHECK_FALSE(tls_client{b.port(), b.tls_ca(), "example.org"}.is_greeted());
  const broker other{broker_options{}.listen("ssl://127.0.0.1:0")};
  CHECK_FALSE(tls_client{b.port(), other.tls_ca()}.is_greeted());
}

TEST_CASE("several listeners: each client learns the addresses of its own") {
  broker b{broker_options{}.brokers(2).also_listen("ssl://127.0.0.1:0").topic("t")};
  CHECK(b.port(1, 0) != b.port(1, 1));
  CHECK_THROWS_AS(b.bootstrap_servers(2), std::out_of_range);
  tls_client client{b.port(2, 1), b.tls_ca()};
  REQUIRE(client.is_greeted());
  const auto seen = client.metadata();
  REQUIRE(seen.has_value());
  CHECK(seen->brokers.at(0).port == b.port(1, 1));
  CHECK(seen->brokers.at(1).port == b.port(2, 1));
  b.stop();
  b.start();
  CHECK(tls_client{b.port(1, 1), b.tls_ca()}.is_greeted());
}

TEST_CASE("what is no TLS ends its own connection only") {
  broker b{broker_options{}.listen("ssl://127.0.0.1:0")};
  tls_client good{b.port(), b.tls_ca()};
  asio::io_context io;
  tcp::socket stray{io};
  stray.connect({asio::ip::address_v4::loopback(), b.port()});
  asio::write(stray, asio::buffer(std::string{"GET / HTTP/1.1\r\n\r\n"}));
  std::string rest;
  error_code ended;
  asio::read(stray, asio::dynamic_buffer(rest), ended);
  CHECK(ended);
  tcp::socket silent{io};  // says nothing; the broker goes on all the same, and can be stopped
  silent.connect({asio::ip::address_v4::loopback(), b.port()});
  CHECK(good.metadata().has_value());
}

TEST_CASE("clients can be made to show a certificate; its subject is their principal") {
  const auto known = make_test_certificate({"somebody"});
  const auto stranger = make_test_certificate({"somebody"});
  const scratch ca{known.ca};
  std::mutex guard;
  std::vector<std::string> principals;
  broker b{
      broker_options{}.listen("ssl://127.0.0.1:0").tls_client_ca(ca.name()).on_client([&](const auto& event) {
        const std::lock_guard lock{guard};
        if (event.what == broker_client_event::kind::connected) principals.push_back(event.principal);
      })};
  tls_client nameless{b.port(), b.tls_ca()};  // under TLS 1.3 the refusal comes after the client's handshake
  CHECK_FALSE(nameless.metadata().has_value());
  tls_client wrong{b.port(), b.tls_ca(), "localhost", &stranger};
  CHECK_FALSE(wrong.metadata().has_value());
  tls_client right{b.port(), b.tls_ca(), "localhost", &known};
  CHECK(right.metadata().has_value());
  const std::lock_guard lock{guard};
  CHECK(principals == std::vector<std::string>{"User:CN=somebody"});
}

TEST_CASE("certificates may come from files, and mistakes are told at once") {
  const auto made = make_test_certificate({"localhost"});
  const auto other = make_test_certificate({"localhost"});
  const scratch certificate{made.certificate};
  const scratch key{made.key};
  const scratch wrong_key{other.key};
  const scratch junk{"junk"};
  const auto with = [](const std::string& chain, const std::string& secret) {
    return broker_options{}.listen("ssl://127.0.0.1:0").tls(chain, secret);
  };
  {
    broker b{with(certificate.name(), key.name())};
    CHECK(b.tls_ca().empty());
    CHECK(tls_client{b.port(), made.ca}.is_greeted());
  }
  CHECK_THROWS_AS(broker{with(certificate.name(), wrong_key.name())}, std::invalid_argument);
  CHECK_THROWS_AS(broker{with(junk.name(), key.name())}, std::invalid_argument);
  CHECK_THROWS_AS(broker{with("/no/such/file", key.name())}, std::invalid_argument);
  CHECK_THROWS_AS(broker{with(certificate.name(), "")}, std::invalid_argument);
  CHECK_THROWS_AS(broker{broker_options{}.tls(certificate.name(), key.name())}, std::invalid_argument);
  CHECK_THROWS_AS(broker{broker_options{}.listen("ssl://127.0.0.1:0").tls_client_ca(junk.name())},
                  std::invalid_argument);
  CHECK_THROWS_AS(broker{broker_options{}.user("", "x")}, std::invalid_argument);
  CHECK_THROWS_AS(broker{broker_options{}.user("alice", "x")}, std::invalid_argument);  // nobody asks for it
  CHECK_THROWS_AS(broker{broker_options{}.super_user("admin")}, std::invalid_argument);
  for (const auto* line : {"0.9", "4.10", "5.0", "x", "2"}) {
    CAPTURE(line);
    CHECK_THROWS_AS(broker{broker_options{}.as(line)}, std::invalid_argument);
  }
}

}  // namespace
}  // namespace kwire::embedded
