#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/types.hpp"

namespace kwire::embedded {

/// What ails nodes that go on living.
class node_conditions {
 public:
  bool is_frozen(node_id node) const { return frozen_.contains(node); }
  bool has_full_disk(node_id node) const { return full_disks_.contains(node); }
  void fill_disk(node_id node, bool full) { put(full_disks_, node, full); }
  void freeze(node_id node) { frozen_.insert(node); }
  /// What was held back meanwhile is to be sent now.
  std::vector<reply> thaw(node_id node) {
    frozen_.erase(node);
    const auto held = held_.extract(node);
    return held.empty() ? std::vector<reply>{} : std::move(held.mapped());
  }
  void hold(node_id node, reply what) { held_[node].push_back(std::move(what)); }

 private:
  static void put(std::set<node_id>& in, node_id node, bool there) {
    if (there) {
      in.insert(node);
    } else {
      in.erase(node);
    }
  }

  std::set<node_id> frozen_;
  std::set<node_id> full_disks_;
  std::map<node_id, std::vector<reply>> held_;
};

}  // namespace kwire::embedded
