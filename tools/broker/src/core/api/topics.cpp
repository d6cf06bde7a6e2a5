#include <algorithm>
#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/delete_topics.hpp>
#include <set>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using asked_topic = protocol::create_topics_request::topic;
using told_topic = protocol::create_topics_response::topic;

struct outcome {
  broker_errc error{};
  std::string message;
};

struct plan {
  placement where;
  topic_config config;
};

outcome check_assignments(const broker_core& core, const asked_topic& asked, placement& where) {
  if (asked.num_partitions != -1 || asked.replication_factor != -1) {
    return {broker_errc::invalid_request,
            "Both numPartitions or replicationFactor and replicasAssignments given."};
  }
  where.resize(asked.assignments.size());
  for (const auto& assignment : asked.assignments) {
    const auto at = static_cast<std::size_t>(raw(assignment.partition_index));
    const auto& replicas = assignment.broker_ids;
    const std::set<node_id> different{replicas.begin(), replicas.end()};
    const bool fits = at < where.size() && where[at].empty() && !replicas.empty() &&
                      different.size() == replicas.size() &&
                      replicas.size() == asked.assignments.front().broker_ids.size() &&
                      std::ranges::all_of(replicas, [&](node_id id) { return core.state().is_alive(id); });
    if (!fits) {
      return {broker_errc::invalid_replica_assignment,
              "Every partition needs one list of different, living brokers, all of the same length."};
    }
    where[at] = replicas;
  }
  return {};
}

outcome check_counts(const broker_core& core, const asked_topic& asked, placement& where) {
  const auto partitions =
      asked.num_partitions == -1 ? core.options().default_partitions : asked.num_partitions;
  constexpr std::int32_t most = 100'000;
  if (partitions <= 0 || partitions > most) {
    return {broker_errc::invalid_partitions, "Number of partitions was set to an invalid value."};
  }
  if (asked.replication_factor == -1) {
    where = core.default_placement(partitions);
    return {};
  }
  const auto factor = asked.replication_factor;
  if (factor <= 0 || static_cast<std::size_t>(factor) > core.state().live_nodes()) {
    return {broker_errc::invalid_replication_factor,
            "Unable to replicate the partition " + std::to_string(factor) + " time(s): the cluster has " +
                std::to_string(core.state().live_nodes()) + " broker(s)."};
  }
  where =
      core.state().default_placement(static_cast<std::size_t>(partitions), static_cast<std::size_t>(factor));
  return {};
}

outcome prepare(broker_core& core, const asked_topic& asked, plan& made) {
  if (!is_valid_topic_name(asked.name)) {
    return {broker_errc::invalid_topic_exception, "Topic name is invalid: '" + asked.name + "'"};
  }
  if (core.state().find(asked.name) != nullptr) {
    return {broker_errc::topic_already_exists, "Topic '" + asked.name + "' already exists."};
  }
  auto result = asked.assignments.empty() ? check_counts(core, asked, made.where)
                                          : check_assignments(core, asked, made.where);
  if (result.error != broker_errc::none) return result;
  made.config = core.default_config();
  for (const auto& setting : asked.configs) {
    if (!setting.value || !made.config.set(setting.name, setting.value)) {
      return {broker_errc::invalid_config, "Unknown topic config name or value: " + setting.name};
    }
  }
  return {};
}

void describe(const plan& made, told_topic& told) {
  told.num_partitions = static_cast<std::int32_t>(made.where.size());
  told.replication_factor = static_cast<std::int16_t>(made.where.front().size());
  constexpr std::int8_t from_topic = 1;
  constexpr std::int8_t from_defaults = 5;
  const auto& values = made.config.values();
  for (const auto& info : topic_configs()) {
    auto& listed = told.configs->emplace_back();
    const auto set = values.find(info.name);
    listed.name = info.name;
    listed.value = set == values.end() ? std::string{info.fallback} : set->second;
    listed.config_source = set == values.end() ? from_defaults : from_topic;
  }
}

}  // namespace

void serve_create_topics(broker_core& core, const request& what) {
  protocol::create_topics_request asked;
  if (!read_body(core, what, asked)) return;
  std::map<std::string, int> named;
  for (const auto& topic : asked.topics) ++named[topic.name];
  protocol::create_topics_response answer;
  for (const auto& topic : asked.topics) {
    auto& told = answer.topics.emplace_back();
    told.name = topic.name;
    told.error_message.reset();
    plan made;
    outcome result{refused(core, what, acl_operation::create, acl_resource::cluster, cluster_resource), {}};
    if (result.error == broker_errc::cluster_authorization_failed && what.injected == broker_errc::none) {
      result.error = refused_topic(core, what, acl_operation::create, topic.name);
      if (result.error != broker_errc::none) result.message = "Authorization failed.";
    }
    if (result.error == broker_errc::none && named[topic.name] > 1) {
      result = {broker_errc::invalid_request, "Duplicate topic name."};
    }
    if (result.error == broker_errc::none) result = prepare(core, topic, made);
    told.error_code = code(result.error);
    if (result.error != broker_errc::none) {
      if (!result.message.empty()) told.error_message = std::move(result.message);
      continue;
    }
    describe(made, told);
    if (!asked.validate_only) told.topic_id = core.create_topic(topic.name, made.where, made.config).id;
  }
  core.respond(what.token, answer);
}

void serve_delete_topics(broker_core& core, const request& what) {
  protocol::delete_topics_request asked;
  if (!read_body(core, what, asked)) return;
  for (auto& name : asked.topic_names) asked.topics.emplace_back().name = std::move(name);
  protocol::delete_topics_response answer;
  for (const auto& topic : asked.topics) {
    auto& told = answer.responses.emplace_back();
    told.name = topic.name;
    told.topic_id = topic.topic_id;
    auto* known = topic.name ? core.state().find(*topic.name) : core.state().find(topic.topic_id);
    auto error = what.injected;
    const bool seen = known != nullptr || topic.name;
    const auto& name = known != nullptr ? known->name : topic.name.value_or("");
    if (seen) error = refused_topic(core, what, acl_operation::remove, name);
    if (error == broker_errc::none && topic.name && !topic.topic_id.is_zero()) {
      error = broker_errc::invalid_request;  // one of the two
    }
    if (error == broker_errc::none && known == nullptr) error = cluster::unknown(!topic.name);
    told.error_code = code(error);
    if (error != broker_errc::none) continue;
    told.name = known->name;
    told.topic_id = known->id;
    core.delete_topic(*told.name, what.now);
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
