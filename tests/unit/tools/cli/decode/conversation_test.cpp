#include "decode/conversation.hpp"

#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/sasl_handshake.hpp>

#include "frames.hpp"

using namespace kwire;
using namespace kwire::cli;
using namespace kwire::protocol;
using test::framed;
using test::holds;
using test::operator+;
using enum conversation::side;

namespace {

wall_time at(std::int64_t microseconds) { return wall_time{std::chrono::microseconds{microseconds}}; }

/// A conversation whose events become words: "Metadata4> 7", "Metadata4< 7".
struct listener {
  explicit listener(bool from_start = true)
      : talk{"a -> b",
             from_start,
             {[this](const seen_frame& seen, const wire_result<frame>& read, bool request_shown) {
                const bool request = seen.way == direction::request;
                frames += std::string{to_string(seen.key)} + std::to_string(seen.version) +
                          (request ? ">" : "<") + (read ? "" : "!") + (request_shown ? "s" : "") + " ";
                if (seen.latency) latencies.push_back(seen.latency->count());
                clients += seen.client + " ";
                return true;
              },
              [this](const std::optional<wall_time>&, const std::string& text) { notes += text + "\n"; }}} {}
  std::string frames, notes, clients;
  std::vector<std::int64_t> latencies;
  conversation talk;
};

bytes metadata_question(std::int32_t correlation) {
  metadata_request body;
  body.topics->emplace_back().name = "orders";
  return framed(test::request_frame(body, 4, correlation));
}

bytes metadata_answer(std::int32_t correlation) {
  metadata_response body;
  body.brokers.emplace_back().host = "127.0.0.1";
  return framed(test::response_frame(body, 4, correlation));
}

bytes heartbeat_question(std::int32_t correlation) {
  heartbeat_request body;
  body.group_id = "billing";
  return framed(test::request_frame(body, 4, correlation));
}

bytes heartbeat_answer(std::int32_t correlation) {
  return framed(test::response_frame(heartbeat_response{}, 4, correlation));
}

}  // namespace

TEST_CASE("conversation: responses find their requests, in chunks of any size") {
  const auto to = metadata_question(1) + heartbeat_question(2);
  const auto back = metadata_answer(1) + heartbeat_answer(2);
  for (std::size_t chunk = 1; chunk < to.size(); chunk += 5) {
    listener on;
    const auto feed = [&](conversation::side from, bytes_view all, wall_time when) {
      for (; !all.empty(); all = all.subspan(std::min(chunk, all.size()))) {
        on.talk.feed(from, all.first(std::min(chunk, all.size())), when);
      }
    };
    feed(client, to, at(1000));
    feed(server, back, at(3500));
    on.talk.finish();
    CHECK(on.frames == "Metadata4> Heartbeat4> Metadata4<s Heartbeat4<s ");
    CHECK(on.latencies == std::vector<std::int64_t>{2500, 2500});
    CHECK(on.clients == "tester tester tester tester ");
    CHECK(on.notes.empty());
  }
}

TEST_CASE("conversation: beginning in the middle it finds the next frame and says from where") {
  const auto to = metadata_question(1) + heartbeat_question(2);
  const auto back = metadata_answer(1) + heartbeat_answer(2);
  for (std::size_t cut = 1; cut < metadata_question(1).size(); ++cut) {
    listener on{false};
    on.talk.feed(client, bytes_view{to}.subspan(cut), at(0));
    on.talk.feed(server, bytes_view{back}.subspan(7), at(1));
    INFO("cut at ", cut);
    CHECK(on.frames == "Heartbeat4> Heartbeat4<s ");
    CHECK(holds(on.notes, std::to_string(metadata_question(1).size() - cut) +
                              " octets of the client's stream skipped"));
  }
}

TEST_CASE("conversation: a gap inside a frame costs that frame alone") {
  const auto question = metadata_question(1);
  listener on;
  on.talk.feed(client, bytes_view{question}.first(20), at(0));
  on.talk.gap(client, 5, at(0));
  on.talk.feed(client, bytes_view{question}.subspan(25), at(0));
  on.talk.feed(client, heartbeat_question(2), at(0));
  on.talk.feed(server, metadata_answer(1) + heartbeat_answer(2), at(1));
  on.talk.finish();
  CHECK(on.frames == "Heartbeat4> Metadata4< Heartbeat4<s ");
  CHECK(on.notes == "5 octets of the client's stream are missing at octet 20\n");
}

TEST_CASE("conversation: after a gap nobody can measure the next frame is looked for") {
  listener on;
  on.talk.feed(client, metadata_question(1), at(0));
  on.talk.gap(client, 0, at(0));
  const auto lost = metadata_question(2);
  on.talk.feed(client, bytes_view{lost}.subspan(9), at(0));
  on.talk.feed(client, heartbeat_question(3), at(0));
  on.talk.feed(server, metadata_answer(1) + heartbeat_answer(3), at(1));
  on.talk.finish();
  CHECK(on.frames == "Metadata4> Heartbeat4> Metadata4<s Heartbeat4<s ");
  CHECK(holds(on.notes, "unknown many octets"));
}

TEST_CASE("conversation: nonsense between frames is stepped over") {
  const bytes nonsense(333, std::byte{0xff});
  listener on;
  on.talk.feed(client, metadata_question(1) + nonsense + heartbeat_question(2), at(0));
  CHECK(on.frames == "Metadata4> Heartbeat4> ");
  CHECK(holds(on.notes, "is no length of a frame"));
  CHECK(holds(on.notes, "333 octets of the client's stream skipped"));
}

TEST_CASE("conversation: what is unanswered, unmatched or unfinished is told") {
  listener on;
  on.talk.feed(client, metadata_question(1) + heartbeat_question(2) + metadata_question(3), at(0));
  on.talk.feed(server, heartbeat_answer(2) + heartbeat_answer(77), at(1));
  const auto rest = heartbeat_question(4);
  on.talk.feed(client, bytes_view{rest}.first(10), at(2));
  on.talk.finish();
  CHECK(holds(on.notes, "Metadata v4 request, correlation 1: no answer seen"));
  CHECK(holds(on.notes, "answers no request seen (correlation 77)"));
  CHECK(holds(on.notes, "Metadata v4 request, correlation 3: no answer seen"));
  CHECK(holds(on.notes, "the client's stream ends within a frame, 10 octets of it seen"));
}

TEST_CASE("conversation: a producer that wants no answer gets none") {
  produce_request body;
  body.acks = 0;
  listener on;
  on.talk.feed(client, framed(test::request_frame(body, 9, 1)) + heartbeat_question(2), at(0));
  on.talk.feed(server, heartbeat_answer(2), at(1));
  on.talk.finish();
  CHECK(on.notes.empty());
}

TEST_CASE("conversation: a broker that does not know the version of ApiVersions answers in version 0") {
  api_versions_response body;
  body.error_code = 35;
  listener on;
  on.talk.feed(client, framed(test::request_frame(api_versions_request{}, 3, 1)), at(0));
  on.talk.feed(server, framed(test::response_frame(body, 0, 1)), at(1));
  CHECK(on.frames == "ApiVersions3> ApiVersions0<s ");
}

TEST_CASE("conversation: TLS is recognised, other protocols are left alone") {
  listener tls;
  tls.talk.feed(client, as_bytes(std::string_view{"\x16\x03\x01\x02\x00\x01", 6}), at(0));
  CHECK(holds(tls.notes, "this is TLS"));
  CHECK(tls.talk.muted());
  for (const bool from_start : {true, false}) {
    listener http{from_start};
    http.talk.feed(client, as_bytes("GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n"), at(0));
    http.talk.finish();
    CHECK_FALSE(http.talk.understood());
    CHECK(http.frames.empty());
  }
}

TEST_CASE("conversation: SASL tokens without headers are told, not shown") {
  listener on;
  sasl_handshake_request hello;
  hello.mechanism = "PLAIN";
  on.talk.feed(client, framed(test::request_frame(hello, 0, 1)), at(0));
  on.talk.feed(server, framed(test::response_frame(sasl_handshake_response{}, 0, 1)), at(1));
  const auto token = to_bytes(as_bytes(std::string_view{"\0user\0password", 14}));
  on.talk.feed(client, framed(token), at(2));
  on.talk.feed(server, framed({}), at(3));
  on.talk.feed(client, heartbeat_question(2), at(4));
  on.talk.feed(server, heartbeat_answer(2), at(5));
  on.talk.finish();
  CHECK(on.frames == "SaslHandshake0> SaslHandshake0<s Heartbeat4> Heartbeat4<s ");
  CHECK(holds(on.notes, "SASL token of the client, 14 octets"));
  CHECK_FALSE(holds(on.notes, "password"));
}
