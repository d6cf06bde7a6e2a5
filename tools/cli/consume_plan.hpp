#pragma once

#include <kwire/client/admin.hpp>
#include <optional>
#include <string>
#include <vector>

#include "offset_spec.hpp"

namespace kwire::cli {

/// Where to start and stop in a partition.
struct partition_plan {
  topic_partition where;
  std::int64_t start = 0;            ///< an offset, or one of the consumer's names for places
  std::optional<std::int64_t> stop;  ///< records from this offset on do not count (-e)
  bool done() const { return stop && start >= 0 && start >= *stop; }
};

/// What `-o` and `-e` ask for.
struct consume_range {
  offset_spec from;
  bool exit_at_end = false;
  bool committed_only = false;  ///< the end is the last stable offset
};

/// The offsets that have to be asked for to follow `range`.
struct partition_bounds {
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> end;
  std::optional<std::int64_t> at_time;  ///< -1: all records are older
};

partition_plan plan_partition(const topic_partition& where, const consume_range& range,
                              const partition_bounds& bounds);

/// Asks the cluster for what the plan needs. Throws `failure`.
std::vector<partition_plan> plan_partitions(admin& cluster, const std::vector<topic_partition>& partitions,
                                            const consume_range& range, std::chrono::milliseconds limit);

}  // namespace kwire::cli
