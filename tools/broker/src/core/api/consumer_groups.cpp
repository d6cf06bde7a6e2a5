#include <kwire/protocol/messages/consumer_group_describe.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>

#include "core/api/group_heartbeats.hpp"
#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using asked_heartbeat = protocol::consumer_group_heartbeat_request;
using told_group = protocol::consumer_group_describe_response::group;
using told_assignment = protocol::consumer_group_describe_response::assigned;

std::optional<topic_partitions> owned_of(const asked_heartbeat& asked) {
  if (!asked.topic_partitions) return std::nullopt;
  topic_partitions owned;
  for (const auto& topic : *asked.topic_partitions) {
    for (const auto index : topic.partitions) owned[topic.topic_id].insert(raw(index));
  }
  return owned;
}

consumer_heartbeat read(const request& what, asked_heartbeat asked) {
  consumer_heartbeat input;
  input.owned = owned_of(asked);
  input.member_id = std::move(asked.member_id);
  input.epoch = asked.member_epoch;
  input.instance_id = std::move(asked.instance_id);
  input.rack_id = std::move(asked.rack_id);
  input.rebalance_timeout_ms = asked.rebalance_timeout_ms;
  input.topics = std::move(asked.subscribed_topic_names);
  input.pattern = std::move(asked.subscribed_topic_regex);
  input.assignor = std::move(asked.server_assignor);
  input.client_id = what.client->client_id;
  input.client_host = "/" + what.client->host;
  return input;
}

told_assignment named(broker_core& core, const topic_partitions& partitions) {
  told_assignment told;
  for (const auto& [id, indexes] : partitions) {
    const auto* known = core.state().find(id);
    if (known == nullptr) continue;
    auto& listed = told.topic_partitions.emplace_back();
    listed.topic_id = id;
    listed.topic_name = known->name;
    for (const auto index : indexes) listed.partitions.push_back(partition_id{index});
  }
  return told;
}

void describe(broker_core& core, const consumer_group& known, told_group& told) {
  told.group_state = known.state();
  told.group_epoch = known.epoch();
  told.assignment_epoch = known.assignment_epoch();
  told.assignor_name = known.assignor_name();
  for (const auto& [id, member] : known.members()) {
    auto& listed = told.members.emplace_back();
    listed.member_id = id;
    listed.instance_id = member.instance_id;
    listed.rack_id = member.rack_id;
    listed.member_epoch = member.epoch;
    listed.client_id = member.client_id;
    listed.client_host = member.client_host;
    listed.subscribed_topic_names = {member.topics.begin(), member.topics.end()};
    if (!member.pattern.empty()) listed.subscribed_topic_regex = member.pattern;
    listed.assignment = named(core, member.assigned);
    listed.target_assignment = named(core, known.target(id));
    listed.member_type = member.classic ? 0 : 1;
  }
}

}  // namespace

void serve_consumer_group_heartbeat(broker_core& core, const request& what) {
  asked_heartbeat asked;
  if (!read_body(core, what, asked)) return;
  const auto id = asked.group_id;
  const auto input = read(what, std::move(asked));
  consumer_heartbeat_result result;
  result.refused.code = refused_by_coordinator(core, what, coordinator_kind::group, id);
  if (result.refused.code == broker_errc::none)
    result.refused = check_heartbeat(id, input, what.token.version);
  if (result.refused.code == broker_errc::none) result = core.groups().heartbeat(id, input, what.now);
  answer_heartbeat<protocol::consumer_group_heartbeat_response>(core, what, result, input.epoch,
                                                                core.groups().config(id).consumer_heartbeat);
}

void serve_consumer_group_describe(broker_core& core, const request& what) {
  protocol::consumer_group_describe_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::consumer_group_describe_response answer;
  for (const auto& id : asked.group_ids) {
    auto& told = answer.groups.emplace_back();
    told.group_id = id;
    auto error = refused_group(core, what, acl_operation::describe, id);
    if (error == broker_errc::none) error = refused_by_coordinator(core, what, coordinator_kind::group, id);
    const auto* known = core.groups().find_consumer(id);
    if (error == broker_errc::none && id.empty()) error = broker_errc::invalid_group_id;
    if (error == broker_errc::none && known == nullptr) error = broker_errc::group_id_not_found;
    told.error_code = code(error);
    if (error != broker_errc::none) {
      told.error_message = error == broker_errc::group_id_not_found
                               ? "Group " + id + " is not a consumer group."
                               : std::string{meaning(error)};
      continue;
    }
    describe(core, *known, told);
    if (asked.include_authorized_operations) {
      told.authorized_operations = authorized_operations(core, what, acl_resource::group, id);
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
