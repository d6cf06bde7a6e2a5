#pragma once

#include "core/partition.hpp"

namespace kwire::embedded {

struct compaction_rules {
  std::int64_t now_ms = 0;
  std::int64_t delete_retention_ms = 86'400'000;
  std::int64_t min_lag_ms = 0;  ///< what is younger is left alone
};

/// A batch that compaction has changed: another one in its place, or none.
struct compacted_batch {
  std::int64_t base_offset = 0;
  std::optional<shared_slice> now;
};

/// What compaction would find in a partition.
struct compaction_need {
  std::size_t clean = 0;  ///< octets that have been compacted
  std::size_t dirty = 0;  ///< octets that have not and may be
  std::int64_t end = 0;   ///< behind the last batch that may be
  std::int64_t oldest_dirty_ms = INT64_MAX;

  double dirty_ratio() const noexcept {
    return dirty == 0 ? 0 : static_cast<double>(dirty) / static_cast<double>(clean + dirty);
  }
};

compaction_need look_for_dirt(const partition& where, const compaction_rules& rules);

/// Keeps, of all records with the same key, the last, where transactions are over and replication is done;
/// offsets and order stay. Tombstones, and markers of transactions of which nothing is left, get a horizon
/// and go when it has passed; records of aborted transactions go at once. The last batch of each producer
/// stays, if need be empty, because it has the sequence that comes next; and so does the log's last, because
/// readers could not get past its end otherwise. Returns what has changed.
std::vector<compacted_batch> compact(partition& where, const compaction_rules& rules);

}  // namespace kwire::embedded
