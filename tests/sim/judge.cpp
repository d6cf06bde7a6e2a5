#include "judge.hpp"

#include <algorithm>
#include <utility>

namespace kwire::sim {
namespace {

std::string name(const record_key& key) {
  return "record " + std::to_string(key.producer) + ":" + std::to_string(key.number);
}
std::string place(std::int32_t partition, std::int64_t offset) {
  return std::to_string(partition) + "@" + std::to_string(offset);
}

}  // namespace

void judge::broken(char invariant, std::string what) {
  log_.line([&] { return std::string{"VIOLATION "} + invariant + ": " + what; });
  if (!verdict_) verdict_ = violation{invariant, std::move(what), clock_.now()};
}

void judge::accepted(const record_key& key, std::int32_t partition, micros limit) {
  record_fate fate;
  fate.partition = partition;
  fate.accepted = clock_.now();
  fate.limit = limit;
  records_[key] = fate;
}

void judge::reported(const record_key& key, outcome told, std::int64_t offset) {
  const auto found = records_.find(key);
  if (found == records_.end()) return broken('U', name(key) + " was reported and never produced");
  auto& fate = found->second;
  if (++fate.reports > 1) return broken('U', name(key) + " was reported twice");
  if (clock_.now() > fate.limit) broken('T', name(key) + " was reported after its deadline");
  fate.told = told;
  fate.offset = offset;
}

void judge::postpone(std::uint32_t producer, micros by) {
  for (auto it = records_.lower_bound({producer, 0}); it != records_.end() && it->first.producer == producer;
       ++it) {
    if (it->second.reports == 0) it->second.limit += by;
  }
}

std::size_t judge::unreported(std::uint32_t producer) const {
  std::size_t count = 0;
  for (auto it = records_.lower_bound({producer, 0}); it != records_.end() && it->first.producer == producer;
       ++it) {
    count += it->second.reports == 0;
  }
  return count;
}

std::size_t judge::told(outcome what) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      records_, [&](const auto& entry) { return entry.second.reports == 1 && entry.second.told == what; }));
}

void judge::call_ended(const char* what, micros deadline, micros stood_still) {
  if (clock_.now() > deadline + stood_still + second) broken('T', std::string{what} + " ended too late");
}

void judge::check_overdue() {
  for (const auto& [key, fate] : records_) {
    if (fate.reports == 0 && clock_.now() > fate.limit) {
      return broken('T', name(key) + " has no report after its deadline");
    }
  }
}

void judge::check_log(std::int32_t partition, const std::map<std::int64_t, record_key>& log) {
  std::map<std::uint32_t, std::uint64_t> last;  // of each producer
  for (const auto& [offset, key] : log) {
    auto& places = found_[key];
    if (places.empty()) {
      // Order of first appearances; a repetition without idempotence may repeat.
      const auto known = records_.find(key);
      // An earlier attempt may come long after its connection was given up; without sequence numbers no
      // broker can tell.
      if (known != records_.end() && !idempotent_[key.producer] && known->second.told != outcome::persisted) {
        places.emplace_back(partition, offset);
        continue;
      }
      auto& before = last[key.producer];
      if (key.number < before) {
        broken('O', name(key) + " at " + place(partition, offset) + " comes after " + std::to_string(before));
      }
      before = key.number;
    } else if (idempotent_[key.producer]) {
      broken('D', name(key) + " is at " + place(places[0].first, places[0].second) + " and " +
                      place(partition, offset));
    }
    places.emplace_back(partition, offset);
    const auto fate = records_.find(key);
    if (fate == records_.end() || fate->second.partition != partition) {
      broken('A', name(key) + " was not produced to partition " + std::to_string(partition));
    }
    const auto read = content_.find({partition, offset});
    if (read != content_.end() && read->second != key) {
      broken('A', name(read->second) + " was delivered from " + place(partition, offset) + ", where " +
                      name(key) + " is");
    }
  }
}

void judge::check_end() {
  for (const auto& [key, fate] : records_) {
    const auto& places = found_[key];
    if (fate.reports == 0) return broken('U', name(key) + " was never reported");
    if (fate.told == outcome::not_persisted && !places.empty()) {
      return broken('P', name(key) + " is at " + place(places[0].first, places[0].second) +
                             " and was reported as not persisted");
    }
    if (fate.told != outcome::persisted) continue;
    const auto lost = cut_off_.find(fate.partition);
    if (weak_.contains(key.producer) && lost != cut_off_.end() && fate.offset >= lost->second) continue;
    if (places.empty()) return broken('A', name(key) + " was acknowledged and is not in the log");
    if (fate.offset < 0) continue;
    if (std::ranges::find(places, std::pair{fate.partition, fate.offset}) == places.end()) {
      return broken('A', name(key) + " was acknowledged at " + place(fate.partition, fate.offset) +
                             " and is at " + place(places[0].first, places[0].second));
    }
  }
}

}  // namespace kwire::sim
