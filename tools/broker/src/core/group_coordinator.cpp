#include "core/group_coordinator.hpp"

#include <algorithm>
#include <utility>

#include "core/recorder.hpp"

namespace kwire::embedded {

group* group_coordinator::find(const std::string& id) {
  const auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : &found->second.machine;
}

group& group_coordinator::find_or_create(const std::string& id) {
  return groups_.try_emplace(id, slot{group{id, limits_, random_}}).first->second.machine;
}

void group_coordinator::settle(group& which) {
  note(which.id());
  for (const auto& answer : std::exchange(which.answers, {})) answer_(answer);
  auto& timer = groups_.at(which.id()).timer;
  const auto deadline = which.next_deadline();
  if (deadline && timer.serial != 0 && timer.at == *deadline) return;
  timers_.cancel(timer);
  if (!deadline) return;
  timer = timers_.schedule(*deadline, [this, id = which.id()](instant now) {
    auto& due = groups_.at(id);
    due.timer = {};
    due.machine.advance(now);
    settle(due.machine);
  });
}

void group_coordinator::moved(const std::string& id, instant now) {
  auto* known = find(id);
  if (known == nullptr) return;
  known->moved(now);
  settle(*known);
  if (auto* modern = find_consumer(id)) {
    modern->moved(now);
    settle(*modern, now);
  }
  if (auto* share = find_share(id)) {
    share->moved(now);
    settle(*share);
  }
}

void group_coordinator::commit_offset(group& of, const offset_key& where, committed_offset offset) {
  arm_expiry(offset.committed);
  if (recorder_ != nullptr) recorder_->offset(of.id(), where, offset);
  of.offsets[where] = std::move(offset);
}

void group_coordinator::forget_offset(group& of, const offset_key& where) {
  if (recorder_ != nullptr) recorder_->offset_gone(of.id(), where);
  of.offsets.erase(where);
}

void group_coordinator::stage_offset(group& of, producer_id by, const offset_key& where,
                                     committed_offset offset) {
  if (recorder_ != nullptr) recorder_->staged(of.id(), by, where, offset);
  of.pending_offsets[by][where] = std::move(offset);
}

bool group_coordinator::is_unstable(const group& of, const std::string& topic, partition_id index) const {
  return std::ranges::any_of(of.pending_offsets,
                             [&](const auto& entry) { return entry.second.contains({topic, index}); });
}

void group_coordinator::end_transaction(const std::string& id, producer_id by, bool commit) {
  auto* of = find(id);
  if (of == nullptr) return;
  auto staged = of->pending_offsets.extract(by);
  if (staged.empty()) return;
  if (recorder_ != nullptr) recorder_->staged_end(id, by, commit);
  if (!commit) return;
  for (auto& [key, offset] : staged.mapped()) {
    arm_expiry(offset.committed);
    of->offsets[key] = std::move(offset);
  }
}

void group_coordinator::forget_topic(const std::string& name) {
  const auto* topic = topics_->find(name);
  const auto concerned = [&](const auto& offset) { return offset.first.first == name; };
  for (auto& [id, entry] : groups_) {
    std::erase_if(entry.machine.offsets, concerned);
    for (auto& [by, staged] : entry.machine.pending_offsets) std::erase_if(staged, concerned);
    if (entry.share && topic != nullptr) entry.share->forget(topic->id);
  }
}

}  // namespace kwire::embedded
