#include "core/cluster.hpp"

#include <algorithm>

namespace kwire::embedded {

cluster::cluster(std::string id, std::vector<broker_node> nodes)
    : id_(std::move(id)), nodes_(std::move(nodes)) {
  std::ranges::sort(nodes_, {}, &broker_node::id);
}

broker_node* cluster::node(node_id id) noexcept {
  const auto found = std::ranges::find(nodes_, id, &broker_node::id);
  return found == nodes_.end() ? nullptr : &*found;
}

const broker_node* cluster::node(node_id id) const noexcept {
  const auto found = std::ranges::find(nodes_, id, &broker_node::id);
  return found == nodes_.end() ? nullptr : &*found;
}

bool cluster::is_alive(node_id id) const noexcept {
  const auto* known = node(id);
  return known != nullptr && known->alive;
}

std::size_t cluster::live_nodes() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(nodes_, true, &broker_node::alive));
}

node_id cluster::controller() const noexcept {
  const auto found = std::ranges::find(nodes_, true, &broker_node::alive);
  return found == nodes_.end() ? no_node : found->id;
}

placement cluster::default_placement(std::size_t partitions, std::size_t replicas) const {
  std::vector<node_id> circle;
  for (const bool alive : {true, false}) {
    for (const auto& node : nodes_) {
      if (node.alive == alive) circle.push_back(node.id);
    }
  }
  // The circle goes around the living ones alone while they are enough.
  if (live_nodes() >= std::max<std::size_t>(replicas, 1)) circle.resize(live_nodes());
  placement made(partitions);
  for (std::size_t i = 0; i < partitions; ++i) {
    for (std::size_t k = 0; k < std::min(replicas, circle.size()); ++k) {
      made[i].push_back(circle[(i + k) % circle.size()]);
    }
  }
  return made;
}

topic* cluster::find(std::string_view name) noexcept {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

topic* cluster::find(const uuid& id) noexcept {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

topic& cluster::create(const std::string& name, const placement& where, const uuid& id, topic_config config) {
  auto& made = topics_[name];
  made.name = name;
  made.id = id;
  made.config = std::move(config);
  note_change();
  add_partitions(made, where);
  by_id_[id] = &made;
  return made;
}

void cluster::add_partitions(topic& to, const placement& where) {
  topics_changed();
  for (const auto& replicas : where) {
    auto& added = to.partitions.emplace_back();
    added.replicas = replicas;
    for (const auto node : replicas) {
      if (is_alive(node)) added.in_sync.push_back(node);
    }
    if (added.in_sync.empty()) added.in_sync = replicas;
    if (is_alive(added.in_sync.front())) added.leader = added.in_sync.front();
    added.epochs.assign(added.epoch, 0);
  }
}

void cluster::remove(topic& which) {
  topics_changed();
  by_id_.erase(which.id);
  topics_.erase(topics_.find(which.name));
}

bool cluster::hide(std::string_view name) {
  const auto found = topics_.find(name);
  if (found == topics_.end() || hidden_.contains(name)) return false;
  topics_changed();
  by_id_.erase(found->second.id);
  hidden_.insert(topics_.extract(found));
  return true;
}

bool cluster::show(std::string_view name) {
  const auto found = hidden_.find(name);
  if (found == hidden_.end() || topics_.contains(name)) return false;
  topics_changed();
  const auto back = topics_.insert(hidden_.extract(found)).position;
  by_id_[back->second.id] = &back->second;
  return true;
}

bool is_valid_topic_name(std::string_view name) noexcept {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 249 && name != "." && name != ".." &&
         std::ranges::all_of(name, legal);
}

bool is_internal_topic(std::string_view name) noexcept {
  return name == "__consumer_offsets" || name == "__transaction_state" || name == "__share_group_state";
}

broker_errc check_leader_epoch(leader_epoch claimed, leader_epoch actual) noexcept {
  if (claimed == no_leader_epoch || claimed == actual) return broker_errc::none;
  return raw(claimed) < raw(actual) ? broker_errc::fenced_leader_epoch : broker_errc::unknown_leader_epoch;
}

broker_errc check_leader(const partition& where, node_id node, leader_epoch claimed) noexcept {
  const auto stale = check_leader_epoch(claimed, where.epoch);
  if (stale != broker_errc::none) return stale;
  return where.leader == node ? broker_errc::none : broker_errc::not_leader_or_follower;
}

}  // namespace kwire::embedded
