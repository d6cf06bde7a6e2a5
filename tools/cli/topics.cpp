#include <algorithm>
#include <map>
#include <utility>

#include "cluster_access.hpp"
#include "commands.hpp"
#include "table.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

constexpr option_spec list_options[] = {
    {'a', "all", "", "internal topics too"},
    {'J', "json", "", "one JSON array of names"},
};

constexpr option_spec create_options[] = {
    {'p', "partitions", "COUNT", "number of partitions (default: the broker's)"},
    {'r', "replication", "COUNT", "number of replicas (default: the broker's)"},
    {'c', "topic-config", "KEY=VALUE",
     "a setting of the topic, such as retention.ms=60000 (may be repeated)"},
    {0, "validate-only", "", "only ask whether it could be created"},
    {0, "if-not-exists", "", "a topic that exists is no failure"},
};

constexpr option_spec delete_options[] = {
    {0, "if-exists", "", "a topic that does not exist is no failure"},
};

constexpr option_spec describe_options[] = {
    {'J', "json", "", "one JSON object a topic and line"},
    {'a', "all-configs", "", "settings that have their default too"},
};

int list(session& here) {
  cluster_access cluster{here};
  const auto all = need(cluster->metadata({}, here.limit()));
  std::string json;
  for (const auto& [name, topic] : all.topics) {
    if (topic && topic->internal && !here.args().has("all")) continue;
    if (!here.args().has("json")) {
      here.out().write(name + "\n");
      continue;
    }
    json += json.empty() ? '[' : ',';
    append_json(json, name);
  }
  if (here.args().has("json")) here.out().write((json.empty() ? "[" : json) + "]\n");
  return 0;
}

new_topic describe_new(const arguments& args, const std::string& name) {
  new_topic topic{name};
  if (const auto count = args.number("partitions", 1, INT32_MAX))
    topic.partitions(static_cast<std::int32_t>(*count));
  if (const auto count = args.number("replication", 1, INT16_MAX))
    topic.replication(static_cast<std::int16_t>(*count));
  for (const auto& text : args.values("topic-config")) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == text.npos) throw usage_error{"-c " + text + ": expected KEY=VALUE"};
    topic.config(text.substr(0, equals), text.substr(equals + 1));
  }
  return topic;
}

/// Says how each item went; `harmless` failures count as done.
template <class T>
int report(session& here, const std::map<std::string, result<T>>& outcomes, const char* verb,
           broker_errc harmless, bool forgiving) {
  int status = 0;
  for (const auto& [name, outcome] : outcomes) {
    if (outcome) {
      here.inform(std::string{verb} + " topic " + name);
    } else if (forgiving && outcome.error() == harmless) {
      here.detail(name + ": " + std::string{meaning(harmless)});
    } else {
      here.complain(outcome.error().message());
      status = 1;
    }
  }
  return status;
}

int create(session& here) {
  std::vector<new_topic> topics;
  for (const auto& name : here.args().operands()) topics.push_back(describe_new(here.args(), name));
  const bool validate = here.args().has("validate-only");
  cluster_access cluster{here};
  const auto outcomes = need(cluster->create_topics(topics, validate, here.limit()));
  return report(here, outcomes, validate ? "could create" : "created", broker_errc::topic_already_exists,
                here.args().has("if-not-exists"));
}

int remove(session& here) {
  cluster_access cluster{here};
  const auto outcomes = need(cluster->delete_topics(here.args().operands(), here.limit()));
  return report(here, outcomes, "deleted", broker_errc::unknown_topic_or_partition,
                here.args().has("if-exists"));
}

std::string join(const std::vector<node_id>& nodes) {
  std::string text;
  for (const auto id : nodes) text += (text.empty() ? "" : ",") + std::to_string(raw(id));
  return text;
}

using settings = std::vector<config_entry>;

std::string as_text(const topic_description& topic, const settings& configs) {
  std::size_t replicas = 0;
  for (const auto& part : topic.partitions) replicas = std::max(replicas, part.replicas.size());
  std::string text = "Topic: " + topic.name;
  if (!topic.id.is_zero()) text += "  TopicId: " + to_string(topic.id);
  text += "  PartitionCount: " + std::to_string(topic.partitions.size()) +
          "  ReplicationFactor: " + std::to_string(replicas) + "  Configs:";
  std::string listed;
  for (const auto& entry : configs) {
    listed += (listed.empty() ? " " : ",") + entry.name + "=" + entry.value.value_or("***");
  }
  text += listed + "\n";
  table rows{{"PARTITION", "LEADER", "REPLICAS", "ISR", "OFFLINE"}};
  for (const auto& part : topic.partitions) {
    rows.add({std::to_string(raw(part.id)),
              part.leader == no_node ? "none" : std::to_string(raw(part.leader)), join(part.replicas),
              join(part.in_sync), part.offline.empty() ? "-" : join(part.offline)});
  }
  return text + rows.print();
}

std::string as_json(const topic_description& topic, const settings& configs) {
  std::string text = "{\"topic\":";
  append_json(text, topic.name);
  text += ",\"id\":";
  append_json(text, to_string(topic.id));
  text += ",\"internal\":" + std::string{topic.internal ? "true" : "false"} + ",\"configs\":{";
  bool first = true;
  for (const auto& entry : configs) {
    if (!std::exchange(first, false)) text += ',';
    append_json(text, entry.name);
    text += ':';
    if (entry.value) {
      append_json(text, *entry.value);
    } else {
      text += "null";
    }
  }
  text += "},\"partitions\":[";
  first = true;
  for (const auto& part : topic.partitions) {
    if (!std::exchange(first, false)) text += ',';
    text += "{\"partition\":" + std::to_string(raw(part.id)) +
            ",\"leader\":" + std::to_string(raw(part.leader)) + ",\"replicas\":[" + join(part.replicas) +
            "],\"isrs\":[" + join(part.in_sync) + "],\"offline\":[" + join(part.offline) + "]}";
  }
  return text + "]}\n";
}

/// Settings by topic; brokers before Kafka 0.11 do not tell, and a user may not be allowed to see them.
std::map<std::string, settings> configs_of(session& here, cluster_access& cluster,
                                           const topic_results& topics) {
  std::vector<config_resource> resources;
  for (const auto& [name, topic] : topics) {
    if (topic) resources.emplace_back(config_resource::kind::topic, name);
  }
  std::map<std::string, settings> all;
  auto found = cluster->describe_configs(resources, here.limit());
  if (!found) {
    here.detail("no settings: " + found.error().message());
    return all;
  }
  for (auto& [resource, entries] : *found) {
    if (!entries) {
      here.detail("no settings: " + entries.error().message());
      continue;
    }
    auto& chosen = all[resource.name];
    for (auto& entry : *entries) {
      if (entry.from == config_entry::source::topic || here.args().has("all-configs"))
        chosen.push_back(std::move(entry));
    }
  }
  return all;
}

int describe(session& here) {
  const auto& names = here.args().operands();
  cluster_access cluster{here};
  const auto topics =
      need(cluster->metadata(names.empty() ? std::optional<std::vector<std::string>>{} : std::optional{names},
                             here.limit()))
          .topics;
  auto configs = configs_of(here, cluster, topics);
  int status = 0;
  for (const auto& [name, topic] : topics) {
    if (!topic) {
      here.complain(topic.error().message());
      status = 1;
    } else {
      here.out().write(here.args().has("json") ? as_json(*topic, configs[name])
                                               : as_text(*topic, configs[name]));
    }
  }
  return status;
}

}  // namespace

const command_spec topics_list_command{
    "topics list", "", "names of the topics", "", list_options, list, 0, 0};
const command_spec topics_create_command{"topics create", "TOPIC...", "create topics", "", create_options,
                                         create,          1,          any_number};
const command_spec topics_delete_command{
    "topics delete", "TOPIC...", "delete topics and all their records", "", delete_options, remove, 1,
    any_number};
const command_spec topics_describe_command{
    "topics describe", "[TOPIC...]", "partitions and settings of topics", "", describe_options, describe, 0,
    any_number};

}  // namespace kwire::cli
