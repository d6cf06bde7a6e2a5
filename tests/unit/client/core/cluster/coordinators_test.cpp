#include "core/cluster/coordinators.hpp"

#include <doctest/doctest.h>

#include "core/cluster/cluster_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using core::coordinators;

namespace {

struct rig {
  core::client_settings settings;
  core::random_source random{1};
  coordinators all{settings, random};
  coordinators::key g{core::coordinator_type::group, "g"};
  core::time_point now{1h};
  std::optional<coordinators::found> place;
  std::optional<error> why;

  void wait(std::uint64_t token, core::duration within = 30s) {
    all.wait(core::make_request(protocol::heartbeat_request{}, core::destination::group("g"), now + within,
                                token));
  }
  static core::response answer(const protocol::find_coordinator_response& message, std::int16_t version) {
    protocol::writer out;
    REQUIRE(protocol::encode(message, version, out).has_value());
    auto keep = std::make_shared<bytes>(std::move(out.buffer()));
    core::response response;
    response.version = version;
    response.body = {keep, *keep};
    return response;
  }
  std::vector<core::request> digest(const core::response& response) {
    place.reset();
    why.reset();
    return all.digest(g, response, now, place, why);
  }
  std::vector<core::request> says(node_id node, std::int32_t port, broker_errc code, std::int16_t version) {
    protocol::find_coordinator_response message;
    if (version < 4) {
      message.node = node;
      message.host = "h";
      message.port = port;
      message.error_code = static_cast<std::int16_t>(code);
    } else {
      auto& only = message.coordinators.emplace_back();
      only.node = node;
      only.host = "h";
      only.port = port;
      only.error_code = static_cast<std::int16_t>(code);
    }
    return digest(answer(message, version));
  }
};

}  // namespace

TEST_CASE("coordinators: one look-up at a time, for those who wait") {
  rig r;
  CHECK(r.all.poll(r.now).empty());
  CHECK(r.all.next_deadline() == core::never);
  r.wait(1);
  CHECK(r.all.next_deadline() <= r.now);
  CHECK(r.all.poll(r.now).size() == 1);
  r.wait(2);
  CHECK(r.all.poll(r.now).empty());
  for (const std::int16_t version : std::initializer_list<std::int16_t>{0, 3, 4, 6}) {
    CAPTURE(version);
    const auto ready = r.says(node_id{5}, 9092, broker_errc::none, version);
    CHECK(ready.size() == (version == 0 ? 2 : 0));
    REQUIRE(r.place);
    CHECK(r.place->node == node_id{5});
    CHECK(r.place->host == "h");
    CHECK(r.all.find(r.g) == node_id{5});
  }
  r.all.forget(r.g);
  CHECK_FALSE(r.all.find(r.g));
}

TEST_CASE("coordinators: the request names the key in the form of its version") {
  rig r;
  for (std::int16_t version = 0; version <= 6; ++version) {
    CAPTURE(version);
    protocol::writer out;
    REQUIRE(coordinators::make_body(r.g)->encode(version, out).has_value());
    protocol::find_coordinator_request message;
    REQUIRE(protocol::decode(message, version, out.buffer()).has_value());
    if (version < 4) {
      CHECK(message.key == "g");
    } else {
      CHECK(message.coordinator_keys == std::vector<std::string>{"g"});
    }
  }
}

TEST_CASE("coordinators: what may pass is waited for with growing pauses, what may not is told") {
  rig r;
  r.wait(1);
  core::duration longest{};
  for (int i = 0; i < 6; ++i) {
    r.now = std::max(r.now, r.all.next_deadline());
    REQUIRE(r.all.poll(r.now).size() == 1);
    CHECK(r.says(node_id{1}, 1, broker_errc::coordinator_not_available,
                 static_cast<std::int16_t>(i % 2 == 0 ? 3 : 6))
              .empty());
    CHECK(r.why->retriable());
    CHECK(r.all.poll(r.now).empty());
    longest = std::max(longest, r.all.next_deadline() - r.now);
  }
  CHECK(longest > 500ms);
  CHECK(longest <= 1200ms);
  r.now = r.all.next_deadline();
  REQUIRE(r.all.poll(r.now).size() == 1);
  CHECK(r.says(node_id{1}, 1, broker_errc::group_authorization_failed, 6).size() == 1);
  CHECK(*r.why == broker_errc::group_authorization_failed);
}

TEST_CASE("coordinators: places that cannot be are no coordinator") {
  for (const auto& [node, port] : {std::pair{-1, 9092}, {1, 0}, {1, -1}, {1, 65536}, {-1, -1}}) {
    CAPTURE(node);
    CAPTURE(port);
    rig r;
    r.wait(1);
    (void)r.all.poll(r.now);
    CHECK(r.says(node_id{node}, port, broker_errc::none, 6).empty());
    CHECK(*r.why == broker_errc::coordinator_not_available);
    CHECK_FALSE(r.place);
    CHECK_FALSE(r.all.find(r.g));
  }
}

TEST_CASE("coordinators: no answer, too many, or one of another kind") {
  rig r;
  r.wait(1);
  (void)r.all.poll(r.now);
  core::response failed;
  SUBCASE("lost: asked again") {
    failed.failure = error{errc::connection_lost};
    CHECK(r.digest(failed).empty());
    r.now = r.all.next_deadline();
    CHECK(r.all.poll(r.now).size() == 1);
  }
  SUBCASE("unsupported: told, as asking again cannot help") {
    failed.failure = error{errc::unsupported_by_broker};
    CHECK(r.digest(failed).size() == 1);
  }
  SUBCASE("none for one key") {
    CHECK(r.digest(rig::answer(protocol::find_coordinator_response{}, 6)).empty());
    CHECK(*r.why == errc::unexpected_answer);
  }
}

TEST_CASE("coordinators: deadlines and reactors that leave") {
  rig r;
  test::listener origin;
  r.wait(1, 1s);
  r.wait(2, 2s);
  auto asked =
      core::make_request(protocol::heartbeat_request{}, core::destination::group("g"), r.now + 1s, 3);
  asked.origin = &origin;
  r.all.wait(std::move(asked));
  (void)r.all.poll(r.now);
  CHECK(r.all.next_deadline() == r.now + 1s);
  r.all.abandon(origin);
  r.now += 1s;
  const auto due = r.all.expire(r.now);
  REQUIRE(due.size() == 1);
  CHECK(due[0].token == 1);
  CHECK(r.all.next_deadline() == r.now + 1s);
}
