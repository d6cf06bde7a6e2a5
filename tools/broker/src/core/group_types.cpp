#include <utility>

#include "core/group_coordinator.hpp"
#include "core/recorder.hpp"

// Groups of the consumer protocol, and how a live group gets from one protocol to the other.

namespace kwire::embedded {

consumer_group* group_coordinator::find_consumer(const std::string& id) {
  const auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : found->second.consumer.get();
}

consumer_group* group_coordinator::find_consumer_of_classic(const std::string& id) {
  auto* known = find_consumer(id);
  if (known == nullptr || !known->members().empty()) return known;
  auto& entry = groups_.at(id);
  timers_.cancel(entry.modern_timer);
  entry.consumer.reset();
  return nullptr;
}

/// Moves the members of a classic group over. Whoever waits in it is told to join again, which it then does
/// in the consumer group.
bool group_coordinator::upgrade(slot& entry, instant now) {
  auto& old = entry.machine;
  if (entry.share) return false;
  auto made = std::make_unique<consumer_group>(old.id(), config(old.id()), limits_, random_);
  if (!old.members().empty() && (old.protocol_type() != "consumer" || !made->take_over(old, *topics_, now))) {
    return false;
  }
  old.dissolve();
  settle(old);
  entry.consumer = std::move(made);
  return true;
}

consumer_heartbeat_result group_coordinator::heartbeat(const std::string& id, const consumer_heartbeat& input,
                                                       instant now) {
  consumer_heartbeat_result result;
  const bool fresh = find(id) == nullptr;
  if (find_consumer(id) == nullptr) {
    if (input.epoch == 0) find_or_create(id);
    if (input.epoch != 0 || !upgrade(groups_.at(id), now)) {
      result.refused = {broker_errc::group_id_not_found, "Consumer group " + id + " not found."};
      return result;
    }
  }
  auto* known = find_consumer(id);
  result = known->heartbeat(input, *topics_, now);
  if (fresh && known->members().empty()) {  // whoever was refused has not made a group
    remove(id);
  } else {
    settle(*known, now);
  }
  return result;
}

void group_coordinator::settle(consumer_group& which, instant now, bool quietly) {
  note(which.id());
  auto& entry = groups_.at(which.id());
  if (which.all_classic()) {
    timers_.cancel(entry.modern_timer);
    auto& machine = entry.machine;
    machine.restore(which.as_classic(*topics_), generation_id{which.epoch()}, now);
    entry.consumer.reset();
    if (!quietly) machine.rebalance(now);
    return settle(machine);
  }
  const auto deadline = which.next_deadline();
  if (deadline && entry.modern_timer.serial != 0 && entry.modern_timer.at == *deadline) return;
  timers_.cancel(entry.modern_timer);
  if (!deadline) return;
  entry.modern_timer = timers_.schedule(*deadline, [this, id = which.id()](instant at) {
    auto& due = groups_.at(id);
    due.modern_timer = {};
    due.consumer->advance(at);
    settle(*due.consumer, at);
  });
}

share_group* group_coordinator::find_share(const std::string& id) {
  const auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : found->second.share.get();
}

consumer_heartbeat_result group_coordinator::heartbeat(const std::string& id, const share_heartbeat& input,
                                                       instant now) {
  consumer_heartbeat_result result;
  const bool fresh = find(id) == nullptr;
  if (fresh && input.epoch == 0) {
    find_or_create(id);
    groups_.at(id).share = std::make_unique<share_group>(id, config(id), limits_);
    share_states_.hand_over(*groups_.at(id).share);
  }
  auto* known = find_share(id);
  if (known == nullptr) {
    result.refused = {broker_errc::group_id_not_found,
                      fresh ? "Share group " + id + " not found." : "Group " + id + " is not a share group."};
    return result;
  }
  result = known->heartbeat(input, *topics_, now);
  settle(*known);
  return result;
}

void group_coordinator::settle(share_group& which) {
  note(which.id());
  note_places(which);
  auto& entry = groups_.at(which.id());
  timers_.cancel(entry.modern_timer);
  const auto deadline = which.next_deadline();
  if (!deadline) return;
  entry.modern_timer = timers_.schedule(*deadline, [this, id = which.id()](instant at) {
    auto& due = groups_.at(id);
    due.modern_timer = {};
    std::vector<share_group::place> freed;
    due.share->advance(at, freed);
    settle(*due.share);
    for (const auto& where : freed) freed_(where, at);
  });
}

void group_coordinator::remove(const std::string& id) {
  const auto found = groups_.find(id);
  if (found == groups_.end()) return;
  timers_.cancel(found->second.timer);
  timers_.cancel(found->second.modern_timer);
  groups_.erase(found);
  if (recorder_ != nullptr) recorder_->group_gone(id);
  if (const auto config = configs_.find(id); config != configs_.end() && config->second.values().empty()) {
    configs_.erase(config);
  }
}

std::string_view group_coordinator::type(const std::string& id) const {
  const auto& entry = groups_.at(id);
  return entry.consumer ? "consumer" : entry.share ? "share" : "classic";
}

std::string_view group_coordinator::state(const std::string& id) const {
  const auto& entry = groups_.at(id);
  if (entry.share) return entry.share->state();
  return entry.consumer ? entry.consumer->state() : to_string(entry.machine.current());
}

std::string_view group_coordinator::protocol_type(const std::string& id) const {
  const auto& entry = groups_.at(id);
  if (entry.share) return "share";
  return entry.consumer ? std::string_view{"consumer"} : std::string_view{entry.machine.protocol_type()};
}

broker_errc group_coordinator::classic_heartbeat(const std::string& id, const std::string& member,
                                                 const std::optional<std::string>& instance,
                                                 generation_id generation, instant now) {
  if (auto* modern = find_consumer(id)) {
    const auto error = modern->classic_heartbeat(member, instance, generation, now);
    settle(*modern, now);
    return error;
  }
  auto* of = find(id);
  return of == nullptr ? broker_errc::unknown_member_id : of->heartbeat(member, instance, generation, now);
}

broker_errc group_coordinator::classic_leave(const std::string& id, const std::string& member,
                                             const std::optional<std::string>& instance, instant now) {
  if (auto* modern = find_consumer(id)) {
    const auto error = modern->classic_leave(member, instance);
    settle(*modern, now);
    return error;
  }
  auto* of = find(id);
  return of == nullptr ? broker_errc::unknown_member_id : of->leave(member, instance, now);
}

broker_errc group_coordinator::may_commit(const std::string& id, const std::string& member,
                                          const std::optional<std::string>& instance,
                                          generation_id generation, std::int16_t version, instant now) {
  constexpr std::int16_t first_with_epochs = 9;
  if (auto* modern = find_consumer(id)) {
    return modern->may_commit(member, raw(generation), version >= first_with_epochs);
  }
  if (find_share(id) != nullptr) return broker_errc::group_id_not_found;
  if (auto* of = find(id)) return of->may_commit(member, instance, generation, now);
  if (raw(generation) < 0) return broker_errc::none;
  return version >= first_with_epochs ? broker_errc::group_id_not_found : broker_errc::illegal_generation;
}

}  // namespace kwire::embedded
