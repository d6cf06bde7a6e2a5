#include "core/admin/raw_call.hpp"

#include <doctest/doctest.h>

#include "admin_script.hpp"

using namespace kwire;
using namespace kwire::test;

namespace {

raw_request cluster_question() {
  return {api::describe_cluster, [](std::int16_t version) -> result<bytes> {
            return bytes{std::byte{0xca}, static_cast<std::byte>(version)};
          }};
}

}  // namespace

TEST_CASE("raw call: the octets go out as they are, to whom they are for") {
  admin_script script;
  script.know_brokers();
  auto what = cluster_question();
  core::destination expected = core::destination::any();
  SUBCASE("any broker") {}
  SUBCASE("a broker, at a version of its own") {
    what.broker = node_id{2};
    what.version = 77;
    expected = core::destination::broker(node_id{2});
  }
  SUBCASE("a group's coordinator") {
    what.group = "g";
    expected = core::destination::group("g");
  }
  SUBCASE("a transaction's coordinator") {
    what.transactional_id = "t";
    expected = {core::destination::target::coordinator, no_node, core::coordinator_type::transaction, "t"};
  }
  SUBCASE("the controller, where the API is for it") {
    what.key = api::create_topics;
    expected = core::destination::controller();
  }
  told_outcome<raw_response> told;
  const auto key = what.key;
  const auto version = what.version;
  core::ask_raw(script.core, std::move(what), script.now + seconds{30}, told.receiver(), script.now);
  script.step();
  const auto asked = script.take(key);
  REQUIRE(asked);
  CHECK(asked->to.kind == expected.kind);
  CHECK(asked->to.node == expected.node);
  CHECK(asked->to.key == expected.key);
  CHECK(asked->to.coordinator == expected.coordinator);
  CHECK(asked->forced_version == version);
  protocol::writer out;
  REQUIRE(asked->body->encode(3, out).has_value());
  CHECK(out.buffer() == bytes{std::byte{0xca}, std::byte{3}});
}

TEST_CASE("raw call: a failure is told and nothing is asked twice; unknown keys are refused") {
  admin_script script;
  told_outcome<raw_response> told;
  core::ask_raw(script.core, cluster_question(), script.now + seconds{30}, told.receiver(), script.now);
  script.step();
  script.lose(*script.take(api::describe_cluster), error{errc::not_connected});
  REQUIRE(told.told());
  CHECK(told.failure() == errc::not_connected);
  script.step();
  CHECK(script.requests.empty());

  told_outcome<raw_response> refused;
  auto what = cluster_question();
  what.key = api{999};
  core::ask_raw(script.core, std::move(what), script.now + seconds{30}, refused.receiver(), script.now);
  CHECK(refused.failure() == errc::invalid_argument);
}
