#include "front/cluster_view.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace kwire::embedded {
namespace {

namespace json = boost::json;

json::array ids(const std::vector<node_id>& nodes) {
  json::array told;
  for (const auto id : nodes) told.emplace_back(raw(id));
  return told;
}

json::object view(const broker_core& core, const broker_node& node,
                  const std::vector<std::string>& protocols) {
  json::array listeners;
  for (std::size_t i = 0; i < protocols.size(); ++i) {
    const auto where = node.address(i);
    listeners.push_back(
        json::object{{"protocol", protocols[i]}, {"address", where.host + ":" + std::to_string(where.port)}});
  }
  json::object told{{"id", raw(node.id)},
                    {"running", node.alive},
                    {"frozen", core.conditions().is_frozen(node.id)},
                    {"disk_full", core.conditions().has_full_disk(node.id)},
                    {"listeners", std::move(listeners)}};
  if (node.rack) told["rack"] = *node.rack;
  return told;
}

json::object view(const topic& of) {
  json::array partitions;
  for (std::size_t i = 0; i < of.partitions.size(); ++i) {
    const auto& one = of.partitions[i];
    json::array producers;
    for (const auto& [id, known] : one.producers.all()) producers.emplace_back(raw(id));
    partitions.push_back(json::object{{"partition", i},
                                      {"leader", raw(one.leader)},
                                      {"leader_epoch", raw(one.epoch)},
                                      {"replicas", ids(one.replicas)},
                                      {"in_sync", ids(one.in_sync)},
                                      {"start_offset", one.log.start_offset()},
                                      {"end_offset", one.log.end_offset()},
                                      {"high_watermark", one.high_watermark},
                                      {"producers", std::move(producers)}});
  }
  return {{"partitions", std::move(partitions)}};
}

json::object view_group(broker_core& core, const std::string& id) {
  auto& groups = core.groups();
  json::object told{{"type", groups.type(id)},
                    {"state", groups.state(id)},
                    {"coordinator", raw(core.coordinator_of(coordinator_kind::group, id))}};
  json::object offsets;
  if (const auto* known = groups.find(id)) {
    for (const auto& [where, offset] : known->offsets) {
      offsets[where.first + ":" + std::to_string(raw(where.second))] = offset.offset;
    }
  }
  told["offsets"] = std::move(offsets);
  return told;
}

std::string_view name_of(fault::kind what) {
  switch (what) {
    case fault::kind::fail: return "fail";
    case fault::kind::delay: return "delay";
    case fault::kind::drop_before: return "drop before";
    case fault::kind::drop_after: return "drop after";
    case fault::kind::answer: return "answer";
    case fault::kind::ignore: return "ignore";
    case fault::kind::throttle: return "throttle";
    case fault::kind::cut: return "cut";
    case fault::kind::corrupt: return "corrupt";
  }
  return "";
}

json::object view(api key, const fault& one) {
  json::object told{{"api", to_string(key)}, {"do", name_of(one.what)}};
  if (one.what == fault::kind::fail) told["error"] = to_string(one.error);
  if (one.pause.count() != 0) told["ms"] = one.pause.count() / 1000;
  if (one.count != SIZE_MAX) told["times"] = one.count;
  if (one.scope.topic) told["topic"] = *one.scope.topic;
  if (one.scope.client_id) told["client_id"] = *one.scope.client_id;
  if (one.scope.node) told["broker"] = raw(*one.scope.node);
  return told;
}

}  // namespace

json::object view_cluster(broker_core& core, const std::vector<std::string>& protocols) {
  json::array nodes;
  for (const auto& node : core.state().nodes()) nodes.push_back(view(core, node, protocols));
  json::object topics;
  for (const auto& [name, of] : core.state().topics()) topics[name] = view(of);
  json::object groups;
  for (const auto& [id, entry] : core.groups().all()) groups[id] = view_group(core, id);
  json::object transactions;
  for (const auto& [id, one] : core.transactions().all()) {
    transactions[id] =
        json::object{{"state", to_string(one.current())},
                     {"producer_id", raw(one.producer().id)},
                     {"coordinator", raw(core.coordinator_of(coordinator_kind::transaction, id))}};
  }
  json::array faults;
  for (const auto& [key, list] : core.faults().all()) {
    for (const auto& one : list) faults.push_back(view(key, one));
  }
  return {{"cluster_id", core.state().id()},
          {"brokers", std::move(nodes)},
          {"topics", std::move(topics)},
          {"groups", std::move(groups)},
          {"transactions", std::move(transactions)},
          {"faults", std::move(faults)}};
}

}  // namespace kwire::embedded
