#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/sync_group.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using std::chrono::milliseconds;

void send(broker_core& core, const request_token& to, const join_result& result) {
  protocol::join_group_response answer;
  answer.error_code = code(result.error);
  answer.generation = result.generation;
  answer.protocol_type = result.protocol_type;
  answer.protocol_name = result.protocol_name;
  constexpr std::int16_t first_with_null_protocol = 7;
  if (!answer.protocol_name && to.version < first_with_null_protocol) answer.protocol_name = "";
  answer.leader = result.leader;
  answer.skip_assignment = result.skip_assignment;
  answer.member_id = result.member_id;
  for (const auto& member : result.members) {
    auto& listed = answer.members.emplace_back();
    listed.member_id = member.member_id;
    listed.group_instance_id = member.instance_id;
    listed.metadata = member.metadata;
  }
  core.respond(to, answer);
}

void send(broker_core& core, const request_token& to, const sync_result& result) {
  protocol::sync_group_response answer;
  answer.error_code = code(result.error);
  answer.protocol_type = result.protocol_type;
  answer.protocol_name = result.protocol_name;
  answer.assignment = result.assignment;
  core.respond(to, answer);
}

broker_errc check_join(const broker_core& core, const request& what,
                       const protocol::join_group_request& asked) {
  if (what.injected != broker_errc::none) return what.injected;
  if (asked.group_id.empty()) return broker_errc::invalid_group_id;
  const auto elsewhere = core.check_coordinator(what, coordinator_kind::group, asked.group_id);
  if (elsewhere != broker_errc::none) return elsewhere;
  const auto& limits = core.options().groups;
  const milliseconds session{asked.session_timeout_ms};
  if (session < limits.min_session_timeout || session > limits.max_session_timeout) {
    return broker_errc::invalid_session_timeout;
  }
  return broker_errc::none;
}

}  // namespace

void send_group_answer(broker_core& core, const group_answer& answer) {
  if (answer.to.key == api::join_group) {
    send(core, answer.to, answer.joined);
  } else {
    send(core, answer.to, answer.synced);
  }
}

void serve_join_group(broker_core& core, const request& what) {
  protocol::join_group_request asked;
  if (!read_body(core, what, asked)) return;
  join_result refused;
  refused.error = check_join(core, what, asked);
  // A group comes into being by a new member; an id it cannot have given out does not make one.
  auto* known = core.groups().find(asked.group_id);
  if (refused.error == broker_errc::none && core.groups().find_share(asked.group_id) != nullptr) {
    refused.error = broker_errc::inconsistent_group_protocol;
  }
  if (refused.error == broker_errc::none && known == nullptr && !asked.member_id.empty()) {
    refused.error = broker_errc::unknown_member_id;
  }
  if (refused.error != broker_errc::none) {
    refused.member_id = asked.member_id;
    return send(core, what.token, refused);
  }
  join_input input;
  input.token = what.token;
  input.member_id = std::move(asked.member_id);
  input.instance_id = std::move(asked.group_instance_id);
  input.client_id = what.client->client_id;
  input.client_host = "/" + what.client->host;
  input.session_timeout = milliseconds{asked.session_timeout_ms};
  // Version 0 has one timeout for both.
  input.rebalance_timeout =
      what.token.version == 0 ? input.session_timeout : milliseconds{asked.rebalance_timeout_ms};
  input.protocol_type = std::move(asked.protocol_type);
  for (auto& offered : asked.protocols) {
    input.protocols.push_back({std::move(offered.name), std::move(offered.metadata)});
  }
  if (auto* modern = core.groups().find_consumer_of_classic(asked.group_id)) {
    const auto result = modern->join(input, core.state(), what.now);
    core.groups().settle(*modern, what.now, true);
    return send(core, what.token, result);
  }
  auto& of = known != nullptr ? *known : core.groups().find_or_create(asked.group_id);
  of.join(input, what.now);
  core.groups().settle(of);
}

void serve_sync_group(broker_core& core, const request& what) {
  protocol::sync_group_request asked;
  if (!read_body(core, what, asked)) return;
  auto* of = core.groups().find(asked.group_id);
  const auto error = refused_by_coordinator(core, what, coordinator_kind::group, asked.group_id);
  if (error != broker_errc::none || of == nullptr) {
    sync_result refused;
    refused.error = error != broker_errc::none ? error : broker_errc::unknown_member_id;
    return send(core, what.token, refused);
  }
  sync_input input;
  input.token = what.token;
  input.member_id = std::move(asked.member_id);
  input.instance_id = std::move(asked.group_instance_id);
  input.generation = asked.generation;
  input.protocol_type = std::move(asked.protocol_type);
  input.protocol_name = std::move(asked.protocol_name);
  for (auto& given : asked.assignments) input.assignments[given.member_id] = std::move(given.assignment);
  if (auto* modern = core.groups().find_consumer(asked.group_id)) {
    const auto result = modern->sync(input, core.state(), what.now);
    core.groups().settle(*modern, what.now);
    return send(core, what.token, result);
  }
  of->sync(input, what.now);
  core.groups().settle(*of);
}

void serve_heartbeat(broker_core& core, const request& what) {
  protocol::heartbeat_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::heartbeat_response answer;
  auto* of = core.groups().find(asked.group_id);
  auto error = refused_by_coordinator(core, what, coordinator_kind::group, asked.group_id);
  if (error == broker_errc::none) {
    error = core.groups().classic_heartbeat(asked.group_id, asked.member_id, asked.group_instance_id,
                                            asked.generation, what.now);
  }
  answer.error_code = code(error);
  core.respond(what.token, answer);
  if (of != nullptr) core.groups().settle(*of);
}

void serve_leave_group(broker_core& core, const request& what) {
  protocol::leave_group_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::leave_group_response answer;
  auto* of = core.groups().find(asked.group_id);
  const auto leave = [&](const std::string& member, const std::optional<std::string>& instance) {
    return core.groups().classic_leave(asked.group_id, member, instance, what.now);
  };
  constexpr std::int16_t first_with_many = 3;
  const auto refused = refused_by_coordinator(core, what, coordinator_kind::group, asked.group_id);
  if (refused != broker_errc::none) {
    answer.error_code = code(refused);
  } else if (what.token.version < first_with_many) {
    answer.error_code = code(leave(asked.member_id, std::nullopt));
  } else {
    for (const auto& member : asked.members) {
      auto& told = answer.members.emplace_back();
      told.member_id = member.member_id;
      told.group_instance_id = member.group_instance_id;
      told.error_code = code(leave(member.member_id, member.group_instance_id));
    }
  }
  core.respond(what.token, answer);
  if (of != nullptr) core.groups().settle(*of);
}

}  // namespace kwire::embedded
