#include "core/share_state.hpp"

namespace kwire::embedded {

share_state_store::entry* share_state_store::find(const key& which, share_group* group) {
  const auto found = entries_.find(which);
  if (found != entries_.end()) return &found->second;
  if (group == nullptr || group->find(which.where) == nullptr) return nullptr;
  return &entries_[which];
}

void share_state_store::initialize(const key& which, share_group* group, std::int32_t state_epoch,
                                   std::int64_t start) {
  auto& made = entries_[which];
  made = {state_epoch, no_leader_epoch};
  if (group != nullptr) group->forget(which.where);
  if (start < 0) return;
  if (group != nullptr) {
    group->reset(which.where, start);
  } else {
    made.parked.emplace(start);
  }
}

void share_state_store::forget(const key& which, share_group* group) {
  entries_.erase(which);
  if (group != nullptr) group->forget(which.where);
}

void share_state_store::forget_group(const std::string& group) {
  std::erase_if(entries_, [&](const auto& one) { return one.first.group == group; });
}

void share_state_store::forget_topic(const uuid& topic) {
  std::erase_if(entries_, [&](const auto& one) { return one.first.where.first == topic; });
}

share_partition* share_state_store::progress(const key& which, share_group* group) {
  if (group != nullptr) return group->find(which.where);
  auto* known = find(which, group);
  return known == nullptr || !known->parked ? nullptr : &*known->parked;
}

void share_state_store::hand_over(share_group& to) {
  for (auto at = entries_.lower_bound({to.id(), {}}); at != entries_.end() && at->first.group == to.id();
       ++at) {
    if (at->second.parked) to.reset(at->first.where, *std::move(at->second.parked));
    at->second.parked.reset();
  }
}

}  // namespace kwire::embedded
