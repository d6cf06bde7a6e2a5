#include "core/elections.hpp"

namespace kwire::embedded {

void truncate(partition& where, std::int64_t end) {
  if (end >= where.log.end_offset()) return;
  where.log.truncate(end);
  where.epochs.truncate(where.log.end_offset());
  where.high_watermark = std::min(where.high_watermark, where.log.end_offset());
  where.cut_to = std::min(where.cut_to, where.log.end_offset());
  where.compacted_to = std::min(where.compacted_to, where.log.end_offset());
  where.producers.rebuild(where.log);
}

void elections::lead(partition& where, node_id who, std::int64_t end) {
  truncate(where, end);
  state_.note_change();
  where.leader = who;
  where.epoch = leader_epoch{raw(where.epoch) + 1};
  if (who == no_node) return;
  where.epochs.assign(where.epoch, where.log.end_offset());
}

bool elections::move_leader(partition& where, node_id to) {
  if (!where.is_in_sync(to) || !state_.is_alive(to) || where.leader == to) return false;
  lead(where, to, where.high_watermark);
  return true;
}

void elections::bump_epoch(partition& where) { lead(where, where.leader, where.log.end_offset()); }

bool elections::elect(partition& where, bool unclean_allowed) {
  for (const auto node : where.replicas) {
    if (where.is_in_sync(node) && state_.is_alive(node)) {
      lead(where, node, where.log.end_offset());
      return true;
    }
  }
  if (!unclean_allowed) return false;
  for (const auto node : where.replicas) {
    const auto behind = where.left_behind.find(node);
    if (behind == where.left_behind.end() || !state_.is_alive(node)) continue;
    const auto end = behind->second;
    where.left_behind.erase(behind);
    for (const auto left : where.in_sync) where.left_behind[left] = end;
    where.in_sync = {node};
    lead(where, node, end);
    return true;
  }
  return false;
}

void elections::stopped(partition& where, node_id node, bool clean, bool unclean_allowed) {
  if (!where.has_replica(node)) return;
  if (clean) where.high_watermark = where.log.end_offset();
  // The last replica in sync stays listed: only it has everything.
  if (where.is_in_sync(node) && where.in_sync.size() > 1) {
    if (where.leader == node) truncate(where, where.high_watermark);
    std::erase(where.in_sync, node);
    where.left_behind[node] = where.high_watermark;
  }
  if (where.leader != node) return;
  if (!elect(where, unclean_allowed)) lead(where, no_node, where.log.end_offset());
}

void elections::started(partition& where, node_id node, bool unclean_allowed) {
  if (!where.has_replica(node)) return;
  if (where.leader == no_node) elect(where, unclean_allowed);
  if (where.leader == no_node) return;
  // Followers that came back while there was nobody to follow catch up now as well.
  std::vector<node_id> in_order;
  for (const auto replica : where.replicas) {
    if (!state_.is_alive(replica) && !where.is_in_sync(replica)) continue;
    in_order.push_back(replica);
    where.left_behind.erase(replica);
  }
  where.in_sync = std::move(in_order);
}

void elections::reassign(partition& where, std::vector<node_id> replicas) {
  where.high_watermark = where.log.end_offset();
  where.replicas = std::move(replicas);
  where.in_sync = where.replicas;
  where.left_behind.clear();
  if (!where.has_replica(where.leader)) elect(where, false);
}

void elections::lose(partition& where, std::int64_t offset) {
  lead(where, where.leader, std::max(offset, where.log.start_offset()));
}

}  // namespace kwire::embedded
