#include "core/admin/topic_calls.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/delete_topics.hpp>

#include "admin_script.hpp"

using namespace kwire;
using namespace kwire::test;
using protocol::create_topics_request;
using protocol::create_topics_response;
using protocol::delete_topics_request;
using protocol::delete_topics_response;

namespace {

struct creation {
  explicit creation(std::vector<new_topic> topics) {
    script.know_brokers();
    core::ask_create_topics(script.core, std::move(topics), false, script.now + seconds{30}, told.receiver(),
                            script.now);
    script.step();
  }
  static create_topics_response outcome(std::initializer_list<std::pair<const char*, broker_errc>> codes) {
    create_topics_response message;
    for (const auto& [name, code] : codes) {
      auto& topic = message.topics.emplace_back();
      topic.name = name;
      topic.error_code = static_cast<std::int16_t>(code);
      topic.num_partitions = 3;
    }
    return message;
  }

  admin_script script;
  told_outcome<core::created_topics> told;
};

}  // namespace

TEST_CASE("only topics refused for the moment are created again") {
  creation run{{new_topic{"a"}.partitions(1), new_topic{"b"}.partitions(1), new_topic{"c"}}};
  auto asked = run.script.take(api::create_topics);
  REQUIRE(asked);
  CHECK(asked->to.kind == core::destination::target::controller);
  run.script.answer(*asked,
                    creation::outcome({{"a", broker_errc::none},
                                       {"b", broker_errc::throttling_quota_exceeded},
                                       {"c", broker_errc::invalid_topic_exception}}),
                    5);
  CHECK_FALSE(run.told.told());
  REQUIRE(run.script.pass_to_deadline());
  asked = run.script.take(api::create_topics);
  REQUIRE(asked);
  const auto again = admin_script::read<create_topics_request>(*asked, 5);
  REQUIRE(again.topics.size() == 1);
  CHECK(again.topics[0].name == "b");
  run.script.answer(*asked, creation::outcome({{"b", broker_errc::none}}), 5);
  REQUIRE(run.told.told());
  CHECK(run.told.value().at("a")->partitions == 3);
  CHECK(run.told.value().at("b").has_value());
  CHECK(run.told.value().at("c").error() == broker_errc::invalid_topic_exception);
}

TEST_CASE("a controller that has moved is looked for again") {
  creation run{{new_topic{"a"}}};
  const auto before = run.script.refreshes;
  run.script.answer(*run.script.take(api::create_topics),
                    creation::outcome({{"a", broker_errc::not_controller}}), 5);
  CHECK(run.script.refreshes > before);
  REQUIRE(run.script.pass_to_deadline());
  CHECK(run.script.take(api::create_topics));
}

TEST_CASE("a topic found after a lost answer is said to be ours perhaps") {
  creation run{{new_topic{"a"}}};
  run.script.lose(*run.script.take(api::create_topics), error{errc::connection_lost}, true);
  REQUIRE(run.script.pass_to_deadline());
  run.script.answer(*run.script.take(api::create_topics),
                    creation::outcome({{"a", broker_errc::topic_already_exists}}), 5);
  REQUIRE(run.told.told());
  const auto why = run.told.value().at("a").error();
  CHECK(why == broker_errc::topic_already_exists);
  CHECK(why.detail().find("earlier request") != std::string_view::npos);
}

TEST_CASE("a controller that timed out is not asked again") {
  creation run{{new_topic{"a"}}};
  run.script.answer(*run.script.take(api::create_topics),
                    creation::outcome({{"a", broker_errc::request_timed_out}}), 5);
  REQUIRE(run.told.told());
  CHECK(run.told.value().at("a").error() == broker_errc::request_timed_out);
}

TEST_CASE("defaults of the broker need version 4") {
  creation run{{new_topic{"a"}.partitions(2), new_topic{"b"}.partitions(2).replication(1).config("k", "v")}};
  const auto asked = *run.script.take(api::create_topics);
  CHECK(admin_script::refusal(asked, 3).value() == errc::unsupported_by_broker);
  const auto request = admin_script::read<create_topics_request>(asked, 4);
  CHECK(request.topics.at(0).replication_factor == -1);
  CHECK(request.topics.at(1).configs.at(0).value == "v");
}

TEST_CASE("a call that reaches nobody fails as a whole, one that got something tells it") {
  admin_script script;
  told_outcome<core::created_topics> told;
  core::ask_create_topics(script.core, {new_topic{"a"}}, false, script.now + seconds{1}, told.receiver(),
                          script.now);
  script.step();
  script.now += seconds{1};
  script.lose(*script.take(api::metadata), error{errc::not_connected});
  REQUIRE(told.told());
  CHECK(told.failure() == errc::not_connected);

  creation run{{new_topic{"a"}, new_topic{"b"}}};
  run.script.answer(*run.script.take(api::create_topics),
                    creation::outcome({{"a", broker_errc::none}, {"b", broker_errc::not_controller}}), 5);
  run.script.now += seconds{30};
  run.script.step();
  REQUIRE(run.told.told());
  CHECK(run.told.value().at("a").has_value());
  CHECK(run.told.value().at("b").error() == errc::timed_out);
}

TEST_CASE("topics to delete go by name in every version") {
  admin_script script;
  script.know_brokers();
  told_outcome<core::deleted_topics> told;
  core::ask_delete_topics(script.core, {"a", "b"}, script.now + seconds{30}, told.receiver(), script.now);
  script.step();
  const auto asked = *script.take(api::delete_topics);
  for (std::int16_t version = 0; version <= 6; ++version) {
    CAPTURE(version);
    const auto request = admin_script::read<delete_topics_request>(asked, version);
    if (version >= 6) {
      REQUIRE(request.topics.size() == 2);
      CHECK(request.topics[1].name == "b");
    } else {
      CHECK(request.topic_names == std::vector<std::string>{"a", "b"});
    }
  }
  delete_topics_response message;
  message.responses.emplace_back().name = "a";
  auto& missing = message.responses.emplace_back();
  missing.name = "b";
  missing.error_code = static_cast<std::int16_t>(broker_errc::unknown_topic_or_partition);
  script.answer(asked, message, 6);
  REQUIRE(told.told());
  CHECK(told.value().at("a").has_value());
  CHECK(told.value().at("b").error() == broker_errc::unknown_topic_or_partition);
}
