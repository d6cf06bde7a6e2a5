#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "core/epoch_history.hpp"
#include "core/partition_log.hpp"
#include "core/producer_states.hpp"

namespace kwire::embedded {

/// A partition with its replicas. All replicas share the leader's log: followers have it up to the high
/// watermark, and what lies behind is lost when one of them takes over.
struct partition {
  partition_log log;
  producer_states producers;
  epoch_history epochs;
  std::vector<node_id> replicas;  ///< the first is the preferred leader
  std::vector<node_id> in_sync;   ///< in the order of `replicas`
  node_id leader = no_node;
  leader_epoch epoch{0};
  std::int64_t high_watermark = 0;
  /// What the journal has been told of it; `cut_to` is where the log has lost its tail since.
  struct journaled {
    std::int64_t start = 0;
    std::int64_t end = 0;
    leader_epoch epoch = no_leader_epoch;
    std::vector<node_id> replicas;
  };
  journaled told;
  std::int64_t cut_to = INT64_MAX;
  std::int64_t compacted_to = 0;  ///< what lies before has been compacted
  bool replication_held = false;  ///< followers fetch nothing for now
  /// How far the log of replicas that are not in sync reaches.
  std::map<node_id, std::int64_t> left_behind;

  /// Up to where a consumer may read: the high watermark or, with `committed`, the last stable offset.
  std::int64_t readable_end(bool committed) const noexcept {
    if (!committed) return high_watermark;
    // Records of an open transaction may have been deleted.
    return std::max(producers.first_unstable_offset(high_watermark), log.start_offset());
  }
  bool has_replica(node_id node) const { return std::ranges::find(replicas, node) != replicas.end(); }
  bool is_in_sync(node_id node) const { return std::ranges::find(in_sync, node) != in_sync.end(); }
};

}  // namespace kwire::embedded
