#include <algorithm>
#include <utility>

#include "core/broker_core.hpp"

// What happens to nodes, leaders and topics, and how records get to followers.

namespace kwire::embedded {

placement broker_core::default_placement(std::int32_t partitions) const {
  return cluster_.default_placement(
      static_cast<std::size_t>(partitions),
      static_cast<std::size_t>(std::max<std::int16_t>(options_.replication_factor, 1)));
}

topic& broker_core::create_topic(const std::string& name, const placement& where, topic_config config) {
  return cluster_.create(name, where, random_.next_uuid(), std::move(config));
}

broker_errc broker_core::check_coordinator(const request& what, coordinator_kind kind,
                                           std::string_view key) const {
  return coordinator_of(kind, key) == what.node ? broker_errc::none : broker_errc::not_coordinator;
}

partition* broker_core::find_partition(const std::string& name, partition_id index) {
  auto* of = cluster_.find(name);
  return of == nullptr ? nullptr : of->find(index);
}

void broker_core::grown(topic& of, partition_id index, instant now) {
  auto& where = *of.find(index);
  const auto end = where.log.end_offset();
  if (where.in_sync.size() <= 1 || (!where.replication_held && options_.replication_lag.count() == 0)) {
    where.high_watermark = end;
  } else if (!where.replication_held) {
    timers_.schedule(now + options_.replication_lag,
                     [this, id = of.id, index, end, epoch = where.epoch](instant at) {
                       replicate(id, index, end, epoch, at);
                     });
  }
  if (const auto limit = of.config.retention_bytes()) where.log.retain(*limit, where.high_watermark);
  fetch_waits_.wake({of.name, index}, now, timers_);
}

void broker_core::replicate(const uuid& topic, partition_id index, std::int64_t end, leader_epoch epoch,
                            instant now) {
  auto* of = cluster_.find(topic);
  auto* where = of == nullptr ? nullptr : of->find(index);
  if (where == nullptr || where->epoch != epoch || where->replication_held) return;
  where->high_watermark = std::max(where->high_watermark, std::min(end, where->log.end_offset()));
  fetch_waits_.wake({of->name, index}, now, timers_);
}

void broker_core::all_changed(instant now) {
  // Waking answers requests, which create no topics and remove none.
  for (auto& [name, of] : cluster_.topics()) {
    for (std::size_t i = 0; i < of.partitions.size(); ++i) {
      grown(of, partition_id{static_cast<std::int32_t>(i)}, now);
    }
  }
}

bool broker_core::stop_node(node_id node, bool clean, instant now) {
  auto* known = cluster_.node(node);
  if (known == nullptr || !known->alive) return false;
  std::vector<std::string> coordinated;
  for (const auto& [key, entry] : groups_.all()) {
    if (coordinator_of(coordinator_kind::group, key) == node) coordinated.push_back(key);
  }
  known->alive = false;
  elections controller{cluster_};
  for (auto& [name, of] : cluster_.topics()) {
    const bool unclean = of.config.unclean_leader_election();
    for (auto& where : of.partitions) controller.stopped(where, node, clean, unclean);
  }
  std::vector<connection_id> lost;
  for (const auto& [id, from] : connections_) {
    if (from.node == node) lost.push_back(id);
  }
  std::ranges::sort(lost);  // hash order must not decide
  for (const auto id : lost) close(id);
  fetch_sessions_.at(node).clear();
  for (const auto& key : coordinated) groups_.moved(key, now);
  all_changed(now);
  drain(now);
  return true;
}

bool broker_core::start_node(node_id node, instant now) {
  auto* known = cluster_.node(node);
  if (known == nullptr || known->alive) return false;
  known->alive = true;
  elections controller{cluster_};
  for (auto& [name, of] : cluster_.topics()) {
    for (auto& where : of.partitions) controller.started(where, node, of.config.unclean_leader_election());
  }
  all_changed(now);
  drain(now);
  return true;
}

bool broker_core::move_leader(const std::string& topic, partition_id index, node_id to, instant now) {
  auto* where = find_partition(topic, index);
  if (where == nullptr || !elections{cluster_}.move_leader(*where, to)) return false;
  grown(*cluster_.find(topic), index, now);
  drain(now);
  return true;
}

bool broker_core::bump_epoch(const std::string& topic, partition_id index, instant now) {
  auto* where = find_partition(topic, index);
  if (where == nullptr) return false;
  elections{cluster_}.bump_epoch(*where);
  grown(*cluster_.find(topic), index, now);
  drain(now);
  return true;
}

bool broker_core::lose_tail(const std::string& topic, partition_id index, std::int64_t offset, instant now) {
  auto* where = find_partition(topic, index);
  if (where == nullptr) return false;
  elections{cluster_}.lose(*where, offset);
  grown(*cluster_.find(topic), index, now);
  drain(now);
  return true;
}

bool broker_core::hold_replication(const std::string& topic, partition_id index, bool held, instant now) {
  auto* where = find_partition(topic, index);
  if (where == nullptr) return false;
  where->replication_held = held;
  grown(*cluster_.find(topic), index, now);
  drain(now);
  return true;
}

bool broker_core::move_coordinator(coordinator_kind kind, const std::string& key, node_id to, instant now) {
  if (!cluster_.is_alive(to)) return false;
  coordinators_.move(kind, key, to);
  if (kind == coordinator_kind::group) groups_.moved(key, now);
  drain(now);
  return true;
}

void broker_core::wake_all(topic& of, instant now) {
  for (std::size_t i = 0; i < of.partitions.size(); ++i) {
    fetch_waits_.wake({of.name, partition_id{static_cast<std::int32_t>(i)}}, now, timers_);
  }
}

bool broker_core::hide_topic(const std::string& name, instant now) {
  auto* of = cluster_.find(name);
  if (of == nullptr || !cluster_.hide(name)) return false;
  wake_all(*of, now);  // still where it was, only out of sight
  drain(now);
  return true;
}

bool broker_core::show_topic(const std::string& name, instant now) {
  if (!cluster_.show(name)) return false;
  // Nodes may have come and gone meanwhile.
  auto& of = *cluster_.find(name);
  const bool unclean = of.config.unclean_leader_election();
  elections controller{cluster_};
  for (const auto& node : cluster_.nodes()) {
    for (auto& where : of.partitions) {
      if (node.alive) controller.started(where, node.id, unclean);
      if (!node.alive) controller.stopped(where, node.id, true, unclean);
    }
  }
  for (std::size_t i = 0; i < of.partitions.size(); ++i) {
    grown(of, partition_id{static_cast<std::int32_t>(i)}, now);
  }
  drain(now);
  return true;
}

bool broker_core::delete_topic(const std::string& name, instant now) {
  auto* of = cluster_.find(name);
  if (of == nullptr) return false;
  std::vector<fetch_waits::watch_key> watched;
  for (std::size_t i = 0; i < of->partitions.size(); ++i) {
    watched.emplace_back(name, partition_id{static_cast<std::int32_t>(i)});
  }
  groups_.forget_topic(name);
  cluster_.remove(*of);
  for (const auto& key : watched) fetch_waits_.wake(key, now, timers_);
  return true;
}

bool broker_core::recreate_topic(const std::string& name, instant now) {
  const auto* of = cluster_.find(name);
  if (of == nullptr) return false;
  auto config = of->config;
  const auto count = static_cast<std::int32_t>(of->partitions.size());
  delete_topic(name, now);
  create_topic(name, count, std::move(config));
  drain(now);
  return true;
}

}  // namespace kwire::embedded
