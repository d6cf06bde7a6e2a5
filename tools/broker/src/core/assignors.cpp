#include "core/assignors.hpp"

#include <algorithm>
#include <vector>

#include "core/uniform_balance.hpp"

namespace kwire::embedded {
namespace {

/// Static members by instance id come first: their place in the order survives a restart.
std::vector<std::string> in_range_order(const assignor_input& input) {
  std::vector<std::string> ids;
  for (const auto& [id, member] : input.members) ids.push_back(id);
  std::ranges::sort(ids, [&](const std::string& a, const std::string& b) {
    const auto& left = input.members.at(a).instance_id;
    const auto& right = input.members.at(b).instance_id;
    if (left && right) return *left < *right;
    if (left || right) return left.has_value();
    return a < b;
  });
  return ids;
}

struct range_topic {
  std::int32_t partitions = 0;
  std::int32_t subscribers = 0;
  std::int32_t served = 0;
  std::int32_t next = 0;
};

/// Takes from `quota`, what the member keeps and what others may have.
void keep_within(std::size_t quota, const std::set<uuid>& topics, topic_partitions& kept,
                 std::vector<std::pair<uuid, std::int32_t>>& free) {
  for (auto entry = kept.begin(); entry != kept.end();) {
    if (!topics.contains(entry->first)) {
      entry = kept.erase(entry);
      continue;
    }
    auto& held = entry->second;
    for (auto index = held.begin(); index != held.end();) {
      if (quota > 0) {
        --quota;
        ++index;
        continue;
      }
      free.emplace_back(entry->first, *index);
      index = held.erase(index);
    }
    entry = held.empty() ? kept.erase(entry) : std::next(entry);
  }
}

assignor_result assign_uniform_homogeneous(const assignor_input& input) {
  const auto& topics = input.members.begin()->second.topics;
  if (topics.empty()) return {};
  topic_partitions owned;
  for (const auto& [id, member] : input.members) {
    for (const auto& [topic, indexes] : member.current) owned[topic].insert(indexes.begin(), indexes.end());
  }
  std::vector<std::pair<uuid, std::int32_t>> free;
  std::size_t total = 0;
  for (const auto& topic : topics) {
    const auto partitions = input.partitions.at(topic);
    total += static_cast<std::size_t>(partitions);
    for (std::int32_t i = 0; i < partitions; ++i) {
      if (!contains(owned, topic, i)) free.emplace_back(topic, i);
    }
  }
  const auto least = total / input.members.size();
  auto extra = total % input.members.size();  // members that get one more than the others
  auto left = input.members.size();
  assignor_result result;
  std::vector<std::pair<topic_partitions*, std::size_t>> unfilled;
  for (const auto& [id, member] : input.members) {
    auto& kept = result[id] = member.current;
    keep_within(extra > 0 ? least + 1 : least, topics, kept, free);
    const auto held = count(kept);
    // Whoever has no use for one more yet leaves it to the members behind, as long as they are enough.
    const bool takes_extra = extra > 0 && (held > least || left <= extra);
    const auto quota = takes_extra ? least + 1 : least;
    if (takes_extra) --extra;
    --left;
    if (held < quota) unfilled.emplace_back(&kept, quota - held);
  }
  auto next = free.begin();
  for (auto& [member, room] : unfilled) {
    for (; room > 0 && next != free.end(); --room, ++next) (*member)[next->first].insert(next->second);
  }
  return result;
}

}  // namespace

bool assignor_input::homogeneous() const {
  return std::ranges::all_of(
      members, [&](const auto& entry) { return entry.second.topics == members.begin()->second.topics; });
}

assignor_result assign_range(const assignor_input& input) {
  std::map<uuid, range_topic> topics;
  for (const auto& [id, member] : input.members) {
    for (const auto& topic : member.topics) {
      topics[topic].partitions = input.partitions.at(topic);
      ++topics[topic].subscribers;
    }
  }
  assignor_result result;
  for (const auto& id : in_range_order(input)) {
    auto& given = result[id];
    for (const auto& topic : input.members.at(id).topics) {
      auto& state = topics.at(topic);
      const auto quota = state.partitions / state.subscribers +
                         (state.served < state.partitions % state.subscribers ? 1 : 0);
      ++state.served;
      for (std::int32_t i = 0; i < quota; ++i) given[topic].insert(state.next++);
    }
  }
  return result;
}

assignor_result assign_uniform(const assignor_input& input) {
  if (input.members.empty()) return {};
  return input.homogeneous() ? assign_uniform_homogeneous(input) : assign_uniform_heterogeneous(input);
}

assignor find_assignor(std::string_view name) noexcept {
  if (name == "uniform") return assign_uniform;
  if (name == "range") return assign_range;
  return nullptr;
}

bool java_less(const uuid& a, const uuid& b) noexcept {
  constexpr std::uint8_t sign = 0x80;
  for (std::size_t i = 0; i < a.octets.size(); ++i) {
    const auto flip = static_cast<std::uint8_t>(i % 8 == 0 ? sign : 0);
    const auto left = a.octets[i] ^ flip;
    const auto right = b.octets[i] ^ flip;
    if (left != right) return left < right;
  }
  return false;
}

std::size_t count(const topic_partitions& partitions) noexcept {
  std::size_t sum = 0;
  for (const auto& [topic, indexes] : partitions) sum += indexes.size();
  return sum;
}

bool contains(const topic_partitions& partitions, const uuid& topic, std::int32_t index) noexcept {
  const auto found = partitions.find(topic);
  return found != partitions.end() && found->second.contains(index);
}

void take_out(topic_partitions& from, const uuid& topic, std::int32_t index) {
  const auto found = from.find(topic);
  if (found == from.end()) return;
  found->second.erase(index);
  if (found->second.empty()) from.erase(found);
}

}  // namespace kwire::embedded
