#include <algorithm>

#include "core/group_coordinator.hpp"

// Offsets that nobody needs any more (KIP-211).

namespace kwire::embedded {

bool group_coordinator::is_over(const slot& entry, const group::offset_map::value_type& offset,
                                instant now) const {
  const auto& machine = entry.machine;
  const auto& [key, committed] = offset;
  if (is_unstable(machine, key.first, key.second)) return false;
  auto since = committed.committed;
  if (entry.consumer) {
    if (entry.consumer->subscribes(key.first)) return false;
  } else if (machine.current() == group::state::empty) {
    // Without members that ever came, the group is a place where a program keeps its offsets.
    if (const auto empty = machine.empty_since()) since = *empty;
  } else if (machine.current() != group::state::stable || machine.protocol_type() != "consumer" ||
             machine.subscribes(key.first)) {
    return false;
  }
  return committed.expires ? now >= *committed.expires : now - since >= limits_.offsets_retention;
}

void group_coordinator::arm_expiry(instant now) {
  if (expiry_timer_.serial != 0) return;
  expiry_timer_ =
      timers_.schedule(now + limits_.offsets_retention_check, [this](instant at) { expire_offsets(at); });
}

void group_coordinator::expire_offsets(instant now) {
  expiry_timer_ = {};
  std::vector<std::string> gone;
  for (auto& [id, entry] : groups_) {
    std::vector<offset_key> late;
    for (const auto& offset : entry.machine.offsets) {
      if (is_over(entry, offset, now)) late.push_back(offset.first);
    }
    for (const auto& key : late) forget_offset(entry.machine, key);
    const bool nothing_left =
        entry.machine.offsets.empty() && entry.machine.pending_offsets.empty() && !entry.share;
    if (nothing_left && state(id) == "Empty") gone.push_back(id);
  }
  for (const auto& id : gone) remove(id);
  const bool more =
      std::ranges::any_of(groups_, [](const auto& entry) { return !entry.second.machine.offsets.empty(); });
  if (more) arm_expiry(now);
}

}  // namespace kwire::embedded
