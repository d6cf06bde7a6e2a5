#include "core/admin/config_calls.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/messages/describe_configs.hpp>

#include "admin_script.hpp"

using namespace kwire;
using namespace kwire::test;
using protocol::describe_configs_response;

TEST_CASE("brokers are asked for their own settings, any broker for the rest") {
  admin_script script;
  script.know_brokers();
  const config_resource topic{config_resource::kind::topic, "t"};
  const config_resource broker{config_resource::kind::broker, "2"};
  told_outcome<config_results> told;
  core::ask_describe_configs(script.core, {topic, broker}, script.now + seconds{30}, told.receiver(),
                             script.now);
  script.step();
  const auto any = *script.take(api::describe_configs);
  const auto second = *script.take(api::describe_configs);
  CHECK(any.to.kind == core::destination::target::any);
  CHECK(second.to.node == node_id{2});

  describe_configs_response of_topic;
  auto& entry = of_topic.results.emplace_back();
  entry.resource_type = 2;
  entry.resource_name = "t";
  auto& setting = entry.configs.emplace_back();
  setting.name = "retention.ms";
  setting.value = "1";
  setting.config_source = 1;
  script.answer(any, of_topic, 1);
  CHECK_FALSE(told.told());
  describe_configs_response of_broker;
  auto& refused = of_broker.results.emplace_back();
  refused.resource_type = 4;
  refused.resource_name = "2";
  refused.error_code = static_cast<std::int16_t>(broker_errc::cluster_authorization_failed);
  script.answer(second, of_broker, 1);
  REQUIRE(told.told());
  REQUIRE(told.value().at(topic).has_value());
  CHECK(told.value().at(topic)->at(0).from == config_entry::source::topic);
  CHECK(told.value().at(broker).error() == broker_errc::cluster_authorization_failed);
}

TEST_CASE("a call without any answer fails as a whole") {
  admin_script script;
  told_outcome<config_results> told;
  core::ask_describe_configs(script.core, {{config_resource::kind::topic, "t"}}, script.now + seconds{1},
                             told.receiver(), script.now);
  script.step();
  script.now += seconds{1};
  script.lose(*script.take(api::describe_configs), error{errc::not_connected});
  REQUIRE(told.told());
  CHECK(told.failure() == errc::not_connected);
}
