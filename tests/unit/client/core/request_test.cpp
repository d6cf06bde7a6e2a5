#include "core/request.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/wire/error.hpp>

using namespace kwire;

TEST_CASE("request: a message that a version cannot carry is named") {
  protocol::heartbeat_request message;
  message.group_instance_id = "static";
  auto asked = core::make_request(message, core::destination::group("g"), core::never, 3);
  CHECK(asked.token == 3);
  CHECK(asked.to.key == "g");
  protocol::writer out;
  const auto done = asked.body->encode(0, out);
  REQUIRE(done.has_error());
  CHECK(done.error().message().find("HeartbeatRequest 0") != std::string::npos);
  CHECK(done.error().message().find("group_instance_id") != std::string::npos);
  CHECK(asked.body->encode(4, out).has_value());
}

TEST_CASE("request: an answer that is malformed is named, a failure stays what it is") {
  protocol::heartbeat_response message;
  core::response answer;
  answer.version = 1;
  const auto cut = core::read_response(message, answer);
  REQUIRE(cut.has_error());
  CHECK(cut.error().message().find("malformed HeartbeatResponse 1") != std::string::npos);
  answer.failure = error{errc::closed};
  CHECK(core::read_response(message, answer).error() == errc::closed);
}
