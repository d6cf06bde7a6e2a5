#include "core/group_coordinator.hpp"
#include "core/recorder.hpp"

// What of the groups outlives the broker: type, epoch, and how far share groups are. (Offsets are told where
// they change.) Members have to join again, in a later epoch than any they knew.

namespace kwire::embedded {

std::int32_t group_coordinator::epoch(const std::string& id) const {
  const auto& entry = groups_.at(id);
  if (entry.share) return entry.share->epoch();
  return entry.consumer ? entry.consumer->epoch() : raw(entry.machine.generation());
}

void group_coordinator::note(const std::string& id) {
  if (recorder_ == nullptr) return;
  auto& entry = groups_.at(id);
  const auto now = epoch(id);
  const auto what = type(id);
  if (entry.told_epoch == now && entry.told_type == what) return;
  entry.told_epoch = now;
  entry.told_type = what;
  recorder_->group_epoch(id, what, now, std::string{protocol_type(id)});
}

void group_coordinator::note_share(const share_state_store::key& which) {
  if (recorder_ == nullptr) return;
  auto* group = find_share(which.group);
  const auto* state = share_states_.all().contains(which) ? share_states_.find(which, group) : nullptr;
  recorder_->share_progress(which, state, share_states_.progress(which, group));
}

void group_coordinator::note_places(share_group& which) {
  if (recorder_ == nullptr) return;
  auto& told = groups_.at(which.id()).told_places;
  for (const auto& [where, progress] : which.places()) {
    if (std::exchange(told[where], progress.revision()) == progress.revision()) continue;
    note_share({which.id(), where});
  }
  for (auto at = told.begin(); at != told.end();) {
    const auto where = at->first;
    if (which.find(where) != nullptr) {
      ++at;
      continue;
    }
    at = told.erase(at);
    note_share({which.id(), where});
  }
}

bool group_coordinator::restore(const std::string& id, const std::string& type, std::int32_t epoch,
                                const std::string& protocol_type, instant now) {
  if (epoch < 0 || epoch > INT32_MAX / 2) return false;
  if (type != "classic" && type != "consumer" && type != "share") return false;
  find_or_create(id);
  auto& entry = groups_.at(id);
  if (type != "consumer") entry.consumer.reset();
  if (type != "share") entry.share.reset();
  if (type == "classic") {
    entry.machine.recover(generation_id{epoch}, protocol_type, now);
  } else if (type == "consumer") {
    if (!entry.consumer) {
      entry.consumer = std::make_unique<consumer_group>(id, config(id), limits_, random_);
    }
    entry.consumer->recover(epoch);
  } else {
    if (!entry.share) {
      entry.share = std::make_unique<share_group>(id, config(id), limits_);
      share_states_.hand_over(*entry.share);
    }
    entry.share->recover(epoch);
  }
  return true;
}

}  // namespace kwire::embedded
