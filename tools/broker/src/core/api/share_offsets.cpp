#include <algorithm>
#include <kwire/protocol/messages/alter_share_group_offsets.hpp>
#include <kwire/protocol/messages/delete_share_group_offsets.hpp>
#include <kwire/protocol/messages/describe_share_group_offsets.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using asked_group = protocol::describe_share_group_offsets_request::group;
using told_group = protocol::describe_share_group_offsets_response::group;
using told_partition = protocol::describe_share_group_offsets_response::partition;

told_partition tell(partition& of, partition_id index, const share_partition* known) {
  told_partition told;
  told.partition_index = index;
  told.start_offset = known == nullptr ? -1 : known->start();
  told.epoch = of.epoch;
  if (known != nullptr) told.lag = known->lag(of.log.end_offset());
  return told;
}

void tell_all(broker_core& core, const share_group& known, told_group& told) {
  for (const auto& [where, state] : known.places()) {
    auto* of = core.state().find(where.first);
    if (of == nullptr) continue;
    if (told.topics.empty() || told.topics.back().topic_id != where.first) {
      auto& listed = told.topics.emplace_back();
      listed.topic_id = where.first;
      listed.topic_name = of->name;
    }
    const partition_id index{where.second};
    told.topics.back().partitions.push_back(tell(*of->find(index), index, &state));
  }
}

void tell_some(broker_core& core, share_group& known, const asked_group& asked, told_group& told) {
  for (const auto& topic : *asked.topics) {
    auto& listed = told.topics.emplace_back();
    listed.topic_name = topic.topic_name;
    auto* of = core.state().find(topic.topic_name);
    if (of != nullptr) listed.topic_id = of->id;
    for (const auto index : topic.partitions) {
      auto* where = of == nullptr ? nullptr : of->find(index);
      if (where != nullptr) {
        listed.partitions.push_back(tell(*where, index, known.find({of->id, raw(index)})));
        continue;
      }
      auto& failed = listed.partitions.emplace_back();
      failed.partition_index = index;
      failed.error_code = code(broker_errc::unknown_topic_or_partition);
      failed.error_message = std::string{meaning(broker_errc::unknown_topic_or_partition)};
    }
  }
}

/// Offsets of a share group change only while nobody uses them.
broker_errc may_change(broker_core& core, const request& what, const std::string& id) {
  const auto refused = refused_by_coordinator(core, what, coordinator_kind::group, id);
  if (refused != broker_errc::none) return refused;
  if (id.empty()) return broker_errc::invalid_group_id;
  const auto* known = core.groups().find_share(id);
  if (known == nullptr) return broker_errc::group_id_not_found;
  return known->members().empty() ? broker_errc::none : broker_errc::non_empty_group;
}

/// Whether the group's offsets may not be changed, with the reason in the answer.
template <class Answer>
bool refused(broker_core& core, const request& what, const std::string& group, Answer& answer) {
  const auto why = may_change(core, what, group);
  answer.error_code = code(why);
  if (why != broker_errc::none) answer.error_message = std::string{meaning(why)};
  return why != broker_errc::none;
}

}  // namespace

void serve_describe_share_group_offsets(broker_core& core, const request& what) {
  protocol::describe_share_group_offsets_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_share_group_offsets_response answer;
  for (const auto& group : asked.groups) {
    auto& told = answer.groups.emplace_back();
    told.group_id = group.group_id;
    auto* known = core.groups().find_share(group.group_id);
    auto error = refused_group(core, what, acl_operation::describe, group.group_id);
    if (error == broker_errc::none) {
      error = refused_by_coordinator(core, what, coordinator_kind::group, group.group_id);
    }
    if (error == broker_errc::none && known == nullptr) error = broker_errc::group_id_not_found;
    told.error_code = code(error);
    if (error != broker_errc::none) {
      told.error_message = std::string{meaning(error)};
    } else if (group.topics) {
      tell_some(core, *known, group, told);
    } else {
      tell_all(core, *known, told);
    }
  }
  core.respond(what.token, answer);
}

void serve_alter_share_group_offsets(broker_core& core, const request& what) {
  protocol::alter_share_group_offsets_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::alter_share_group_offsets_response answer;
  if (refused(core, what, asked.group_id, answer)) return core.respond(what.token, answer);
  auto& known = *core.groups().find_share(asked.group_id);
  for (const auto& topic : asked.topics) {
    auto& told = answer.responses.emplace_back();
    told.topic_name = topic.topic_name;
    auto* of = core.state().find(topic.topic_name);
    if (of != nullptr) told.topic_id = of->id;
    for (const auto& partition : topic.partitions) {
      auto& result = told.partitions.emplace_back();
      result.partition_index = partition.partition_index;
      const auto* where = of == nullptr ? nullptr : of->find(partition.partition_index);
      if (where == nullptr) {
        result.error_code = code(broker_errc::unknown_topic_or_partition);
        result.error_message = std::string{meaning(broker_errc::unknown_topic_or_partition)};
        continue;
      }
      const auto start =
          std::clamp(partition.start_offset, where->log.start_offset(), where->log.end_offset());
      known.reset({of->id, raw(partition.partition_index)}, start);
    }
  }
  core.groups().settle(known);
  core.respond(what.token, answer);
}

void serve_delete_share_group_offsets(broker_core& core, const request& what) {
  protocol::delete_share_group_offsets_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::delete_share_group_offsets_response answer;
  if (refused(core, what, asked.group_id, answer)) return core.respond(what.token, answer);
  auto& known = *core.groups().find_share(asked.group_id);
  for (const auto& topic : asked.topics) {
    auto& told = answer.responses.emplace_back();
    told.topic_name = topic.topic_name;
    if (auto* of = core.state().find(topic.topic_name)) {
      told.topic_id = of->id;
      known.forget(of->id);
    } else {
      told.error_code = code(broker_errc::unknown_topic_or_partition);
      told.error_message = std::string{meaning(broker_errc::unknown_topic_or_partition)};
    }
  }
  core.groups().settle(known);
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
