#include <algorithm>
#include <kwire/protocol/messages/alter_partition_reassignments.hpp>
#include <kwire/protocol/messages/create_partitions.hpp>
#include <kwire/protocol/messages/elect_leaders.hpp>
#include <kwire/protocol/messages/list_partition_reassignments.hpp>
#include <set>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

bool are_living(const broker_core& core, const std::vector<node_id>& replicas) {
  const std::set<node_id> different{replicas.begin(), replicas.end()};
  return !replicas.empty() && different.size() == replicas.size() &&
         std::ranges::all_of(replicas, [&](node_id id) { return core.state().is_alive(id); });
}

broker_errc plan(broker_core& core, const topic& of, const protocol::create_partitions_request::topic& asked,
                 placement& added) {
  constexpr std::int32_t most = 100'000;
  const auto have = of.partitions.size();
  if (asked.count <= 0 || asked.count > most || static_cast<std::size_t>(asked.count) <= have) {
    return broker_errc::invalid_partitions;
  }
  const auto wanted = static_cast<std::size_t>(asked.count);
  const auto factor = of.partitions.front().replicas.size();
  if (!asked.assignments) {
    const auto whole = core.state().default_placement(wanted, factor);
    added.assign(whole.begin() + static_cast<std::ptrdiff_t>(have), whole.end());
    return broker_errc::none;
  }
  for (const auto& assignment : *asked.assignments) {
    if (!are_living(core, assignment.broker_ids) || assignment.broker_ids.size() != factor) {
      return broker_errc::invalid_replica_assignment;
    }
    added.push_back(assignment.broker_ids);
  }
  return added.size() == wanted - have ? broker_errc::none : broker_errc::invalid_replica_assignment;
}

broker_errc elect(broker_core& core, const std::string& name, partition_id index, bool unclean, instant now) {
  auto* of = core.state().find(name);
  auto* where = of == nullptr ? nullptr : of->find(index);
  if (where == nullptr) return broker_errc::unknown_topic_or_partition;
  elections controller{core.state()};
  if (unclean) {
    if (where->leader != no_node) return broker_errc::election_not_needed;
    if (!controller.elect(*where, true)) return broker_errc::eligible_leaders_not_available;
  } else {
    const auto preferred = where->replicas.front();
    if (where->leader == preferred) return broker_errc::election_not_needed;
    if (!controller.move_leader(*where, preferred)) return broker_errc::preferred_leader_not_available;
  }
  core.grown(*of, index, now);
  return broker_errc::none;
}

using asked_move = protocol::alter_partition_reassignments_request::partition;

broker_errc reassign(broker_core& core, const std::string& name, const asked_move& asked, bool may_resize,
                     instant now) {
  auto* of = core.state().find(name);
  auto* where = of == nullptr ? nullptr : of->find(asked.partition_index);
  if (where == nullptr) return broker_errc::unknown_topic_or_partition;
  // New replicas are in sync at once, so there is never one to cancel.
  if (!asked.replicas) return broker_errc::no_reassignment_in_progress;
  if (!are_living(core, *asked.replicas)) return broker_errc::invalid_replica_assignment;
  if (!may_resize && asked.replicas->size() != where->replicas.size()) {
    return broker_errc::invalid_replication_factor;
  }
  elections{core.state()}.reassign(*where, *asked.replicas);
  core.grown(*of, asked.partition_index, now);
  return broker_errc::none;
}

}  // namespace

void serve_create_partitions(broker_core& core, const request& what) {
  protocol::create_partitions_request asked;
  if (!read_body(core, what, asked)) return;
  std::map<std::string, int> named;
  for (const auto& topic : asked.topics) ++named[topic.name];
  protocol::create_partitions_response answer;
  for (const auto& topic : asked.topics) {
    auto& told = answer.results.emplace_back();
    told.name = topic.name;
    told.error_message.reset();
    auto* of = core.state().find(topic.name);
    placement added;
    auto error = refused_topic(core, what, acl_operation::alter, topic.name);
    if (error == broker_errc::none && named[topic.name] > 1) error = broker_errc::invalid_request;
    if (error == broker_errc::none && of == nullptr) error = broker_errc::unknown_topic_or_partition;
    if (error == broker_errc::none) error = plan(core, *of, topic, added);
    told.error_code = code(error);
    if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
    if (error == broker_errc::none && !asked.validate_only) core.add_partitions(*of, added);
  }
  core.respond(what.token, answer);
}

void serve_elect_leaders(broker_core& core, const request& what) {
  protocol::elect_leaders_request asked;
  if (!read_body(core, what, asked)) return;
  const bool all = !asked.topic_partitions;
  if (all) {
    asked.topic_partitions.emplace();
    for (const auto& [name, of] : core.state().topics()) {
      auto& one = asked.topic_partitions->emplace_back();
      one.name = name;
      for (std::size_t i = 0; i < of.partitions.size(); ++i) {
        one.partitions.push_back(partition_id{static_cast<std::int32_t>(i)});
      }
    }
  }
  protocol::elect_leaders_response answer;
  const auto whole =
      asked.election_type < 0 || asked.election_type > 1 ? broker_errc::invalid_request : what.injected;
  if (what.token.version >= 1) answer.error_code = code(whole);
  for (const auto& topic : *asked.topic_partitions) {
    auto& listed = answer.replica_election_results.emplace_back();
    listed.name = topic.name;
    for (const auto index : topic.partitions) {
      const auto error = whole != broker_errc::none
                             ? whole
                             : elect(core, topic.name, index, asked.election_type == 1, what.now);
      // Who asks for all does not hear of those that were fine.
      if (all && error == broker_errc::election_not_needed) continue;
      auto& told = listed.partition_result.emplace_back();
      told.index = index;
      told.error_code = code(error);
      told.error_message.reset();
      if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
    }
    if (all && listed.partition_result.empty()) answer.replica_election_results.pop_back();
  }
  core.respond(what.token, answer);
}

void serve_alter_partition_reassignments(broker_core& core, const request& what) {
  protocol::alter_partition_reassignments_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::alter_partition_reassignments_response answer;
  answer.allow_replication_factor_change = asked.allow_replication_factor_change;
  answer.error_code = code(what.injected);
  answer.error_message.reset();
  for (const auto& topic : asked.topics) {
    auto& listed = answer.responses.emplace_back();
    listed.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto error = what.injected;
      if (error == broker_errc::none) {
        error = reassign(core, topic.name, partition, asked.allow_replication_factor_change, what.now);
      }
      auto& told = listed.partitions.emplace_back();
      told.partition_index = partition.partition_index;
      told.error_code = code(error);
      told.error_message.reset();
      if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
    }
  }
  core.respond(what.token, answer);
}

/// Reassignments are done at once, so none is ever under way.
void serve_list_partition_reassignments(broker_core& core, const request& what) {
  protocol::list_partition_reassignments_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::list_partition_reassignments_response answer;
  answer.error_code = code(what.injected);
  answer.error_message.reset();
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
