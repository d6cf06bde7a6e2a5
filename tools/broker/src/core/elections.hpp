#pragma once

#include "core/cluster.hpp"

namespace kwire::embedded {

/// What the controller decides about the replicas of one partition. Each change of leader begins a new
/// epoch, and the new leader has only what was replicated: the log is cut there.
class elections {
 public:
  explicit elections(cluster& state) : state_(state) {}

  /// False when `to` is not a living replica in sync.
  bool move_leader(partition& where, node_id to);
  /// The same leader under a new epoch.
  void bump_epoch(partition& where);
  /// `node` has stopped (and is marked so). With `clean`, followers have caught up before.
  void stopped(partition& where, node_id node, bool clean, bool unclean_allowed);
  /// `node` is back, and in sync at once if there is a leader.
  void started(partition& where, node_id node, bool unclean_allowed);
  /// Makes the first living replica of the list (or of those in sync) the leader; false when there is none.
  bool elect(partition& where, bool unclean_allowed);
  /// Everything from `offset` on was only on a broker that is gone: the leader, elected uncleanly, begins a
  /// new epoch there.
  void lose(partition& where, std::int64_t offset);
  /// `replicas`, all alive, take over with everything there is.
  void reassign(partition& where, std::vector<node_id> replicas);

 private:
  void lead(partition& where, node_id who, std::int64_t end);
  cluster& state_;
};

/// Cuts log, epochs and producer states at `end`.
void truncate(partition& where, std::int64_t end);

}  // namespace kwire::embedded
