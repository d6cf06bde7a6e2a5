#include "core/connection/connection.hpp"

#include <doctest/doctest.h>

#include "core/connection/fake_peer.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using test::answer_frame;
using test::usual_versions;

namespace {

struct silent_reactor final : core::reactor {
  void handle(std::uint64_t, core::response, core::time_point) override {}
  void metadata_changed(const std::shared_ptr<const core::metadata_snapshot>&, core::time_point) override {}
  void advance(core::time_point) override {}
  core::time_point next_deadline() const override { return core::never; }
};

struct rig {
  core::client_settings settings;
  core::random_source random{1};
  core::connection_output out;
  core::endpoint peer{node_id{4}, "host", 9092, settings};
  core::connection link{settings, peer, std::nullopt, random, out};
  core::time_point now{1h};
  silent_reactor origin;

  void submit(std::uint64_t token, core::duration within = 30s) { link.submit(make(token, within), now); }
  core::request make(std::uint64_t token, core::duration within = 30s) {
    auto asked =
        core::make_request(protocol::metadata_request{}, core::destination::any(), now + within, token);
    asked.origin = &origin;
    return asked;
  }
  /// Commands since the last look, in short: "open write close".
  std::string commands() {
    std::string text;
    for (const auto& command : std::exchange(out.commands, {})) {
      if (!text.empty()) text += ' ';
      text += command.index() == 0 ? "open" : command.index() == 1 ? "write" : "close";
    }
    return text;
  }
  /// Correlation ids of the frames to be written.
  std::vector<std::int32_t> written() {
    std::vector<std::int32_t> ids;
    for (const auto& command : std::exchange(out.commands, {})) {
      if (const auto* write = std::get_if<core::write_link>(&command)) {
        ids.push_back(raw(test::read_frame(test::joined(write->frame)).header.correlation));
      }
    }
    return ids;
  }
  void set_up() {
    link.on_opened(now);
    link.on_frame(answer_frame(usual_versions(), 5, correlation_id{0}), now);
    REQUIRE(link.ready());
  }
  void connect() {
    submit(0);
    set_up();
    out.commands.clear();
    answer(1);
    (void)told();
  }
  void answer(std::int32_t correlation) {
    link.on_frame(answer_frame(protocol::metadata_response{}, 13, correlation_id{correlation}), now);
  }
  void close(errc why = errc::connection_lost) { link.on_closed(error{why}, now); }
  /// Answers since the last look: "1:ok 2:lost? 3:unsent".
  std::string told() {
    std::string text;
    for (const auto& done : std::exchange(out.answers, {})) {
      if (!text.empty()) text += ' ';
      text += std::to_string(done.asked.token) + ":";
      text += !done.answer.failure ? "ok" : done.answer.maybe_sent ? "maybe" : "unsent";
      if (done.answer.failure) last_failure = done.answer.failure->message();
    }
    return text;
  }
  std::string last_failure;
};

}  // namespace

TEST_CASE("connection: opens on demand, sets up, then sends what waited, in order") {
  rig r;
  CHECK(r.link.next_deadline() == core::never);
  r.submit(1);
  r.submit(2);
  CHECK(r.commands() == "open");
  r.link.on_opened(r.now);
  CHECK(r.commands() == "write");
  CHECK_FALSE(r.link.ready());
  r.link.on_frame(answer_frame(usual_versions(), 5, correlation_id{0}), r.now);
  CHECK(r.written() == std::vector<std::int32_t>{1, 2});
  r.submit(3);
  CHECK(r.written() == std::vector<std::int32_t>{3});
  r.answer(1);
  r.answer(2);
  r.answer(3);
  CHECK(r.told() == "1:ok 2:ok 3:ok");
  CHECK(r.peer.requests == 3);
}

TEST_CASE("connection: an answer out of turn ends it, and nothing is matched to another") {
  rig r;
  r.connect();
  r.submit(1);
  r.submit(2);
  SUBCASE("wrong correlation id") { r.answer(3); }
  SUBCASE("cut header") { r.link.on_frame(core::frame{}, r.now); }
  CHECK(r.told() == "1:maybe 2:maybe");
  CHECK_FALSE(r.link.open());
  CHECK(r.commands().ends_with("close"));
}

TEST_CASE("connection: an answer that nobody asked for ends it; one that comes after the end is nothing") {
  rig r;
  r.connect();
  r.answer(7);
  CHECK(r.commands() == "close");
  CHECK_FALSE(r.link.open());
  const auto events = r.out.events.size();
  const auto pause = r.peer.retry_at;
  r.answer(8);
  r.link.on_opened(r.now);
  r.close();
  CHECK(r.commands().empty());
  CHECK(r.out.events.size() == events);
  CHECK(r.peer.retry_at == pause);
  CHECK_FALSE(r.link.open());
}

TEST_CASE("connection: a request that is overdue ends it: sent ones are in doubt, unsent ones wait on") {
  rig r;
  r.connect();
  r.submit(1, 5s);
  r.submit(2, 50s);
  r.link.mute_until(r.now + 20s);
  r.submit(3, 50s);
  CHECK(r.link.next_deadline() == r.now + 5s);
  r.now += 5s;
  r.out.commands.clear();
  r.link.advance(r.now);
  CHECK(r.told() == "1:maybe 2:maybe");
  CHECK(r.last_failure.find("broker 4 (host:9092)") != std::string::npos);
  CHECK(r.commands() == "close");
  CHECK(r.link.waiting() == 1);
  r.now = r.link.next_deadline();
  r.link.advance(r.now);
  CHECK(r.commands() == "open");
}

TEST_CASE("connection: a deadline that passes before sending costs nothing but the request") {
  rig r;
  r.submit(1, 1s);
  r.submit(2, 3s);
  r.now += 1s;
  r.link.advance(r.now);
  CHECK(r.told() == "1:unsent");
  CHECK(r.link.open());
  r.now += 2s;
  r.link.advance(r.now);
  CHECK(r.told() == "2:unsent");
}

TEST_CASE("connection: the limit of a set-up covers all of it and grows with failures") {
  rig r;
  core::duration last{};
  for (int attempt = 0; attempt < 4; ++attempt) {
    r.submit(1, 1h);
    if (!r.link.open()) {
      r.now = r.peer.retry_at;
      r.link.advance(r.now);
    }
    REQUIRE(r.link.open());
    const auto limit = r.link.next_deadline() - r.now;
    CHECK(limit == std::min<core::duration>(10s * (1 << attempt), 30s));
    CHECK((limit > last || limit == 30s));
    last = limit;
    r.out.commands.clear();
    r.now = r.link.next_deadline();
    r.link.advance(r.now);
    CHECK(r.commands() == "close");
    CHECK(r.told() == "1:unsent");
  }
  CHECK(r.last_failure.find("setup.timeout") != std::string::npos);
}

TEST_CASE("connection: pauses between attempts grow and end with success") {
  rig r;
  core::duration longest{};
  for (int attempt = 0; attempt < 8; ++attempt) {
    r.submit(1, 1h);
    r.now = std::max(r.now, r.peer.retry_at);
    r.link.advance(r.now);
    r.close(errc::not_connected);
    CHECK(r.told() == "1:unsent");
    const auto pause = r.peer.retry_at - r.now;
    CHECK(pause >= 40ms);
    CHECK(pause <= 1200ms);
    longest = std::max(longest, pause);
  }
  CHECK(longest > 600ms);
  r.now = r.peer.retry_at;
  r.out.commands.clear();
  r.submit(1, 1h);
  CHECK(r.commands() == "open");
  r.set_up();
  CHECK_FALSE(r.peer.last_failure);
  r.close();
  CHECK(r.peer.retry_at - r.now <= 60ms);
}

TEST_CASE("connection: hanging up during the set-up makes it ask again with less") {
  rig r;
  r.submit(1);
  r.link.on_opened(r.now);
  r.out.commands.clear();
  r.close();
  CHECK(r.commands() == "close open");
  r.link.on_opened(r.now);
  CHECK(r.commands() == "write");
  r.link.on_frame(answer_frame(usual_versions(), 0, correlation_id{0}), r.now);
  CHECK(r.link.ready());
}

TEST_CASE("connection: silence during the set-up") {
  rig r;
  r.settings.api_version_request_timeout = 2s;
  r.submit(1);
  r.link.on_opened(r.now);
  CHECK(r.link.next_deadline() == r.now + 2s);
  r.now += 2s;
  r.link.advance(r.now);
  CHECK(r.told() == "1:unsent");
  CHECK(r.last_failure.find("broker.version.fallback") != std::string::npos);
  CHECK_FALSE(r.link.open());
  CHECK(r.link.next_deadline() == core::never);
}

TEST_CASE("connection: closed when idle, never while something is due") {
  rig r;
  r.settings.connections_max_idle = 60s;
  r.connect();
  CHECK(r.link.next_deadline() == r.now + 60s);
  r.now += 30s;
  r.submit(1, 200s);
  r.now += 100s;
  r.link.advance(r.now);
  CHECK(r.link.open());
  r.answer(2);
  r.now += 59s;
  r.link.advance(r.now);
  CHECK(r.link.open());
  r.out.commands.clear();
  r.now += 1s;
  r.link.advance(r.now);
  CHECK(r.commands() == "close");
  CHECK_FALSE(r.link.open());
  CHECK_FALSE(r.peer.last_failure);  // on purpose: no failure of the broker
  r.submit(2);
  CHECK(r.commands() == "open");
}

TEST_CASE("connection: a mute holds back what is new, not what is due back") {
  rig r;
  r.connect();
  r.submit(1);
  r.link.mute_until(r.now + 10s);
  r.link.mute_until(r.now + 5s);  // never shortens
  r.out.commands.clear();
  r.submit(2);
  CHECK(r.commands().empty());
  r.answer(2);
  CHECK(r.told() == "1:ok");
  CHECK(r.link.next_deadline() == r.now + 10s);
  r.now += 10s;
  r.link.advance(r.now);
  CHECK(r.commands() == "write");
}

TEST_CASE("connection: acks=0 is answered when it is handed over") {
  rig r;
  r.connect();
  auto asked = r.make(1);
  asked.expects_answer = false;
  r.link.submit(std::move(asked), r.now);
  CHECK(r.told() == "1:ok");
  CHECK(r.link.load() == 0);
  r.submit(2);
  r.answer(3);
  CHECK(r.told() == "2:ok");
}

TEST_CASE("connection: what the broker cannot do is said at once, and the rest goes on") {
  rig r;
  r.connect();
  auto too_new = r.make(1);
  too_new.usable = {14, 20};
  r.link.submit(std::move(too_new), r.now);
  CHECK(r.told() == "1:unsent");
  CHECK(r.last_failure.find("the broker offers Metadata 0 to 13 only") != std::string::npos);
  auto missing =
      core::make_request(protocol::api_versions_request{}, core::destination::any(), r.now + 1s, 2);
  r.link.submit(std::move(missing), r.now);
  CHECK(r.link.in_flight() == 1);  // ApiVersions is offered
  CHECK(r.link.open());
}

TEST_CASE("connection: requests of a reactor that leaves get no answer, those of others do") {
  rig r;
  silent_reactor other;
  r.connect();
  r.submit(1);
  auto asked = r.make(2);
  asked.origin = &other;
  r.link.submit(std::move(asked), r.now);
  r.link.mute_until(r.now + 1s);
  r.submit(3);
  r.link.abandon(r.origin);
  CHECK(r.link.waiting() == 0);
  r.answer(2);
  r.answer(3);
  std::size_t orphans = 0;
  for (const auto& done : r.out.answers) orphans += done.asked.origin == nullptr;
  CHECK(orphans == 1);
  CHECK(r.told() == "1:ok 2:ok");
}

TEST_CASE("connection: shut down in every state answers everything once") {
  rig r;
  SUBCASE("closed, waiting for the pause") {
    r.submit(1);
    r.close(errc::not_connected);
    (void)r.told();
    r.submit(1);
    CHECK(r.link.waiting() == 1);
    r.out.commands.clear();
    r.link.shut_down(error{errc::closed}, r.now);
    CHECK(r.told() == "1:unsent");
    CHECK(r.commands().empty());
  }
  SUBCASE("opening") {
    r.submit(1);
    r.link.shut_down(error{errc::closed}, r.now);
    CHECK(r.told() == "1:unsent");
  }
  SUBCASE("setting up") {
    r.submit(1);
    r.link.on_opened(r.now);
    r.link.shut_down(error{errc::closed}, r.now);
    CHECK(r.told() == "1:unsent");
  }
  SUBCASE("ready") {
    r.connect();
    r.submit(1);
    r.link.mute_until(r.now + 1s);
    r.submit(2);
    r.link.shut_down(error{errc::closed}, r.now);
    CHECK(r.told() == "1:maybe 2:unsent");
  }
  CHECK_FALSE(r.link.open());
  CHECK(r.link.load() == 0);
  CHECK(r.link.next_deadline() == core::never);
  std::size_t opened = 0;
  std::size_t closed = 0;
  for (const auto& command : r.out.commands) {
    opened += command.index() == 0;
    closed += command.index() == 2;
  }
  CHECK(closed >= opened);
}

TEST_CASE("endpoint: IPv6 addresses are written in brackets") {
  const core::client_settings settings;
  CHECK(core::endpoint{no_node, "::1", 9, settings}.address() == "[::1]:9");
  CHECK(core::endpoint{no_node, "h", 9, settings}.address() == "h:9");
}
