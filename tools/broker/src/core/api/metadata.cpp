#include <kwire/protocol/messages/describe_cluster.hpp>
#include <kwire/protocol/messages/metadata.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using answer_topic = protocol::metadata_response::topic;

// Without an authorizer everybody may do everything: one bit for each operation on topics and the cluster.
constexpr std::int32_t all_topic_operations = 0x0df8;
constexpr std::int32_t all_cluster_operations = 0x1fa0;

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

answer_topic describe(broker_core& core, const protocol::metadata_request::topic& asked, bool may_create,
                      broker_errc injected) {
  const bool by_id = !asked.name || !asked.topic_id.is_zero();  // Java sends an empty name with an id
  auto* known = by_id ? core.state().find(asked.topic_id) : core.state().find(*asked.name);
  auto error = injected;
  if (known == nullptr && error == broker_errc::none) {
    error = cluster::unknown(by_id);
    if (!by_id && !is_valid_topic_name(*asked.name)) {
      error = broker_errc::invalid_topic_exception;
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
    broker.host = node.host;
    broker.port = node.port;
    broker.rack = node.rack;
  }
  answer.cluster_id = state.id();
  answer.controller_id = state.controller();
  // Version 0 has no null list: there the empty one means all topics.
  if (!asked.topics || (version == 0 && asked.topics->empty())) {
    for (const auto& [name, known] : state.topics()) {
      answer.topics.push_back(describe(state, known));
      answer.topics.back().error_code = code(what.injected);
    }
  } else {
    const bool may_create = core.options().auto_create && asked.allow_auto_topic_creation;
    for (const auto& topic : *asked.topics) {
      answer.topics.push_back(describe(core, topic, may_create, what.injected));
      if (version < 12 && !answer.topics.back().name) answer.topics.back().name = "";
    }
  }
  if (asked.include_topic_authorized_operations) {
    for (auto& topic : answer.topics) topic.topic_authorized_operations = all_topic_operations;
  }
  if (asked.include_cluster_authorized_operations)
    answer.cluster_authorized_operations = all_cluster_operations;
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
    answer.cluster_authorized_operations = all_cluster_operations;
  for (const auto& node : state.nodes()) {
    if (!node.alive && !asked.include_fenced_brokers) continue;
    auto& told = answer.brokers.emplace_back();
    told.broker_id = node.id;
    told.host = node.host;
    told.port = node.port;
    told.rack = node.rack;
    told.is_fenced = !node.alive;
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
