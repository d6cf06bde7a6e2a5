#include "core/epoch_history.hpp"

#include <algorithm>

namespace kwire::embedded {

void epoch_history::assign(leader_epoch epoch, std::int64_t start_offset) {
  // What began here or later under an older epoch holds no record.
  std::erase_if(entries_, [=](const entry& e) { return e.start_offset >= start_offset || e.epoch >= epoch; });
  entries_.push_back({epoch, start_offset});
}

void epoch_history::truncate(std::int64_t offset) {
  std::erase_if(entries_, [=](const entry& e) { return e.start_offset >= offset; });
}

epoch_history::answer epoch_history::end_of(leader_epoch asked, std::int64_t log_end) const {
  if (asked == no_leader_epoch || entries_.empty()) return {};
  if (asked == entries_.back().epoch) return {asked, log_end};
  const auto higher = std::ranges::upper_bound(entries_, asked, {}, &entry::epoch);
  if (higher == entries_.end()) return {};
  // Older than all that is known: nothing that was written under it is still here.
  if (higher == entries_.begin()) return {asked, higher->start_offset};
  return {std::prev(higher)->epoch, higher->start_offset};
}

leader_epoch epoch_history::at(std::int64_t offset) const {
  const auto after = std::ranges::upper_bound(entries_, offset, {}, &entry::start_offset);
  return after == entries_.begin() ? no_leader_epoch : std::prev(after)->epoch;
}

}  // namespace kwire::embedded
