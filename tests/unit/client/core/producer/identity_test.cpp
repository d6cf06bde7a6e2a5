#include "core/producer/identity.hpp"

#include <doctest/doctest.h>

#include "core/producer/producer_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using core::identity;
using state = core::identity::state;

namespace {

struct rig {
  core::client_settings client;
  core::producer_settings settings;
  core::random_source random{1};
  std::optional<identity> who;
  std::vector<event> events;
  core::time_point now{1h};

  identity& get() {
    if (!who) who.emplace(client, settings, random);
    return *who;
  }
  protocol::init_producer_id_request asked(const core::request& request) {
    protocol::writer out;
    REQUIRE(request.body->encode(4, out).has_value());
    protocol::init_producer_id_request message;
    REQUIRE(protocol::decode(message, 4, out.buffer()).has_value());
    return message;
  }
  void answer(broker_errc code, std::int64_t id = -1, std::int16_t epoch = -1) {
    protocol::init_producer_id_response message;
    message.error_code = static_cast<std::int16_t>(code);
    message.producer = producer_id{id};
    message.epoch = producer_epoch{epoch};
    get().digest(test::response_of(protocol::ref(message), 4), now, events);
  }
  void fail(error why) {
    core::response failed;
    failed.failure = std::move(why);
    get().digest(failed, now, events);
  }
};

}  // namespace

TEST_CASE("identity: asked for once, as a producer without transactions") {
  rig r;
  const auto request = r.get().poll(r.now, 9);
  REQUIRE(request);
  CHECK(request->token == 9);
  CHECK(request->deadline == r.now + 30s);
  CHECK_FALSE(r.asked(*request).transactional_id);
  CHECK(r.asked(*request).producer == no_producer_id);
  CHECK_FALSE(r.get().poll(r.now, 9));
  CHECK_FALSE(r.get().ready());
  r.answer(broker_errc::none, 5, 0);
  CHECK(r.get().ready());
  CHECK(r.get().id() == producer_id{5});
  CHECK(r.events.back().kind == event_kind::producer_id_assigned);
  CHECK(r.get().next_deadline() == core::never);
}

TEST_CASE("identity: every version can carry the request") {
  rig r;
  const auto request = r.get().poll(r.now, 1);
  for (std::int16_t version = 0; version <= 5; ++version) {
    protocol::writer out;
    CHECK(request->body->encode(version, out).has_value());
  }
}

TEST_CASE("identity: epochs count up here; a new id is needed when they are used up") {
  rig r;
  CHECK_FALSE(r.get().renew(r.events));
  (void)r.get().poll(r.now, 1);
  CHECK_FALSE(r.get().renew(r.events));
  r.answer(broker_errc::none, 5, INT16_MAX - 2);
  CHECK(r.get().renew(r.events));
  CHECK(r.get().epoch() == producer_epoch{INT16_MAX - 1});
  CHECK(r.get().id() == producer_id{5});
  CHECK(r.events.back().kind == event_kind::producer_epoch_bumped);
  CHECK_FALSE(r.get().renew(r.events));
  const auto request = r.get().poll(r.now, 1);
  REQUIRE(request);
  CHECK(r.asked(*request).producer == no_producer_id);
  r.answer(broker_errc::none, 6, 0);
  CHECK(r.get().epoch() == producer_epoch{0});
}

TEST_CASE("identity: what each refusal leads to") {
  struct row {
    broker_errc code;
    bool explicitly;
    state then;
  };
  const row rows[] = {{broker_errc::coordinator_load_in_progress, false, state::wanted},
                      {broker_errc::not_coordinator, true, state::wanted},
                      {broker_errc::invalid_producer_epoch, false, state::wanted},
                      {broker_errc::producer_fenced, false, state::wanted},
                      {broker_errc::cluster_authorization_failed, false, state::none_needed},
                      {broker_errc::cluster_authorization_failed, true, state::refused},
                      {broker_errc::invalid_request, false, state::refused}};
  for (const auto& row : rows) {
    CAPTURE(to_string(row.code));
    rig r;
    r.settings.idempotence_explicit = row.explicitly;
    (void)r.get().poll(r.now, 1);
    r.answer(row.code);
    CHECK(r.get().now_is() == row.then);
    if (row.then == state::wanted) {
      CHECK_FALSE(r.get().poll(r.now, 1));
      r.now = r.get().next_deadline();
      CHECK(r.get().poll(r.now, 1));
    }
    if (row.then == state::refused) CHECK(r.get().refusal() == row.code);
    if (row.then == state::none_needed) {
      CHECK_FALSE(r.settings.idempotence);
      CHECK(r.events.back().kind == event_kind::idempotence_dropped);
    }
  }
}

TEST_CASE("identity: no answer is asked for again, with growing pauses") {
  rig r;
  core::duration longest{};
  for (int i = 0; i < 6; ++i) {
    REQUIRE(r.get().poll(r.now, 1));
    r.fail(error{errc::version_negotiation});
    longest = std::max(longest, r.get().next_deadline() - r.now);
    r.now = r.get().next_deadline();
  }
  CHECK(longest > 500ms);
}

TEST_CASE("identity: none is needed without idempotence") {
  rig r;
  r.settings.idempotence = false;
  CHECK(r.get().ready());
  CHECK_FALSE(r.get().idempotent());
  CHECK_FALSE(r.get().poll(r.now, 1));
}
