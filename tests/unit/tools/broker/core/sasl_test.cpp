// Tests: scram.cpp, api/sasl.cpp
#include "core/sasl.hpp"

#include <kwire/protocol/base64.hpp>
#include <kwire/protocol/messages/alter_user_scram_credentials.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/sasl_authenticate.hpp>
#include <kwire/protocol/messages/sasl_handshake.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

constexpr std::string_view alice = std::string_view{"\0alice\0secret", 13};
constexpr std::string_view mallory = std::string_view{"\0alice\0guess", 12};

core_options guarded() {
  core_options options;
  options.passwords["alice"] = "secret";
  return options;
}

struct stage : script {
  explicit stage(core_options options = guarded()) : script(std::move(options)) { c = enter(); }
  connection_id enter() {
    const connection_id id{next++};
    core.connected(id, "10.0.0.7", node_id{1}, {0, true});
    return id;
  }
  std::int16_t handshake(const std::string& mechanism, std::int16_t version = 1) {
    protocol::sasl_handshake_request request;
    request.mechanism = mechanism;
    return ask(c, request, version).error_code;
  }
  protocol::sasl_authenticate_response tell(std::string_view token, std::int16_t version = 2) {
    protocol::sasl_authenticate_request request;
    request.auth_bytes = to_bytes(as_bytes(token));
    return ask(c, request, version);
  }
  bool is_served() {
    send(c, protocol::metadata_request{}, 9);
    if (!answered(c)) return false;
    (void)answer<protocol::metadata_response>(c, 9);
    return true;
  }
  void add_scram(scram_hash hash) {
    core.admin().scram["bob"][static_cast<std::int8_t>(hash)] =
        make_scram_credential(hash, "pencil", to_bytes(as_bytes("salt")), 4096);
  }
  std::uint64_t next = 1000;
  connection_id c{};
};

/// A client's side of SCRAM; gives the final answer of the server.
struct scram_client {
  stage& s;
  scram_hash hash;
  std::string name = "bob";
  std::string password = "pencil";

  static std::string base64(bytes_view octets) {
    std::string text;
    append_base64(text, octets);
    return text;
  }
  protocol::sasl_authenticate_response run() {
    const std::string bare = "n=" + name + ",r=cnonce";
    const auto first = s.tell("n,," + bare);
    if (first.error_code != 0) return first;
    const std::string challenge{as_text(first.auth_bytes)};
    const auto nonce = challenge.substr(2, challenge.find(',') - 2);
    CHECK(nonce.starts_with("cnonce"));
    const auto salt = challenge.substr(challenge.find("s=") + 2);
    const auto secret =
        make_scram_credential(hash, password, *from_base64(salt.substr(0, salt.find(','))), 4096);
    const auto unproved = "c=biws,r=" + nonce;
    said = bare + "," + challenge + "," + unproved;
    auto key = scram_hmac(hash, secret.salted_password, as_bytes("Client Key"));
    const auto shown = scram_hmac(hash, scram_digest(hash, key), as_bytes(said));
    for (std::size_t i = 0; i < key.size(); ++i) key[i] ^= shown[i];
    expected =
        "v=" + base64(scram_hmac(hash, scram_hmac(hash, secret.salted_password, as_bytes("Server Key")),
                                 as_bytes(said)));
    return s.tell(unproved + ",p=" + base64(key));
  }
  std::string said{};
  std::string expected{};
};

TEST_CASE("the example of RFC 7677 comes out as it says") {
  const auto salt = *from_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  const auto kept = make_scram_credential(scram_hash::sha256, "pencil", salt, 4096);
  const std::string said =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  const auto server_key = scram_hmac(scram_hash::sha256, kept.salted_password, as_bytes("Server Key"));
  CHECK(scram_client::base64(scram_hmac(scram_hash::sha256, server_key, as_bytes(said))) ==
        "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST_CASE("who has not said who it is gets nothing else") {
  stage s;
  CHECK_FALSE(s.is_served());
  CHECK(s.closed(s.c));
}

TEST_CASE("PLAIN lets in who knows the password") {
  stage s;
  CHECK(s.handshake("PLAIN") == 0);
  const auto done = s.tell(alice);
  CHECK(done.error_code == 0);
  CHECK(done.session_lifetime_ms == 0);
  CHECK(s.core.client(s.c)->principal == "User:alice");
  CHECK(s.is_served());
  CHECK(s.handshake("PLAIN") == code_of(broker_errc::illegal_sasl_state));  // sessions do not end here
}

TEST_CASE("who does not is told so and put out") {
  for (const auto token :
       {mallory, std::string_view{"\0nobody\0secret", 14}, std::string_view{"bob\0alice\0secret", 16},
        std::string_view{"\0alice\0", 7}, std::string_view{"junk"}, std::string_view{}}) {
    stage s;
    CHECK(s.handshake("PLAIN") == 0);
    const auto refused = s.tell(token);
    CHECK(refused.error_code == code_of(broker_errc::sasl_authentication_failed));
    CHECK_FALSE(refused.error_message->empty());
    CHECK(s.closed(s.c));
  }
}

TEST_CASE("a mechanism that there is not, and tokens without a handshake") {
  stage s;
  protocol::sasl_handshake_request request;
  request.mechanism = "GSSAPI";
  const auto told = s.ask(s.c, request, 1);
  CHECK(told.error_code == code_of(broker_errc::unsupported_sasl_mechanism));
  CHECK(told.mechanisms == sasl_mechanisms());
  CHECK(s.closed(s.c));
  stage early;
  CHECK(early.tell(alice).error_code == code_of(broker_errc::illegal_sasl_state));
  CHECK(early.closed(early.c));
}

TEST_CASE("a listener without SASL wants to hear none") {
  script s{guarded()};
  const auto c = s.connect();
  protocol::sasl_handshake_request request;
  request.mechanism = "PLAIN";
  CHECK(s.ask(c, request, 1).error_code == code_of(broker_errc::illegal_sasl_state));
  CHECK_FALSE(s.closed(c));
}

TEST_CASE("SCRAM with both hashes: the server proves itself, too") {
  for (const auto hash : {scram_hash::sha256, scram_hash::sha512}) {
    const std::string mechanism = hash == scram_hash::sha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512";
    stage s;
    s.add_scram(hash);
    CHECK(s.handshake(mechanism) == 0);
    scram_client right{s, hash};
    const auto done = right.run();
    CHECK(done.error_code == 0);
    CHECK(as_text(done.auth_bytes) == right.expected);
    CHECK(s.core.client(s.c)->principal == "User:bob");
    for (const auto& [name, password] : {std::pair{"bob", "guess"}, std::pair{"nobody", "pencil"}}) {
      s.c = s.enter();
      CHECK(s.handshake(mechanism) == 0);
      const auto refused = scram_client{s, hash, name, password}.run();
      CHECK(refused.error_code == code_of(broker_errc::sasl_authentication_failed));
      CHECK(s.closed(s.c));
    }
  }
}

TEST_CASE("malformed SCRAM messages are refused, whatever is wrong") {
  for (const std::string first :
       {"", "n,", "n,,", "n,,n=bob", "n,,r=x", "p=tls,,n=bob,r=x", "n,,n=b=ob,r=x", "n,a=eve,n=bob,r=x"}) {
    stage s;
    s.add_scram(scram_hash::sha256);
    CHECK(s.handshake("SCRAM-SHA-256") == 0);
    CHECK(s.tell(first).error_code != 0);
  }
  for (const std::string last : {"", "c=biws", "c=biws,r=x,p=eA==", "c=biws,r=cnonce,p=!", "p=eA=="}) {
    stage s;
    s.add_scram(scram_hash::sha256);
    CHECK(s.handshake("SCRAM-SHA-256") == 0);
    CHECK(s.tell("n,,n=bob,r=cnonce").error_code == 0);
    CHECK(s.tell(last).error_code == code_of(broker_errc::sasl_authentication_failed));
  }
}

TEST_CASE("credentials that an administrator sets let in") {
  stage s;
  protocol::alter_user_scram_credentials_request made;
  const auto kept = make_scram_credential(scram_hash::sha512, "pencil", to_bytes(as_bytes("pepper")), 4096);
  auto& one = made.upsertions.emplace_back();
  one.name = "bob";
  one.mechanism = 2;
  one.iterations = 4096;
  one.salt = kept.salt;
  one.salted_password = kept.salted_password;
  const auto open = s.connect();
  CHECK(s.ask(open, made, 0).results.at(0).error_code == 0);
  CHECK(s.handshake("SCRAM-SHA-512") == 0);
  CHECK(scram_client{s, scram_hash::sha512}.run().error_code == 0);
}

TEST_CASE("after handshake version 0 the tokens come bare") {
  const auto token = [](std::string_view text) { return as_bytes(text); };
  stage s;
  CHECK(s.handshake("PLAIN", 0) == 0);
  s.send_raw(s.c, token(alice));
  CHECK(s.raw_answer(s.c).empty());
  CHECK(s.is_served());
  s.c = s.enter();
  CHECK(s.handshake("PLAIN", 0) == 0);
  s.send_raw(s.c, token(mallory));
  CHECK_FALSE(s.answered(s.c));
  CHECK(s.closed(s.c));
}

TEST_CASE("a session ends when its client does not authenticate again in time") {
  auto options = guarded();
  options.passwords["eve"] = "other";
  options.sasl_session = 5s;
  stage s{options};
  CHECK(s.handshake("PLAIN") == 0);
  CHECK(s.tell(alice).session_lifetime_ms == 5000);
  s.pass(4s);
  CHECK(s.is_served());
  CHECK(s.handshake("PLAIN") == 0);
  CHECK(s.tell(alice, 1).session_lifetime_ms == 5000);
  s.pass(4s);
  CHECK(s.is_served());
  CHECK(s.handshake("PLAIN") == 0);
  CHECK(s.tell(std::string_view{"\0eve\0other", 10}).error_code != 0);  // not somebody else
  CHECK(s.closed(s.c));
  s.c = s.enter();
  CHECK(s.handshake("PLAIN") == 0);
  CHECK(s.tell(alice, 0).session_lifetime_ms == 0);  // which version 0 has no place for
  s.pass(5s);
  CHECK_FALSE(s.is_served());
  CHECK(s.closed(s.c));
}

}  // namespace
}  // namespace kwire::embedded
