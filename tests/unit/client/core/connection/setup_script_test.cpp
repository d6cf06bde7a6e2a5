#include "core/connection/setup_script.hpp"

#include <doctest/doctest.h>

#include "core/connection/fake_peer.hpp"

using namespace kwire;
using core::setup_script;
using test::answer_frame;
using test::usual_versions;
using test::versions_answer;

namespace {

struct talk {
  core::client_settings settings;
  setup_script::memory memory;
  std::optional<setup_script> script;

  setup_script::action start() {
    script.emplace(settings, memory, core::intended_peer{"cluster", node_id{3}});
    return script->start();
  }
  setup_script::action answer(const protocol::api_versions_response& message, std::int16_t version) {
    return script->on_frame(answer_frame(message, version, correlation_id{0}).content());
  }
  setup_script::action refuse(std::optional<version_range> hint) {
    auto message = hint ? versions_answer({{api::api_versions, *hint}}) : versions_answer({});
    message.error_code = static_cast<std::int16_t>(broker_errc::unsupported_version);
    return answer(message, 0);  // a refusal has the form of version 0
  }
};

/// The version that an action asks for; -1 when it does not ask.
int asked(const setup_script::action& action) {
  const auto* step = std::get_if<setup_script::send>(&action);
  if (step == nullptr) return -1;
  const auto request = test::read_frame(step->frame);
  CHECK(request.header.key == api::api_versions);
  CHECK(request.header.correlation == correlation_id{0});
  return request.header.version;
}

std::string failure(const setup_script::action& action) {
  const auto* failed = std::get_if<setup_script::failed>(&action);
  return failed == nullptr ? "" : failed->why.message();
}

bool says(const setup_script::action& action, std::string_view text) {
  return failure(action).find(text) != std::string::npos;
}

bool is_ready(const setup_script::action& action) {
  return std::holds_alternative<setup_script::ready>(action);
}
bool reconnects(const setup_script::action& action) {
  return std::holds_alternative<setup_script::reconnect>(action);
}

}  // namespace

TEST_CASE("setup: the newest version is asked, with cluster and node, and the answer's ranges count") {
  talk t;
  const auto first = t.start();
  CHECK(asked(first) == 5);
  auto request = test::read_frame(std::get<setup_script::send>(first).frame);
  protocol::reader in{request.body};
  protocol::skip_header_tags(in);
  protocol::api_versions_request message;
  REQUIRE(protocol::decode(message, 5, in.rest()).has_value());
  CHECK(message.client_software_name == "kwire");
  CHECK(message.cluster_id == "cluster");
  CHECK(message.node == node_id{3});
  const auto done = t.answer(usual_versions(), 5);
  REQUIRE(is_ready(done));
  const auto& versions = std::get<setup_script::ready>(done).versions;
  CHECK(versions.range(api::metadata) == version_range{0, 13});
  CHECK(versions.range(api::fetch).empty());
  CHECK(versions.range(api{1000}).empty());
  CHECK(versions.range(api{-1}).empty());
}

TEST_CASE("setup: UNSUPPORTED_VERSION is answered with the hint, or version 0, and ends in any case") {
  talk t;
  CHECK(asked(t.start()) == 5);
  SUBCASE("hint") {
    CHECK(asked(t.refuse(version_range{0, 3})) == 3);
    CHECK(is_ready(t.answer(usual_versions(), 3)));
    CHECK(asked(t.start()) == 3);  // remembered
  }
  SUBCASE("no hint") {
    CHECK(asked(t.refuse(std::nullopt)) == 0);
    CHECK(is_ready(t.answer(usual_versions(), 0)));
  }
  SUBCASE("hints that lead nowhere") {
    for (int expected = 4; expected >= 0; --expected) {
      CHECK(asked(t.refuse(version_range{0, 99})) == expected);
    }
    CHECK(says(t.refuse(version_range{0, 99}), "refuses ApiVersions 0"));
  }
  SUBCASE("a refusal of two octets") {
    protocol::writer out;
    out.fixed(std::int32_t{0});
    out.fixed(std::int16_t{35});
    CHECK(asked(t.script->on_frame(out.buffer())) == 0);
  }
  SUBCASE("a negative hint") { CHECK(asked(t.refuse(version_range{-3, -1})) == 0); }
}

TEST_CASE("setup: a broker that hangs up is asked with version 0, then taken as old") {
  talk t;
  CHECK(asked(t.start()) == 5);
  CHECK(reconnects(t.script->on_closed()));
  CHECK(asked(t.start()) == 0);
  SUBCASE("it answers: the next connection asks as if nothing had been, for it may have been going down") {
    CHECK(is_ready(t.answer(usual_versions(), 0)));
    CHECK(asked(t.start()) == 5);
  }
  SUBCASE("and hangs up again: the error names the key") {
    const auto end = t.script->on_closed();
    CHECK(says(end, "broker.version.fallback"));
    CHECK(std::get<setup_script::failed>(end).why == errc::version_negotiation);
  }
  SUBCASE("and hangs up again with a fallback") {
    t.settings.broker_version_fallback = "0.9.0.1";
    CHECK(reconnects(t.script->on_closed()));
    const auto end = t.start();
    REQUIRE(is_ready(end));
    const auto& versions = std::get<setup_script::ready>(end).versions;
    CHECK(versions.range(api::produce) == version_range{0, 1});
    CHECK(versions.range(api::join_group) == version_range{0, 0});
    CHECK(versions.range(api::api_versions).empty());
  }
}

TEST_CASE("setup: silence") {
  talk t;
  CHECK(asked(t.start()) == 5);
  SUBCASE("no fallback") { CHECK(says(t.script->on_timeout(), "does not answer ApiVersions")); }
  SUBCASE("fallback, on a new connection: the old one may still answer") {
    t.settings.broker_version_fallback = "0.8.2.2";
    CHECK(reconnects(t.script->on_timeout()));
    const auto end = t.start();
    REQUIRE(is_ready(end));
    const auto& versions = std::get<setup_script::ready>(end).versions;
    CHECK(versions.range(api::produce) == version_range{0, 0});
    CHECK(versions.range(api::join_group).empty());
  }
  SUBCASE("a fallback that is none") {
    t.settings.broker_version_fallback = "3.7";
    CHECK(says(t.script->on_timeout(), "names no release"));
  }
}

TEST_CASE("setup: not asking") {
  talk t;
  t.settings.api_version_request = false;
  CHECK(says(t.start(), "api.version.request is off"));
  t.settings.broker_version_fallback = "0.9.0.1";
  CHECK(is_ready(t.start()));
}

TEST_CASE("setup: answers that are none") {
  talk t;
  (void)t.start();
  SUBCASE("empty") { CHECK(says(t.script->on_frame({}), "UNEXPECTED_ANSWER")); }
  SUBCASE("another's") {
    CHECK(says(t.script->on_frame(answer_frame(usual_versions(), 5, correlation_id{9}).content()),
               "does not belong"));
  }
  SUBCASE("cut anywhere") {
    const auto whole = answer_frame(usual_versions(), 5, correlation_id{0});
    for (std::size_t size = 4; size < whole.content().size(); ++size) {
      talk other;
      (void)other.start();
      CHECK_FALSE(failure(other.script->on_frame(whole.content().first(size))).empty());
    }
  }
  SUBCASE("nothing of use") {
    CHECK(says(t.answer(versions_answer({{api::produce, {0, 9}}}), 5), "no version of Metadata"));
  }
  SUBCASE("inverted and negative ranges are no ranges") {
    const auto end = t.answer(
        versions_answer({{api::metadata, {0, 9}}, {api::fetch, {5, 2}}, {api::produce, {-2, 3}}}), 5);
    REQUIRE(is_ready(end));
    CHECK(std::get<setup_script::ready>(end).versions.range(api::fetch).empty());
    CHECK(std::get<setup_script::ready>(end).versions.range(api::produce).empty());
  }
  SUBCASE("an error code") {
    auto message = versions_answer({});
    message.error_code = static_cast<std::int16_t>(broker_errc::rebootstrap_required);
    const auto end = t.answer(message, 5);
    REQUIRE_FALSE(failure(end).empty());
    CHECK(std::get<setup_script::failed>(end).why == broker_errc::rebootstrap_required);
  }
}

TEST_CASE("setup: the version for a message is known to all three") {
  core::broker_versions versions;
  versions.set(api::metadata, {2, 8});
  const auto& info = protocol::metadata_request::info;
  CHECK(versions.choose(info, {0, 0x7fff}) == 8);
  CHECK(versions.choose(info, {0, 5}) == 5);
  CHECK_FALSE(versions.choose(info, {9, 12}).has_value());
  CHECK_FALSE(versions.choose(info, {0, 1}).has_value());
  versions.set(api::metadata, {14, 20});
  CHECK_FALSE(versions.choose(info, {0, 0x7fff}).has_value());
  versions.set(api{999}, {0, 1});  // outside the table: no effect, no harm
  CHECK(core::versions_of_release("0.9.0.1").has_value());
  CHECK_FALSE(core::versions_of_release("0.10.0.0").has_value());
  CHECK_FALSE(core::versions_of_release("").has_value());
}
