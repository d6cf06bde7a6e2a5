#include <algorithm>
#include <kwire/protocol/messages/describe_topic_partitions.hpp>
#include <set>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using told_topic = protocol::describe_topic_partitions_response::topic;
using told_partition = protocol::describe_topic_partitions_response::partition;

told_partition describe(const cluster& state, const partition& known, std::int32_t index) {
  told_partition told;
  told.partition_index = partition_id{index};
  told.leader_id = known.leader;
  told.epoch = known.epoch;
  told.replica_nodes = known.replicas;
  told.isr_nodes = known.in_sync;
  told.eligible_leader_replicas.emplace();  // there are none; Java cannot read null
  told.last_known_elr.emplace();
  for (const auto id : known.replicas) {
    if (!state.is_alive(id)) told.offline_replicas.push_back(id);
  }
  if (known.leader == no_node) told.error_code = code(broker_errc::leader_not_available);
  return told;
}

}  // namespace

/// KIP-966: metadata in pages, topics in the order of their names.
void serve_describe_topic_partitions(broker_core& core, const request& what) {
  protocol::describe_topic_partitions_request asked;
  if (!read_body(core, what, asked)) return;
  constexpr std::int32_t most = 2'000;
  auto room = std::clamp(asked.response_partition_limit, 1, most);
  std::set<std::string> names;
  for (const auto& topic : asked.topics) names.insert(topic.name);
  if (asked.topics.empty()) {
    for (const auto& [name, of] : core.state().topics()) {
      if (may(core, what.token.connection, acl_operation::describe, acl_resource::topic, name)) {
        names.insert(name);
      }
    }
  }
  auto name = asked.cursor ? names.lower_bound(asked.cursor->topic_name) : names.begin();
  protocol::describe_topic_partitions_response answer;
  for (; name != names.end() && room > 0; ++name) {
    auto& told = answer.topics.emplace_back();
    told.name = *name;
    auto* of = core.state().find(*name);
    auto error = refused_topic(core, what, acl_operation::describe, *name);
    if (error == broker_errc::none && of == nullptr) {
      error = is_valid_topic_name(*name) ? broker_errc::unknown_topic_or_partition
                                         : broker_errc::invalid_topic_exception;
    }
    told.error_code = code(error);
    if (error != broker_errc::none) continue;
    told.topic_id = of->id;
    told.is_internal = is_internal_topic(*name);
    told.topic_authorized_operations = authorized_operations(core, what, acl_resource::topic, *name);
    const bool goes_on = asked.cursor && asked.cursor->topic_name == *name;
    auto index = goes_on ? std::max(raw(asked.cursor->partition_index), 0) : 0;
    const auto count = static_cast<std::int32_t>(of->partitions.size());
    for (; index < count && room > 0; ++index, --room) {
      told.partitions.push_back(describe(core.state(), *of->find(partition_id{index}), index));
    }
    if (index >= count) continue;
    answer.next_cursor.emplace();
    answer.next_cursor->topic_name = *name;
    answer.next_cursor->partition_index = partition_id{index};
    return core.respond(what.token, answer);
  }
  if (name != names.end()) {
    answer.next_cursor.emplace();
    answer.next_cursor->topic_name = *name;
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
