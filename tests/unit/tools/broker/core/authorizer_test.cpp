#include "core/authorizer.hpp"

#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/create_acls.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/incremental_alter_configs.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/metadata.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

core_options guarded(std::vector<std::string> super = {}) {
  core_options options;
  options.authorize = true;
  options.super_users = std::move(super);
  return options;
}

struct stage : script {
  explicit stage(core_options options = guarded()) : script(std::move(options)) {
    make_topic("t");
    c = connect();
  }
  void allow(acl_operation how, acl_resource type = acl_resource::topic, const std::string& name = "t") {
    core.admin().acls.add(
        {type, name, acl_pattern::literal, "User:ANONYMOUS", "*", how, acl_permission::allow});
  }
  std::int16_t produce_one(std::int16_t version = 9) {
    return produce(*this, c, "t", make_batch({"v"}), version).error_code;
  }
  std::int16_t fetch_one() {
    return ask(c, fetch_of("t", 0), 12).responses.at(0).partitions.at(0).error_code;
  }
  std::int16_t metadata_one() {
    protocol::metadata_request request;
    request.topics.emplace().emplace_back().name = "t";
    return ask(c, request, 12).topics.at(0).error_code;
  }
  connection_id c{};
};

constexpr auto no_topic = code_of(broker_errc::topic_authorization_failed);
constexpr auto no_group = code_of(broker_errc::group_authorization_failed);
constexpr auto no_cluster = code_of(broker_errc::cluster_authorization_failed);

TEST_CASE("each thing needs its leave") {
  stage s;
  CHECK(s.produce_one() == no_topic);
  CHECK(s.fetch_one() == no_topic);
  CHECK(s.metadata_one() == no_topic);
  CHECK(s.core.state().find("t")->partitions[0].log.end_offset() == 0);
  s.allow(acl_operation::write);
  CHECK(s.produce_one() == 0);
  CHECK(s.metadata_one() == 0);
  CHECK(s.fetch_one() == no_topic);
  s.allow(acl_operation::read);
  CHECK(s.fetch_one() == 0);
}

TEST_CASE("groups and the cluster are resources too") {
  stage s;
  protocol::heartbeat_request beat;
  beat.group_id = "g";
  const auto beaten = [&] { return s.ask(s.c, beat, 4).error_code; };
  CHECK(beaten() == no_group);
  protocol::consumer_group_heartbeat_request join;
  join.group_id = "g";
  CHECK(s.ask(s.c, join, 1).error_code == no_group);
  protocol::find_coordinator_request find;
  find.coordinator_keys = {"g"};
  CHECK(s.ask(s.c, find, 4).coordinators.at(0).error_code == no_group);
  s.allow(acl_operation::read, acl_resource::group, "g");
  CHECK(beaten() == code_of(broker_errc::unknown_member_id));
  CHECK(s.ask(s.c, find, 4).coordinators.at(0).error_code == 0);
  protocol::create_acls_request rule;
  rule.creations.push_back({2, "t", 3, "User:a", "*", 3, 3, {}});
  CHECK(s.ask(s.c, rule, 3).results.at(0).error_code == no_cluster);
  s.allow(acl_operation::alter, acl_resource::cluster, std::string{cluster_resource});
  CHECK(s.ask(s.c, rule, 3).results.at(0).error_code == 0);
  protocol::incremental_alter_configs_request alter;
  auto& resource = alter.resources.emplace_back();
  resource.resource_type = 2;
  resource.resource_name = "t";
  CHECK(s.ask(s.c, alter, 1).responses.at(0).error_code == no_topic);
}

TEST_CASE("who may write anywhere may have a producer id") {
  stage s;
  CHECK(s.ask(s.c, protocol::init_producer_id_request{}, 4).error_code != 0);
  s.allow(acl_operation::write);
  protocol::init_producer_id_request request;
  request.transactional_id.reset();
  CHECK(s.ask(s.c, request, 4).error_code == 0);
}

TEST_CASE("super users may do anything, and without the switch so may everybody") {
  stage s{guarded({"User:ANONYMOUS"})};
  CHECK(s.produce_one() == 0);
  stage open{core_options{}};
  CHECK(open.produce_one() == 0);
}

}  // namespace
}  // namespace kwire::embedded
