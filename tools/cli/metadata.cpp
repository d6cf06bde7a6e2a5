#include "metadata.hpp"

#include <kwire/protocol/broker_errc.hpp>
#include <thread>
#include <utility>

#include "cluster_access.hpp"
#include "commands.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

constexpr option_spec options[] = {
    {'t', "topic", "TOPIC", "only this topic (may be repeated)"},
    {'J', "json", "", "one JSON object, as kcat -L -J prints it"},
};

std::string name_of(const broker_node& broker) { return broker.host + ":" + std::to_string(broker.port); }

/// The broker that answered, as kcat names it.
std::string origin(const cluster_description& cluster) {
  for (const auto& broker : cluster.brokers) {
    if (broker.id == cluster.answered_by) return name_of(broker) + "/" + std::to_string(raw(broker.id));
  }
  return "bootstrap";
}

std::string join(const std::vector<node_id>& nodes) {
  std::string text;
  for (const auto id : nodes) text += (text.empty() ? "" : ",") + std::to_string(raw(id));
  return text;
}

void append_ids(std::string& into, std::string_view name, const std::vector<node_id>& nodes) {
  into += ",\"" + std::string{name} + "\":[";
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    into += (i == 0 ? "{\"id\":" : ",{\"id\":") + std::to_string(raw(nodes[i])) + "}";
  }
  into += ']';
}

void append_error(std::string& into, const error& why) {
  into += ",\"error\":";
  append_json(into, why.code().message());
}

void append_topic(std::string& into, const std::string& name, const result<topic_description>& topic) {
  into += "{\"topic\":";
  append_json(into, name);
  if (!topic) append_error(into, topic.error());
  into += ",\"partitions\":[";
  if (topic) {
    bool first = true;
    for (const auto& part : topic->partitions) {
      if (!std::exchange(first, false)) into += ',';
      into += "{\"partition\":" + std::to_string(raw(part.id));
      if (part.failure) append_error(into, *part.failure);
      into += ",\"leader\":" + std::to_string(raw(part.leader));
      append_ids(into, "replicas", part.replicas);
      append_ids(into, "isrs", part.in_sync);
      into += '}';
    }
  }
  into += "]}";
}

int run(session& here) {
  const auto topics = here.args().values("topic");
  cluster_access cluster{here};
  const auto asked = topics.empty() ? std::optional<std::vector<std::string>>{} : std::optional{topics};
  auto all = need(cluster->metadata(asked, here.limit()));
  // An address of the bootstrap list has no number; the brokers are asked under their own as soon as the
  // client has learned of them, which happens beside this.
  for (int tries = 0; tries < 5 && all.cluster.answered_by == no_node; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10 * tries});
    all = need(cluster->metadata(asked, here.limit()));
  }
  const auto shown = topics.size() == 1 ? topics.front() : std::string{};
  here.out().write(here.args().has("json") ? metadata_json(all, shown) : metadata_text(all, shown));
  for (const auto& name : topics) {
    const auto found = all.topics.find(name);
    if (found != all.topics.end() && !found->second) return 1;
  }
  return 0;
}

}  // namespace

std::string metadata_text(const cluster_metadata& all, std::string_view topic) {
  const auto& cluster = all.cluster;
  std::string text = "Metadata for " + std::string{topic.empty() ? "all topics" : topic} + " (from broker " +
                     std::to_string(raw(cluster.answered_by)) + ": " + origin(cluster) + "):\n";
  text += " " + std::to_string(cluster.brokers.size()) + " brokers:\n";
  for (const auto& broker : cluster.brokers) {
    text += "  broker " + std::to_string(raw(broker.id)) + " at " + name_of(broker) +
            (broker.id == cluster.controller ? " (controller)\n" : "\n");
  }
  text += " " + std::to_string(all.topics.size()) + " topics:\n";
  for (const auto& [name, found] : all.topics) {
    const auto count = found ? found->partitions.size() : 0;
    text += "  topic \"" + name + "\" with " + std::to_string(count) + " partitions:";
    if (!found) {
      text += " " + found.error().code().message() + "\n";
      continue;
    }
    text += '\n';
    for (const auto& part : found->partitions) {
      text += "    partition " + std::to_string(raw(part.id)) + ", leader " +
              std::to_string(raw(part.leader)) + ", replicas: " + join(part.replicas) +
              ", isrs: " + join(part.in_sync);
      if (part.failure) text += ", " + part.failure->code().message();
      text += '\n';
    }
  }
  return text;
}

std::string metadata_json(const cluster_metadata& all, std::string_view topic) {
  const auto& cluster = all.cluster;
  std::string text =
      "{\"originating_broker\":{\"id\":" + std::to_string(raw(cluster.answered_by)) + ",\"name\":";
  append_json(text, origin(cluster));
  text += "},\"query\":{\"topic\":";
  append_json(text, topic.empty() ? "*" : topic);
  text += "},\"controllerid\":" + std::to_string(raw(cluster.controller)) + ",\"brokers\":[";
  bool first = true;
  for (const auto& broker : cluster.brokers) {
    if (!std::exchange(first, false)) text += ',';
    text += "{\"id\":" + std::to_string(raw(broker.id)) + ",\"name\":";
    append_json(text, name_of(broker));
    text += '}';
  }
  text += "],\"topics\":[";
  first = true;
  for (const auto& [name, found] : all.topics) {
    if (!std::exchange(first, false)) text += ',';
    append_topic(text, name, found);
  }
  return text + "]}\n";
}

const command_spec metadata_command{
    "metadata", "", "brokers, topics and partitions with their leaders", "", options, run, 0, 0};

}  // namespace kwire::cli
