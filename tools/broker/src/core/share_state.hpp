#pragma once

#include "core/share_group.hpp"

namespace kwire::embedded {

/// What the share coordinator keeps of a group's way through a partition (KIP-932): epochs that fence off who
/// is late, and how far the group is. The latter lies in the share group while there is one, so that what
/// partition leaders write here and what members do is the same state.
class share_state_store {
 public:
  struct key {
    std::string group;
    share_group::place where;
    friend auto operator<=>(const key&, const key&) = default;
  };
  struct entry {
    std::int32_t state_epoch = 0;
    leader_epoch epoch = no_leader_epoch;
    std::optional<share_partition> parked{};  ///< while there is no such group
  };

  /// Null when there is none; where a live group is on its way, there is one.
  entry* find(const key& which, share_group* group);
  /// The partition begins at `start` (-1: not known yet) under this epoch.
  void initialize(const key& which, share_group* group, std::int32_t state_epoch, std::int64_t start);
  void forget(const key& which, share_group* group);
  void forget_group(const std::string& group);
  void forget_topic(const uuid& topic);
  /// How far the group is; null when that is not known.
  share_partition* progress(const key& which, share_group* group);
  /// The group has come to life, and goes on from what is parked here.
  void hand_over(share_group& to);
  const std::map<key, entry>& all() const noexcept { return entries_; }

 private:
  std::map<key, entry> entries_;
};

}  // namespace kwire::embedded
