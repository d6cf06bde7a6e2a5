#include <kwire/protocol/messages/share_group_describe.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>

#include "core/api/group_heartbeats.hpp"
#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

void describe(broker_core& core, const share_group& known,
              protocol::share_group_describe_response::group& told) {
  told.group_state = known.state();
  told.group_epoch = told.assignment_epoch = known.epoch();
  told.assignor_name = "simple";
  for (const auto& [id, member] : known.members()) {
    auto& listed = told.members.emplace_back();
    listed.member_id = id;
    listed.rack_id = member.rack_id;
    listed.member_epoch = member.epoch;
    listed.client_id = member.client_id;
    listed.client_host = member.client_host;
    listed.subscribed_topic_names = {member.topics.begin(), member.topics.end()};
    for (const auto& [topic, indexes] : member.assigned) {
      const auto* of = core.state().find(topic);
      if (of == nullptr) continue;
      auto& given = listed.assignment.topic_partitions.emplace_back();
      given.topic_id = topic;
      given.topic_name = of->name;
      for (const auto index : indexes) given.partitions.push_back(partition_id{index});
    }
  }
}

}  // namespace

void serve_share_group_heartbeat(broker_core& core, const request& what) {
  protocol::share_group_heartbeat_request asked;
  if (!read_body(core, what, asked)) return;
  share_heartbeat input;
  input.member_id = std::move(asked.member_id);
  input.epoch = asked.member_epoch;
  input.rack_id = std::move(asked.rack_id);
  input.topics = std::move(asked.subscribed_topic_names);
  input.client_id = what.client->client_id;
  input.client_host = "/" + what.client->host;
  consumer_heartbeat_result result;
  result.refused.code = refused_by_coordinator(core, what, coordinator_kind::group, asked.group_id);
  if (result.refused.code == broker_errc::none) result.refused = check_heartbeat(asked.group_id, input);
  if (result.refused.code == broker_errc::none)
    result = core.groups().heartbeat(asked.group_id, input, what.now);
  answer_heartbeat<protocol::share_group_heartbeat_response>(
      core, what, result, input.epoch, core.groups().config(asked.group_id).share_heartbeat);
}

void serve_share_group_describe(broker_core& core, const request& what) {
  protocol::share_group_describe_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::share_group_describe_response answer;
  for (const auto& id : asked.group_ids) {
    auto& told = answer.groups.emplace_back();
    told.group_id = id;
    auto error = refused_group(core, what, acl_operation::describe, id);
    if (error == broker_errc::none) error = refused_by_coordinator(core, what, coordinator_kind::group, id);
    const auto* known = core.groups().find_share(id);
    if (error == broker_errc::none && id.empty()) error = broker_errc::invalid_group_id;
    if (error == broker_errc::none && known == nullptr) error = broker_errc::group_id_not_found;
    told.error_code = code(error);
    if (error != broker_errc::none) {
      told.error_message = std::string{meaning(error)};
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
