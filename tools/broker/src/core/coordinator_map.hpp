#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/cluster.hpp"

namespace kwire::embedded {

/// What a coordinator coordinates, by FindCoordinator's numbers.
enum class coordinator_kind : std::int8_t { group = 0, transaction = 1, share = 2 };

/// Which node coordinates which group, transactional id or share partition: one of the living, by hash of
/// the key, or where a test has put it. When a node goes or comes, only keys of that node move.
class coordinator_map {
 public:
  /// -1 when no node is alive.
  node_id node_of(coordinator_kind kind, std::string_view key, const cluster& state) const;
  /// Puts the key on a node, for as long as that is alive.
  void move(coordinator_kind kind, const std::string& key, node_id to) { moved_[{kind, key}] = to; }

 private:
  std::map<std::pair<coordinator_kind, std::string>, node_id> moved_;
};

}  // namespace kwire::embedded
