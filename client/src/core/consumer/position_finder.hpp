#pragma once

#include <set>
#include <vector>

#include "core/consumer/consumer_context.hpp"
#include "core/consumer/offset_bodies.hpp"
#include "core/consumer/reading_table.hpp"

namespace kwire::core {

/// Finds where partitions start: at the committed offset, else where the reset policy says. A failure never
/// moves a position; it is asked for again. One request at a time looks for committed offsets, and one asks
/// each leader: what comes up meanwhile shares the next, so that seeks in quick succession pile nothing up.
class position_finder {
 public:
  position_finder(consumer_context& context, reading_table& partitions)
      : context_(&context), partitions_(&partitions) {}

  void advance(time_point now);
  time_point next_deadline() const;
  void metadata_changed() { refresh_asked_ = false; }

 private:
  /// A partition in the period that a request was made for.
  struct asked_for {
    topic_partition where;
    position_version version;
  };

  void decide(const topic_partition& where, partition_state& state);
  void ask_committed(const std::vector<asked_for>& list, time_point now);
  void on_committed(const std::vector<asked_for>& list, const response& answer, time_point now);
  void ask_offsets(node_id node, const std::vector<asked_for>& list, time_point now);
  void on_offsets(const std::vector<asked_for>& list, const response& answer, time_point now);
  void found(const topic_partition& where, partition_state& state, std::int64_t offset);
  void again(const topic_partition& where, partition_state& state, error why, time_point now);
  void need_metadata();

  consumer_context* context_;
  reading_table* partitions_;
  bool refresh_asked_ = false;
  bool committed_asked_ = false;
  std::set<node_id> offsets_asked_;
};

}  // namespace kwire::core
