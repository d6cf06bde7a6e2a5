#include "core/consumer/reading_table.hpp"

#include <utility>

namespace kwire::core {

void reading_table::start(const partition_start& from, bool has_group) {
  auto [it, fresh] = entries_.try_emplace(from.where, pause_);
  auto& state = it->second;
  const bool paused = state.paused;
  if (!fresh && state.version > from.version) return;
  state = partition_state{pause_};
  state.paused = paused;
  state.max_bytes = max_bytes_;
  state.version = from.version;
  state.offset = from.offset;
  using stage = partition_state::stage;
  if (from.reset_to) {
    state.now = stage::resetting;
    state.reset_to = *from.reset_to;
  } else if (from.offset >= 0) {
    state.now = stage::fetching;
  } else {
    // Without a group nothing is committed.
    state.now = has_group ? stage::locating : stage::undecided;
  }
}

void reading_table::pause(const topic_partition& where, bool paused) {
  if (auto* state = find(where)) state->paused = paused;
}

bool reading_table::wait_for_leader(partition_state& state, time_point now, random_source& random) {
  state.leaderless = true;
  state.not_before = now + state.pause.next(random);
  return !std::exchange(state.metadata_is_new, false);
}

void reading_table::metadata_changed() {
  for (auto& [where, state] : entries_) {
    if (!std::exchange(state.leaderless, false)) continue;
    state.not_before = {};
    state.metadata_is_new = true;
  }
}

partition_state* reading_table::find(const topic_partition& where) {
  const auto found = entries_.find(where);
  return found == entries_.end() ? nullptr : &found->second;
}

partition_state* reading_table::find(const topic_partition& where, position_version version) {
  auto* state = find(where);
  return state != nullptr && state->version == version ? state : nullptr;
}

}  // namespace kwire::core
