#pragma once

#include <kwire/protocol/ids.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/metadata_snapshot.hpp"

namespace kwire::core {

/// Leaders that a broker names when it is asked for partitions it does not lead, and where they listen
/// (KIP-951).
struct leader_news {
  struct leader {
    std::string topic;
    partition_id partition{};
    node_id node = no_node;
    leader_epoch epoch = no_leader_epoch;
  };
  std::vector<leader> leaders;
  std::vector<broker_info> brokers;

  bool empty() const noexcept { return leaders.empty(); }

  /// `told` is the `current_leader` of an answer; without an epoch it says nothing.
  template <class Leader>
  bool add(std::string topic, partition_id partition, const Leader& told) {
    if (raw(told.leader_id) < 0 || raw(told.epoch) < 0) return false;
    leaders.push_back({std::move(topic), partition, told.leader_id, told.epoch});
    return true;
  }
  /// The addresses that came with them.
  template <class Endpoints>
  void add_brokers(const Endpoints& told) {
    for (const auto& one : told) {
      if (raw(one.id) < 0 || one.port < 1 || one.port > 65535 || one.host.empty()) continue;
      brokers.push_back({one.id, one.host, static_cast<std::uint16_t>(one.port), one.rack});
    }
  }
};

}  // namespace kwire::core
