#include <kwire/protocol/messages/describe_cluster.hpp>
#include <kwire/protocol/messages/metadata.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using answer_topic = protocol::metadata_response::topic;

answer_topic describe(const cluster& state, const topic& known) {
  answer_topic told;
  told.name = known.name;
  told.topic_id = known.id;
  told.is_internal = is_internal_topic(known.name);
  told.partitions.resize(known.partitions.size());
  for (std::size_t i = 0; i < known.partitions.size(); ++i) {
    const auto& from = known.partitions[i];
    auto& partition = told.partitions[i];
    partition.partition_index = partition_id{static_cast<std::int32_t>(i)};
    partition.leader_id = from.leader;
    if (from.leader == no_node) partition.error_code = code(broker_errc::leader_not_available);
    partition.epoch = from.epoch;
    partition.replica_nodes = from.replicas;
    partition.isr_nodes = from.in_sync;
    for (const auto node : from.replicas) {
      if (!state.is_alive(node)) partition.offline_replicas.push_back(node);
    }
  }
  return told;
}

/// Topics are made for who may make this one, or any.
broker_errc refused_creation(const broker_core& core, const request& what, const std::string& name) {
  const auto anywhere = refused(core, what, acl_operation::create, acl_resource::cluster, cluster_resource);
  return anywhere == broker_errc::none ? anywhere : refused_topic(core, what, acl_operation::create, name);
}

answer_topic describe(broker_core& core, const request& what, const protocol::metadata_request::topic& asked,
                      bool may_create) {
  const bool by_id = !asked.name || !asked.topic_id.is_zero();  // Java sends an empty name with an id
  auto* known = by_id ? core.state().find(asked.topic_id) : core.state().find(*asked.name);
  auto error = what.injected;
  if (known != nullptr || !by_id) {
    const auto& name = known != nullptr ? known->name : *asked.name;
    error = refused_topic(core, what, acl_operation::describe, name);
  }
  if (known == nullptr && error == broker_errc::none) {
    error = cluster::unknown(by_id);
    if (!by_id && !is_valid_topic_name(*asked.name)) {
      error = broker_errc::invalid_topic_exception;
    } else if (const auto denied = refused_creation(core, what, asked.name.value_or(""));
               !by_id && may_create && denied != broker_errc::none) {
      error = denied;
    } else if (!by_id && may_create) {
      known = &core.create_topic(*asked.name, core.options().default_partitions, core.default_config());
      error = broker_errc::none;
    }
  }
  if (error == broker_errc::none) return describe(core.state(), *known);
  answer_topic told;
  told.error_code = code(error);
  told.name = asked.name;
  told.topic_id = asked.topic_id;
  return told;
}

}  // namespace

void serve_metadata(broker_core& core, const request& what) {
  protocol::metadata_request asked;
  if (!read_body(core, what, asked)) return;
  const auto version = what.token.version;
  auto& state = core.state();
  protocol::metadata_response answer;
  for (const auto& node : state.nodes()) {
    if (!node.alive) continue;
    auto& broker = answer.brokers.emplace_back();
    broker.id = node.id;
    const auto where = core.address(node, what.token.connection);
    broker.host = where.host;
    broker.port = where.port;
    broker.rack = node.rack;
  }
  answer.cluster_id = state.id();
  answer.controller_id = state.controller();
  // Version 0 has no null list: there the empty one means all topics.
  if (!asked.topics || (version == 0 && asked.topics->empty())) {
    for (const auto& [name, known] : state.topics()) {
      // Who may not see a topic does not learn that there is one.
      if (!may(core, what.token.connection, acl_operation::describe, acl_resource::topic, name)) continue;
      answer.topics.push_back(describe(state, known));
      answer.topics.back().error_code = code(what.injected);
    }
  } else {
    const bool may_create = core.options().auto_create && asked.allow_auto_topic_creation;
    for (const auto& topic : *asked.topics) {
      answer.topics.push_back(describe(core, what, topic, may_create));
      if (version < 12 && !answer.topics.back().name) answer.topics.back().name = "";
    }
  }
  if (asked.include_topic_authorized_operations) {
    for (auto& topic : answer.topics) {
      if (topic.error_code != 0) continue;
      topic.topic_authorized_operations =
          authorized_operations(core, what, acl_resource::topic, topic.name.value_or(""));
    }
  }
  if (asked.include_cluster_authorized_operations)
    answer.cluster_authorized_operations =
        authorized_operations(core, what, acl_resource::cluster, cluster_resource);
  core.respond(what.token, answer);
}

void serve_describe_cluster(broker_core& core, const request& what) {
  protocol::describe_cluster_request asked;
  if (!read_body(core, what, asked)) return;
  constexpr std::int8_t brokers = 1;
  constexpr std::int8_t controllers = 2;
  protocol::describe_cluster_response answer;
  auto error = what.injected;
  if (error == broker_errc::none && asked.endpoint_type != brokers) {
    // The brokers asked here are never controllers' listeners.
    error = asked.endpoint_type == controllers ? broker_errc::mismatched_endpoint_type
                                               : broker_errc::unsupported_endpoint_type;
  }
  answer.error_code = code(error);
  if (error != broker_errc::none) {
    answer.error_message = std::string{meaning(error)};
    return core.respond(what.token, answer);
  }
  const auto& state = core.state();
  answer.cluster_id = state.id();
  answer.controller_id = state.controller();
  if (asked.include_cluster_authorized_operations)
    answer.cluster_authorized_operations =
        authorized_operations(core, what, acl_resource::cluster, cluster_resource);
  for (const auto& node : state.nodes()) {
    if (!node.alive && !asked.include_fenced_brokers) continue;
    auto& told = answer.brokers.emplace_back();
    told.broker_id = node.id;
    const auto where = core.address(node, what.token.connection);
    told.host = where.host;
    told.port = where.port;
    told.rack = node.rack;
    told.is_fenced = !node.alive;
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
