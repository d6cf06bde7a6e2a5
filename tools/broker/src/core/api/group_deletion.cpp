#include <kwire/protocol/messages/delete_groups.hpp>
#include <kwire/protocol/messages/offset_delete.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

broker_errc remove(broker_core& core, const std::string& id) {
  if (id.empty()) return broker_errc::invalid_group_id;
  if (core.groups().find(id) == nullptr) return broker_errc::group_id_not_found;
  if (core.groups().state(id) != "Empty") return broker_errc::non_empty_group;
  core.groups().remove(id);
  return broker_errc::none;
}

/// Whether a member of the group reads the topic, which is when its offsets must stay.
bool is_subscribed(broker_core& core, const std::string& id, const std::string& topic) {
  if (const auto* modern = core.groups().find_consumer(id)) return modern->subscribes(topic);
  const auto* classic = core.groups().find(id);
  return classic->protocol_type() == "consumer" && classic->subscribes(topic);
}

broker_errc check_offsets(broker_core& core, const request& what, const std::string& id) {
  const auto refused = refused_by_coordinator(core, what, coordinator_kind::group, id);
  if (refused != broker_errc::none) return refused;
  if (id.empty()) return broker_errc::invalid_group_id;
  const auto* known = core.groups().find(id);
  if (known == nullptr) return broker_errc::group_id_not_found;
  // Members that are not consumers may use any of the group's offsets.
  const bool foreign = !known->members().empty() && known->protocol_type() != "consumer";
  return foreign ? broker_errc::non_empty_group : broker_errc::none;
}

}  // namespace

void serve_delete_groups(broker_core& core, const request& what) {
  protocol::delete_groups_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::delete_groups_response answer;
  for (const auto& id : asked.groups_names) {
    auto& told = answer.results.emplace_back();
    told.group_id = id;
    auto error = refused_group(core, what, acl_operation::remove, id);
    if (error == broker_errc::none) error = refused_by_coordinator(core, what, coordinator_kind::group, id);
    told.error_code = code(error != broker_errc::none ? error : remove(core, id));
  }
  core.respond(what.token, answer);
}

void serve_offset_delete(broker_core& core, const request& what) {
  protocol::offset_delete_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::offset_delete_response answer;
  const auto refused = check_offsets(core, what, asked.group_id);
  answer.error_code = code(refused);
  if (refused != broker_errc::none) return core.respond(what.token, answer);
  auto& offsets = core.groups().find(asked.group_id)->offsets;
  for (const auto& topic : asked.topics) {
    auto& told = answer.topics.emplace_back();
    told.name = topic.name;
    auto* known = core.state().find(topic.name);
    for (const auto& partition : topic.partitions) {
      auto& result = told.partitions.emplace_back();
      result.partition_index = partition.partition_index;
      auto error = refused_topic(core, what, acl_operation::read, topic.name);
      if (error != broker_errc::none) {
        // not his to change
      } else if (known == nullptr || known->find(partition.partition_index) == nullptr) {
        error = broker_errc::unknown_topic_or_partition;
      } else if (is_subscribed(core, asked.group_id, topic.name)) {
        error = broker_errc::group_subscribed_to_topic;
      }
      if (error == broker_errc::none) offsets.erase({topic.name, partition.partition_index});
      result.error_code = code(error);
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
