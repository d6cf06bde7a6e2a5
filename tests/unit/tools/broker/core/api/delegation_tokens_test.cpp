#include <kwire/protocol/messages/create_delegation_token.hpp>
#include <kwire/protocol/messages/describe_delegation_token.hpp>
#include <kwire/protocol/messages/expire_delegation_token.hpp>
#include <kwire/protocol/messages/renew_delegation_token.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

struct stage : script {
  connection_id as(const std::string& who) {
    const connection_id made{500 + ++people};
    entrance by;
    by.principal = "User:" + who;
    core.connected(made, "10.0.0.7", node_id{1}, by);
    return made;
  }
  std::uint64_t people = 0;
  protocol::create_delegation_token_response create(connection_id by, std::int64_t life = -1) {
    protocol::create_delegation_token_request request;
    request.renewers.push_back({"User", "helper", {}});
    request.max_lifetime_ms = life;
    return ask(by, request, 3);
  }
  protocol::renew_delegation_token_response renew(connection_id by, const bytes& hmac,
                                                  std::int64_t span = -1) {
    protocol::renew_delegation_token_request request;
    request.hmac = hmac;
    request.renew_period_ms = span;
    return ask(by, request, 2);
  }
  protocol::expire_delegation_token_response expire(connection_id by, const bytes& hmac, std::int64_t span) {
    protocol::expire_delegation_token_request request;
    request.hmac = hmac;
    request.expiry_time_period_ms = span;
    return ask(by, request, 2);
  }
  std::size_t listed(connection_id by, std::optional<std::string> owner = {}) {
    protocol::describe_delegation_token_request request;
    if (owner) {
      request.owners->push_back({"User", *owner, {}});
    } else {
      request.owners.reset();
    }
    const auto told = ask(by, request, 3);
    CHECK(told.error_code == 0);
    return told.tokens.size();
  }
};

constexpr std::int64_t day = 86'400'000;

TEST_CASE("who has not said who he is gets no tokens") {
  stage s;
  const auto nobody = s.connect();
  const auto refused = code_of(broker_errc::delegation_token_request_not_allowed);
  CHECK(s.create(nobody).error_code == refused);
  CHECK(s.renew(nobody, {}).error_code == refused);
  CHECK(s.expire(nobody, {}, -1).error_code == refused);
  CHECK(s.ask(nobody, protocol::describe_delegation_token_request{}, 3).error_code == refused);
}

TEST_CASE("a token lives a day, renewed at most a week, and ends when told") {
  stage s;
  const auto me = s.as("me");
  const auto helper = s.as("helper");
  const auto other = s.as("other");
  const auto made = s.create(me);
  CHECK(made.error_code == 0);
  CHECK(made.principal_name == "me");
  CHECK(made.hmac.size() == 64);
  CHECK(made.expiry_timestamp_ms == to_ms(s.now) + day);
  CHECK(made.max_timestamp_ms == to_ms(s.now) + 7 * day);
  CHECK(s.listed(me) == 1);
  CHECK(s.listed(helper, "me") == 1);
  CHECK(s.listed(helper, "you") == 0);
  CHECK(s.listed(other) == 0);
  CHECK(s.renew(other, made.hmac).error_code == code_of(broker_errc::delegation_token_owner_mismatch));
  CHECK(s.renew(me, bytes(64)).error_code == code_of(broker_errc::delegation_token_not_found));
  s.now += 20h;
  CHECK(s.renew(helper, made.hmac).expiry_timestamp_ms == to_ms(s.now) + day);
  CHECK(s.renew(helper, made.hmac, 1000).expiry_timestamp_ms == to_ms(s.now) + 1000);
  CHECK(s.expire(me, made.hmac, 2000).expiry_timestamp_ms == to_ms(s.now) + 2000);
  s.now += 3s;
  CHECK(s.listed(me) == 0);
  CHECK(s.renew(me, made.hmac).error_code == code_of(broker_errc::delegation_token_expired));
  const auto next = s.create(me, 5000);
  CHECK(next.max_timestamp_ms == to_ms(s.now) + 5000);
  CHECK(next.expiry_timestamp_ms == next.max_timestamp_ms);
  CHECK(next.hmac != made.hmac);
  CHECK(s.expire(me, next.hmac, -1).error_code == 0);
  CHECK(s.renew(me, next.hmac).error_code == code_of(broker_errc::delegation_token_not_found));
}

TEST_CASE("a token for another, and renewers that are no users") {
  stage s;
  const auto me = s.as("me");
  protocol::create_delegation_token_request request;
  request.owner_principal_type = "User";
  request.owner_principal_name = "you";
  const auto made = s.ask(me, request, 3);
  CHECK(made.principal_name == "you");
  CHECK(made.token_requester_principal_name == "me");
  request.renewers.push_back({"Group", "all", {}});
  CHECK(s.ask(me, request, 3).error_code == code_of(broker_errc::invalid_principal_type));
}

}  // namespace
}  // namespace kwire::embedded
