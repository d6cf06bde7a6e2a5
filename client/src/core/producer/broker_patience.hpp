#pragma once

#include <chrono>
#include <kwire/protocol/ids.hpp>
#include <map>
#include <vector>

#include "core/clock.hpp"

namespace kwire::core {

/// Tells brokers that answer from those that have not for a while (partitioner.availability.timeout.ms).
class broker_patience {
 public:
  /// Zero: every broker counts as one that answers.
  explicit broker_patience(std::chrono::milliseconds limit) : limit_(limit) {}

  void sent(node_id node, time_point now);
  /// A request is no longer under way: the broker answered it, or it was given up.
  void returned(node_id node, bool answered, time_point now);

  bool is_late(node_id node) const;
  /// Brokers that have become late, or are not any more. One that is asked nothing is given another chance
  /// after the same time.
  std::vector<node_id> poll(time_point now);
  time_point next_deadline() const;

 private:
  struct state {
    std::size_t under_way = 0;
    time_point since = never;  ///< it was last heard of, or asked for the first time
    time_point idle = never;   ///< since when nothing is under way, while `since` is set
    bool late = false;
    bool told_late = false;
  };
  time_point deadline_of(const state& broker) const;

  std::chrono::milliseconds limit_;
  std::map<node_id, state> brokers_;
};

}  // namespace kwire::core
