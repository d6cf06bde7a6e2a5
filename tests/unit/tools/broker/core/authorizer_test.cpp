#include "core/authorizer.hpp"

#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/create_acls.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/incremental_alter_configs.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>

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

TEST_CASE("of several topics those are served that may be") {
  stage s;
  s.make_topic("secret");
  s.allow(acl_operation::write);
  s.allow(acl_operation::read);
  const auto batch = make_batch({"v"});
  auto both = produce_of("t", batch);
  both.topic_data.push_back(produce_of("secret", batch).topic_data[0]);
  const auto written = s.ask(s.c, both, 9).responses;
  CHECK(written.at(0).partition_responses.at(0).error_code == 0);
  CHECK(written.at(1).partition_responses.at(0).error_code == no_topic);
  CHECK(s.core.state().find("secret")->partitions[0].log.end_offset() == 0);
  auto reads = fetch_of("t", 0);
  reads.topics.push_back(fetch_of("secret", 0).topics[0]);
  reads.session_epoch = 0;
  const auto read = s.ask(s.c, reads, 12);
  CHECK(read.error_code == 0);
  REQUIRE(read.responses.size() == 2);
  CHECK(read.responses[0].partitions.at(0).records->size() == batch.size());
  CHECK(read.responses[1].partitions.at(0).error_code == no_topic);
  protocol::list_offsets_request offsets;
  for (const auto* name : {"t", "secret"}) {
    auto& of = offsets.topics.emplace_back();
    of.name = name;
    of.partitions.emplace_back().timestamp = -1;
  }
  const auto listed = s.ask(s.c, offsets, 5).topics;
  CHECK(listed.at(0).partitions.at(0).offset == 1);
  CHECK(listed.at(1).partitions.at(0).error_code == no_topic);
}

TEST_CASE("metadata of all topics has those that may be seen, without a word of others") {
  stage s;
  s.make_topic("secret");
  s.allow(acl_operation::describe);
  protocol::metadata_request all;
  all.topics.reset();
  all.include_topic_authorized_operations = true;
  const auto seen = s.ask(s.c, all, 10).topics;
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].name == "t");
  CHECK(seen[0].topic_authorized_operations == 1 << static_cast<int>(acl_operation::describe));
  protocol::metadata_request one;
  one.topics.emplace().emplace_back().name = "secret";
  CHECK(s.ask(s.c, one, 10).topics.at(0).error_code == no_topic);
  one.topics->at(0).name = "no such topic here";
  CHECK(s.ask(s.c, one, 10).topics.at(0).error_code == no_topic);  // nor whether there is one
}

TEST_CASE("a topic is made by asking only for who may make it") {
  stage s;
  s.allow(acl_operation::describe, acl_resource::topic, "new");
  protocol::metadata_request ask;
  ask.topics.emplace().emplace_back().name = "new";
  CHECK(s.ask(s.c, ask, 10).topics.at(0).error_code == no_topic);
  s.allow(acl_operation::create, acl_resource::topic, "new");
  CHECK(s.ask(s.c, ask, 10).topics.at(0).error_code == 0);
}

TEST_CASE("offsets are committed and fetched topic by topic") {
  stage s;
  s.make_topic("secret");
  s.allow(acl_operation::read);
  protocol::offset_commit_request commit;
  commit.group_id = "g";
  for (const auto* name : {"t", "secret"}) {
    auto& of = commit.topics.emplace_back();
    of.name = name;
    of.partitions.emplace_back().committed_offset = 5;
  }
  for (const auto& topic : s.ask(s.c, commit, 8).topics) CHECK(topic.partitions[0].error_code == no_group);
  s.allow(acl_operation::read, acl_resource::group, "g");
  const auto done = s.ask(s.c, commit, 8).topics;
  CHECK(done.at(0).partitions[0].error_code == 0);
  CHECK(done.at(1).partitions[0].error_code == no_topic);
  s.core.groups().find("g")->offsets[{"secret", partition_id{0}}] = {9, no_leader_epoch, ""};
  protocol::offset_fetch_request fetch;
  auto& group = fetch.groups.emplace_back();
  group.group_id = "g";
  group.topics.reset();
  const auto known = s.ask(s.c, fetch, 8).groups.at(0).topics;
  REQUIRE(known.size() == 1);
  CHECK(known[0].partitions.at(0).committed_offset == 5);
}

TEST_CASE("groups that may not be described are not listed") {
  stage s;
  s.core.groups().find_or_create("mine");
  s.core.groups().find_or_create("other");
  s.allow(acl_operation::describe, acl_resource::group, "mine");
  const auto listed = s.ask(s.c, protocol::list_groups_request{}, 4);
  CHECK(listed.error_code == 0);
  REQUIRE(listed.groups.size() == 1);
  CHECK(listed.groups[0].group_id == "mine");
  s.allow(acl_operation::describe, acl_resource::cluster, std::string{cluster_resource});
  CHECK(s.ask(s.c, protocol::list_groups_request{}, 4).groups.size() == 2);
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
