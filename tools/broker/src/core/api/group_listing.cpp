#include <algorithm>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/list_groups.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool passes(const std::vector<std::string>& filter, std::string_view value) {
  return filter.empty() ||
         std::ranges::any_of(filter, [=](const auto& wanted) { return same_ignoring_case(wanted, value); });
}

void describe(const group& known, protocol::describe_groups_response::group& told) {
  told.group_state = to_string(known.current());
  told.protocol_type = known.protocol_type();
  // Metadata and assignments belong to a finished generation only.
  const bool settled = known.current() == group::state::stable;
  if (settled) told.protocol_data = known.protocol();
  for (const auto& [id, member] : known.members()) {
    auto& listed = told.members.emplace_back();
    listed.member_id = id;
    listed.group_instance_id = member.instance_id;
    listed.client_id = member.client_id;
    listed.client_host = member.client_host;
    if (!settled) continue;
    if (const auto* metadata = member.metadata(known.protocol())) listed.member_metadata = *metadata;
    listed.member_assignment = member.assignment;
  }
}

}  // namespace

void serve_describe_groups(broker_core& core, const request& what) {
  protocol::describe_groups_request asked;
  if (!read_body(core, what, asked)) return;
  constexpr std::int16_t first_with_not_found = 6;
  protocol::describe_groups_response answer;
  for (const auto& id : asked.groups) {
    auto& told = answer.groups.emplace_back();
    told.group_id = id;
    auto error = refused_group(core, what, acl_operation::describe, id);
    if (error == broker_errc::none) error = refused_by_coordinator(core, what, coordinator_kind::group, id);
    told.error_code = code(error);
    if (error != broker_errc::none) continue;
    if (asked.include_authorized_operations) {
      told.authorized_operations = authorized_operations(core, what, acl_resource::group, id);
    }
    const auto* known = core.groups().find(id);
    if (known != nullptr && core.groups().type(id) == "classic") {
      describe(*known, told);
      continue;
    }
    told.group_state = "Dead";
    if (what.token.version >= first_with_not_found) {
      told.error_code = code(broker_errc::group_id_not_found);
      told.error_message = "Group " + id + " not found.";
    }
  }
  core.respond(what.token, answer);
}

void serve_list_groups(broker_core& core, const request& what) {
  protocol::list_groups_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::list_groups_response answer;
  answer.error_code = code(what.injected);
  // Who may describe the cluster sees all groups, others those that they may describe.
  const bool all =
      may(core, what.token.connection, acl_operation::describe, acl_resource::cluster, cluster_resource);
  if (what.injected == broker_errc::none) {
    for (const auto& [id, entry] : core.groups().all()) {
      if (core.coordinator_of(coordinator_kind::group, id) != what.node) continue;
      if (!all && refused_group(core, what, acl_operation::describe, id) != broker_errc::none) continue;
      const auto state = core.groups().state(id);
      const auto type = core.groups().type(id);
      if (!passes(asked.states_filter, state) || !passes(asked.types_filter, type)) continue;
      auto& told = answer.groups.emplace_back();
      told.group_id = id;
      told.protocol_type = core.groups().protocol_type(id);
      told.group_state = state;
      told.group_type = type;
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
