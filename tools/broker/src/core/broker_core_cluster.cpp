#include <algorithm>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <utility>

#include "core/broker_core.hpp"
#include "core/recorder.hpp"

// What happens to nodes, leaders and topics, and how records get to followers.

namespace kwire::embedded {

placement broker_core::default_placement(std::int32_t partitions) const {
  return cluster_.default_placement(
      static_cast<std::size_t>(partitions),
      static_cast<std::size_t>(std::max<std::int16_t>(options_.replication_factor, 1)));
}

topic& broker_core::create_topic(const std::string& name, const placement& where, topic_config config) {
  auto& made = cluster_.create(name, where, random_.next_uuid(), std::move(config));
  for (auto& one : made.partitions) one.producers.expire_after(options_.producer_id_expiration.count());
  made_partitions(made, 0);
  return made;
}

void broker_core::add_partitions(topic& to, const placement& where) {
  const auto before = to.partitions.size();
  cluster_.add_partitions(to, where);
  for (auto i = before; i < to.partitions.size(); ++i) {
    to.partitions[i].producers.expire_after(options_.producer_id_expiration.count());
  }
  made_partitions(to, before);
}

void broker_core::made_partitions(topic& of, std::size_t first) {
  if (!recorder_) return;
  recorder_->topic(of);
  for (auto i = first; i < of.partitions.size(); ++i) {
    recorder_->partition(of, partition_id{static_cast<std::int32_t>(i)}, now_);
  }
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
  if (const auto limit = of.config.retention_bytes(); limit && of.config.deletes()) {
    where.log.retain(*limit, where.readable_end(true));
  }
  arm_upkeep(of, where, now);
  if (recorder_) recorder_->partition(of, index, now);
  where.producers.trim(where.log.start_offset(), where.high_watermark);
  fetch_waits_.wake({of.name, index}, now, timers_);
}

broker_errc broker_core::write_marker(topic& of, partition_id index, const producer_identity& producer,
                                      bool commit, std::int32_t coordinator_epoch, instant now) {
  auto& where = *of.find(index);
  const auto refused = where.producers.check_marker(producer.id, producer.epoch, coordinator_epoch);
  if (refused != broker_errc::none) return refused;
  bytes made;
  protocol::write_end_marker(producer.id, producer.epoch,
                             commit ? protocol::control_type::commit : protocol::control_type::abort,
                             coordinator_epoch, to_ms(now), made);
  const std::shared_ptr<std::byte[]> storage = std::make_shared_for_overwrite<std::byte[]>(made.size());
  std::ranges::copy(made, storage.get());
  const std::span<std::byte> writable{storage.get(), made.size()};
  protocol::record_set set{writable};
  const auto header = *set.begin();
  const auto offset = where.log.append(writable, header, storage, where.epoch);
  where.producers.ended(producer.id, producer.epoch, coordinator_epoch, commit, offset, to_ms(now));
  grown(of, index, now);
  return broker_errc::none;
}

/// A partition that is gone or whose producer is fenced needs no marker; one without a leader, or out of
/// sight, gets it later. What followers do not have yet may be lost with the leader: until they have the
/// marker the transaction is not over, or its other half could end another way later.
transaction_coordinator::marked broker_core::mark(const transaction_coordinator::marking& what, instant now) {
  using enum transaction_coordinator::marked;
  auto* of = cluster_.find(what.where.first);
  const auto* found = of == nullptr ? nullptr : of->find(what.where.second);
  if (found == nullptr) return cluster_.is_hidden(what.where.first) ? no : settled;
  if (found->leader == no_node) return no;
  if (!what.again || found->producers.has_open(what.producer.id)) {
    const auto refused =
        write_marker(*of, what.where.second, what.producer, what.commit, transactions_.epoch(), now);
    if (refused != broker_errc::none) return settled;
  }
  return found->producers.is_settled(what.producer.id, found->high_watermark) ? settled : written;
}

void broker_core::replicate(const uuid& topic, partition_id index, std::int64_t end, leader_epoch epoch,
                            instant now) {
  auto* of = cluster_.find(topic);
  auto* where = of == nullptr ? nullptr : of->find(index);
  if (where == nullptr || where->epoch != epoch || where->replication_held) return;
  where->high_watermark = std::max(where->high_watermark, std::min(end, where->log.end_offset()));
  where->producers.trim(where->log.start_offset(), where->high_watermark);
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

void broker_core::node_changed(node_id controller_before) {
  cluster_.note_change();
  if (cluster_.controller() != controller_before) cluster_.controller_epoch(cluster_.controller_epoch() + 1);
}

bool broker_core::stop_node(node_id node, bool clean, instant now) {
  auto* known = cluster_.node(node);
  if (known == nullptr || !known->alive) return false;
  std::vector<std::string> coordinated;
  for (const auto& [key, entry] : groups_.all()) {
    if (coordinator_of(coordinator_kind::group, key) == node) coordinated.push_back(key);
  }
  const auto controller_before = cluster_.controller();
  known->alive = false;
  known->metadata_end = cluster_.metadata_end();
  known->stopped_ms = to_ms(now);
  node_changed(controller_before);
  (void)conditions_.thaw(node);  // what it has held back dies with it
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
  transactions_.bump_epoch();
  if (recorder_) recorder_->counters(*this);
  for (const auto& key : coordinated) groups_.moved(key, now);
  all_changed(now);
  drain(now);
  return true;
}

bool broker_core::start_node(node_id node, instant now) {
  auto* known = cluster_.node(node);
  if (known == nullptr || known->alive) return false;
  const auto controller_before = cluster_.controller();
  known->alive = true;
  node_changed(controller_before);
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
  if (kind == coordinator_kind::transaction) transactions_.bump_epoch();
  if (recorder_) recorder_->counters(*this);
  drain(now);
  return true;
}

bool broker_core::freeze_node(node_id node, bool frozen, instant now) {
  if (cluster_.node(node) == nullptr) return false;
  if (frozen) {
    conditions_.freeze(node);
    return true;
  }
  for (auto& held : conditions_.thaw(node)) replies_.push_back(std::move(held));
  for (const auto& [id, from] : connections_) {
    if (from.node == node && !from.queue.empty()) ready_.insert(id);
  }
  drain(now);
  return true;
}

bool broker_core::fill_disk(node_id node, bool full) {
  if (cluster_.node(node) == nullptr) return false;
  conditions_.fill_disk(node, full);
  return true;
}

bool broker_core::expire_producer(producer_id id) {
  bool known = false;
  for (auto& [name, of] : cluster_.topics()) {
    for (auto& where : of.partitions) known = where.producers.forget(id) || known;
  }
  return known;
}

void broker_core::wake_all(topic& of, instant now) {
  for (std::size_t i = 0; i < of.partitions.size(); ++i) {
    fetch_waits_.wake({of.name, partition_id{static_cast<std::int32_t>(i)}}, now, timers_);
  }
}

bool broker_core::hide_topic(const std::string& name, instant now) {
  auto* of = cluster_.find(name);
  if (of == nullptr || !cluster_.hide(name)) return false;
  if (recorder_) recorder_->topic_gone(of->id);
  wake_all(*of, now);  // still where it was, only out of sight
  drain(now);
  return true;
}

bool broker_core::show_topic(const std::string& name, instant now) {
  if (!cluster_.show(name)) return false;
  // Nodes may have come and gone meanwhile.
  auto& of = *cluster_.find(name);
  if (recorder_) recorder_->image_of(of);
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
  if (recorder_) recorder_->topic_gone(of->id);
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
