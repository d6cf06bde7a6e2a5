// Tests: acls.cpp, alter_configs.cpp, client_quotas.cpp, scram_credentials.cpp, telemetry.cpp
// Tests: topic_partitions.cpp
#include <kwire/protocol/messages/alter_client_quotas.hpp>
#include <kwire/protocol/messages/alter_configs.hpp>
#include <kwire/protocol/messages/alter_user_scram_credentials.hpp>
#include <kwire/protocol/messages/create_acls.hpp>
#include <kwire/protocol/messages/delete_acls.hpp>
#include <kwire/protocol/messages/describe_acls.hpp>
#include <kwire/protocol/messages/describe_client_quotas.hpp>
#include <kwire/protocol/messages/describe_configs.hpp>
#include <kwire/protocol/messages/describe_topic_partitions.hpp>
#include <kwire/protocol/messages/describe_user_scram_credentials.hpp>
#include <kwire/protocol/messages/get_telemetry_subscriptions.hpp>
#include <kwire/protocol/messages/incremental_alter_configs.hpp>
#include <kwire/protocol/messages/list_config_resources.hpp>
#include <kwire/protocol/messages/push_telemetry.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

constexpr std::int8_t topic_resource = 2;
constexpr std::int8_t broker_resource = 4;
constexpr std::int8_t metrics_resource = 16;
constexpr std::int8_t group_resource = 32;
constexpr std::int8_t set = 0;
constexpr std::int8_t remove = 1;
constexpr std::int8_t append = 2;
constexpr std::int8_t subtract = 3;

struct stage : script {
  stage() {
    make_topic("t", 3);
    c = connect();
  }
  std::int16_t alter(std::int8_t type, const std::string& name, const std::string& key, std::int8_t how,
                     std::optional<std::string> value, bool only_check = false) {
    protocol::incremental_alter_configs_request request;
    request.validate_only = only_check;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    resource.configs.push_back({key, how, std::move(value), {}});
    return ask(c, request, 1).responses.at(0).error_code;
  }
  protocol::describe_configs_response::config show(std::int8_t type, const std::string& name,
                                                   const std::string& key) {
    protocol::describe_configs_request request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    resource.configuration_keys = std::vector{key};
    const auto results = ask(c, request, 4).results;
    if (results.at(0).configs.empty()) return {};
    return results[0].configs[0];
  }
  connection_id c{};
};

constexpr auto invalid_config = code_of(broker_errc::invalid_config);
constexpr auto invalid_request = code_of(broker_errc::invalid_request);

TEST_CASE("settings of a topic change one by one") {
  stage s;
  CHECK(s.alter(topic_resource, "t", "retention.ms", set, "1000", true) == 0);
  CHECK(s.show(topic_resource, "t", "retention.ms").value == "604800000");
  CHECK(s.alter(topic_resource, "t", "retention.ms", set, "1000") == 0);
  CHECK(s.show(topic_resource, "t", "retention.ms").value == "1000");
  CHECK(s.show(topic_resource, "t", "retention.ms").config_source == 1);
  CHECK(s.alter(topic_resource, "t", "cleanup.policy", append, "compact") == 0);
  CHECK(s.show(topic_resource, "t", "cleanup.policy").value == "delete,compact");
  CHECK(s.alter(topic_resource, "t", "cleanup.policy", subtract, "delete") == 0);
  CHECK(s.show(topic_resource, "t", "cleanup.policy").value == "compact");
  CHECK(s.core.state().find("t")->config.compacted());
  CHECK(s.alter(topic_resource, "t", "cleanup.policy", remove, std::nullopt) == 0);
  CHECK_FALSE(s.core.state().find("t")->config.compacted());
  CHECK(s.alter(topic_resource, "t", "retention.ms", append, "1") == invalid_config);
  CHECK(s.alter(topic_resource, "t", "retention.ms", set, "x") == invalid_config);
  CHECK(s.alter(topic_resource, "t", "nonsense", set, "x") == invalid_config);
  CHECK(s.alter(topic_resource, "t", "retention.ms", 9, "x") == invalid_request);
  CHECK(s.alter(topic_resource, "none", "retention.ms", set, "1") ==
        code_of(broker_errc::unknown_topic_or_partition));
  CHECK(s.alter(3, "t", "retention.ms", set, "1") == invalid_request);
}

TEST_CASE("the old way sets all settings of a topic anew") {
  stage s;
  s.alter(topic_resource, "t", "retention.ms", set, "1000");
  protocol::alter_configs_request request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = topic_resource;
  resource.resource_name = "t";
  resource.configs.push_back({"segment.ms", "5000", {}});
  CHECK(s.ask(s.c, request, 2).responses.at(0).error_code == 0);
  CHECK(s.show(topic_resource, "t", "segment.ms").value == "5000");
  CHECK(s.show(topic_resource, "t", "retention.ms").value == "604800000");
  request.resources.push_back(resource);
  CHECK(s.ask(s.c, request, 2).responses.at(1).error_code == invalid_request);
}

TEST_CASE("settings of brokers, groups and metrics, and who has any") {
  stage s;
  CHECK(s.alter(broker_resource, "1", "num.io.threads", set, "4") == 0);
  CHECK(s.alter(broker_resource, "", "num.io.threads", set, "5") == 0);
  CHECK(s.alter(broker_resource, "", "log.cleaner.threads", set, "2") == 0);
  CHECK(s.show(broker_resource, "1", "num.io.threads").value == "4");
  CHECK(s.show(broker_resource, "1", "num.io.threads").config_source == 2);
  CHECK(s.show(broker_resource, "1", "log.cleaner.threads").config_source == 3);
  CHECK(s.show(broker_resource, "", "num.io.threads").value == "5");
  CHECK(s.alter(broker_resource, "9", "num.io.threads", set, "4") == invalid_request);
  CHECK(s.alter(broker_resource, "1", "broker.id", set, "4") == invalid_request);
  CHECK(s.alter(group_resource, "g", "consumer.session.timeout.ms", set, "50000") == 0);
  CHECK(s.show(group_resource, "g", "consumer.session.timeout.ms").value == "50000");
  CHECK(s.show(group_resource, "g", "consumer.session.timeout.ms").config_source == 8);
  CHECK(s.show(group_resource, "other", "share.isolation.level").value == "read_uncommitted");
  CHECK(s.core.groups().config("g").consumer_session == 50s);
  CHECK(s.alter(group_resource, "g", "consumer.session.timeout.ms", set, "1") == invalid_config);
  CHECK(s.alter(metrics_resource, "m", "interval.ms", set, "60000") == 0);
  CHECK(s.show(metrics_resource, "m", "interval.ms").config_source == 7);

  protocol::list_config_resources_request list;
  CHECK(s.ask(s.c, list, 0).config_resources.size() == 1);
  CHECK(s.ask(s.c, list, 1).config_resources.size() == 4);
  list.resource_types = {group_resource};
  const auto groups = s.ask(s.c, list, 1).config_resources;
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].resource_name == "g");
}

TEST_CASE("rules are created, shown and deleted") {
  stage s;
  protocol::create_acls_request create;
  for (const auto* name : {"t", "u", ""}) {
    create.creations.push_back({2, name, 3, "User:a", "*", 3, 3, {}});
  }
  const auto results = s.ask(s.c, create, 3).results;
  CHECK(results.at(0).error_code == 0);
  CHECK(results.at(2).error_code == invalid_request);
  protocol::describe_acls_request describe;
  describe.resource_type_filter = 1;
  describe.pattern_type_filter = 1;
  describe.resource_name_filter.reset();
  describe.principal_filter.reset();
  describe.host_filter.reset();
  describe.operation = describe.permission_type = 1;
  const auto shown = s.ask(s.c, describe, 3).resources;
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].resource_name == "t");
  CHECK(shown[0].acls.at(0).principal == "User:a");
  protocol::delete_acls_request gone;
  gone.filters.push_back({2, "u", 3, std::nullopt, std::nullopt, 1, 1, {}});
  CHECK(s.ask(s.c, gone, 3).filter_results.at(0).matching_acls.at(0).resource_name == "u");
  CHECK(s.core.admin().acls.size() == 1);
}

TEST_CASE("quotas are kept and found") {
  stage s;
  protocol::alter_client_quotas_request alter;
  auto& entry = alter.entries.emplace_back();
  entry.entity.push_back({"user", "a", {}});
  entry.entity.push_back({"client-id", std::nullopt, {}});
  entry.ops.push_back({"producer_byte_rate", 1024.5, false, {}});
  const auto error = [&] { return s.ask(s.c, alter, 1).entries.at(0).error_code; };
  alter.validate_only = true;
  CHECK(error() == 0);
  CHECK(s.core.admin().quotas.empty());
  alter.validate_only = false;
  CHECK(error() == 0);
  protocol::describe_client_quotas_request describe;
  describe.components.push_back({"user", 0, "a", {}});
  const auto found = [&] { return s.ask(s.c, describe, 1).entries->size(); };
  CHECK(found() == 1);
  describe.strict = true;
  CHECK(found() == 0);
  describe.components.push_back({"client-id", 1, std::nullopt, {}});
  CHECK(found() == 1);
  CHECK(s.ask(s.c, describe, 1).entries->at(0).values.at(0).value == 1024.5);
  describe.components[0].match = "b";
  CHECK(found() == 0);
  describe.components[0].entity_type = "nonsense";
  CHECK(s.ask(s.c, describe, 1).error_code == invalid_request);
  alter.entries[0].ops[0].value = -1;
  CHECK(error() == invalid_request);
  alter.entries[0].ops[0] = {"nonsense", 1, false, {}};
  CHECK(error() == invalid_request);
  alter.entries[0].ops[0] = {"producer_byte_rate", 0, true, {}};
  CHECK(error() == 0);
  CHECK(s.core.admin().quotas.empty());
  alter.entries[0].entity.push_back({"ip", "10.0.0.1", {}});
  CHECK(error() == invalid_request);
}

TEST_CASE("SCRAM credentials are kept and never shown") {
  stage s;
  protocol::alter_user_scram_credentials_request alter;
  alter.upsertions.push_back({"a", 1, 4096, bytes(4), bytes(32), {}});
  alter.upsertions.push_back({"b", 1, 4095, bytes(4), bytes(32), {}});
  alter.upsertions.push_back({"c", 3, 4096, bytes(4), bytes(32), {}});
  alter.deletions.push_back({"d", 1, {}});
  alter.upsertions.push_back({"e", 1, 4096, bytes(4), bytes(32), {}});
  alter.deletions.push_back({"e", 1, {}});
  const auto results = s.ask(s.c, alter, 0).results;
  CHECK(results.at(0).error_code == 0);
  CHECK(results.at(1).error_code == code_of(broker_errc::unacceptable_credential));
  CHECK(results.at(2).error_code == code_of(broker_errc::unsupported_sasl_mechanism));
  CHECK(results.at(3).error_code == code_of(broker_errc::resource_not_found));
  CHECK(results.at(4).error_code == code_of(broker_errc::duplicate_resource));
  protocol::describe_user_scram_credentials_request describe;
  describe.users.reset();
  const auto all = s.ask(s.c, describe, 0).results;
  REQUIRE(all.size() == 1);
  CHECK(all[0].credential_infos.at(0).iterations == 4096);
  describe.users.emplace().push_back({"x", {}});
  CHECK(s.ask(s.c, describe, 0).results.at(0).error_code == code_of(broker_errc::resource_not_found));
  alter.upsertions.clear();
  alter.deletions = {{"a", 1, {}}};
  CHECK(s.ask(s.c, alter, 0).results.at(0).error_code == 0);
  CHECK(s.core.admin().scram.empty());
}

TEST_CASE("partitions are described in pages") {
  stage s;
  s.make_topic("a", 2);
  protocol::describe_topic_partitions_request request;
  request.response_partition_limit = 3;
  const auto first = s.ask(s.c, request, 0);
  REQUIRE(first.topics.size() == 2);
  CHECK(first.topics[0].name == "a");
  CHECK(first.topics[1].partitions.size() == 1);
  CHECK(first.topics[1].partitions[0].eligible_leader_replicas.has_value());
  REQUIRE(first.next_cursor.has_value());
  CHECK(first.next_cursor->topic_name == "t");
  CHECK(raw(first.next_cursor->partition_index) == 1);
  request.cursor.emplace();
  request.cursor->topic_name = "t";
  request.cursor->partition_index = partition_id{1};
  const auto second = s.ask(s.c, request, 0);
  CHECK(second.topics.at(0).partitions.size() == 2);
  CHECK_FALSE(second.next_cursor.has_value());
  request.cursor.reset();
  request.topics.emplace_back().name = "none";
  CHECK(s.ask(s.c, request, 0).topics.at(0).error_code == code_of(broker_errc::unknown_topic_or_partition));
}

TEST_CASE("clients push what an administrator wants to know") {
  stage s;
  const auto nothing = s.ask(s.c, protocol::get_telemetry_subscriptions_request{}, 0);
  CHECK(nothing.requested_metrics.empty());
  CHECK_FALSE(nothing.client_instance_id.is_zero());
  s.alter(metrics_resource, "m", "metrics", set, "*");
  s.alter(metrics_resource, "m", "interval.ms", set, "60000");
  protocol::get_telemetry_subscriptions_request again;
  again.client_instance_id = nothing.client_instance_id;
  const auto all = s.ask(s.c, again, 0);
  CHECK(all.requested_metrics == std::vector<std::string>{""});
  CHECK(all.push_interval_ms == 60'000);
  protocol::push_telemetry_request push;
  push.client_instance_id = nothing.client_instance_id;
  push.subscription_id = nothing.subscription_id;
  push.metrics = to_bytes(as_bytes("m"));
  const auto error = [&] { return s.ask(s.c, push, 0).error_code; };
  CHECK(error() == code_of(broker_errc::unknown_subscription_id));
  push.subscription_id = all.subscription_id;
  CHECK(error() == 0);
  REQUIRE(s.core.admin().last_push.has_value());
  CHECK(as_text(s.core.admin().last_push->metrics) == "m");
  push.metrics.resize((1 << 20) + 1);
  CHECK(error() == code_of(broker_errc::telemetry_too_large));
  push.client_instance_id = {};
  CHECK(error() == invalid_request);
}

}  // namespace
}  // namespace kwire::embedded
