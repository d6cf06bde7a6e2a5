#include <algorithm>
#include <cmath>
#include <vector>

#include "core/assignors.hpp"

// The assignor of share groups: each partition goes to as many members as it takes for all members to have
// about equally many.

namespace kwire::embedded {
namespace {

using place = std::pair<uuid, std::int32_t>;

struct sharer {
  topic_partitions* given = nullptr;
  const topic_partitions* before = nullptr;
  std::size_t desired = 0;
  std::size_t held = 0;
};

/// How often each partition is given out, as evenly as whole numbers allow.
void set_desired(std::vector<sharer>& members, std::size_t slots) {
  const auto each = static_cast<double>(slots) / static_cast<double>(members.size());
  const auto until = [each](std::size_t i) {
    return static_cast<std::size_t>(std::ceil(each * static_cast<double>(i)));
  };
  for (std::size_t i = 0; i < members.size(); ++i) members[i].desired = until(i + 1) - until(i);
}

void give(sharer& to, const place& which, std::size_t& holders) {
  (*to.given)[which.first].insert(which.second);
  ++to.held;
  ++holders;
}

/// Gives out `places` among `members`, both not empty.
void share_out(std::vector<sharer>& members, const std::vector<place>& places) {
  const auto sharing = (members.size() + places.size() - 1) / places.size();
  set_desired(members, sharing * places.size());
  std::vector<std::size_t> holders(places.size());
  for (auto& member : members) {  // what stays
    for (std::size_t at = 0; at < places.size() && member.held < member.desired; ++at) {
      const auto& [topic, index] = places[at];
      if (holders[at] < sharing && contains(*member.before, topic, index))
        give(member, places[at], holders[at]);
    }
  }
  std::size_t next = 0;
  for (auto& member : members) {
    for (std::size_t tried = 0; tried < places.size() && member.held < member.desired; ++tried) {
      const auto at = next++ % places.size();
      const auto& [topic, index] = places[at];
      if (holders[at] < sharing && !contains(*member.given, topic, index))
        give(member, places[at], holders[at]);
    }
  }
  // Who could only have had what it holds already leaves room, which must not be at the cost of a partition.
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (holders[at] > 0) continue;
    give(*std::ranges::min_element(members, {}, &sharer::held), places[at], holders[at]);
  }
}

std::vector<place> places_of(const assignor_input& input, const std::set<uuid>& topics) {
  std::vector<place> all;
  for (const auto& topic : topics) {
    for (std::int32_t i = 0; i < input.partitions.at(topic); ++i) all.emplace_back(topic, i);
  }
  return all;
}

}  // namespace

assignor_result assign_simple(const assignor_input& input) {
  assignor_result result;
  std::map<uuid, std::vector<std::string>> subscribers;
  for (const auto& [id, member] : input.members) {
    result[id];
    for (const auto& topic : member.topics) subscribers[topic].push_back(id);
  }
  const auto share = [&](const std::vector<std::string>& ids, const std::set<uuid>& topics) {
    const auto places = places_of(input, topics);
    if (places.empty()) return;
    std::vector<sharer> members;
    for (const auto& id : ids) members.push_back({&result.at(id), &input.members.at(id).current});
    share_out(members, places);
  };
  if (subscribers.empty()) return result;
  if (input.homogeneous()) {
    share(subscribers.begin()->second, input.members.begin()->second.topics);
  } else {
    for (const auto& [topic, ids] : subscribers) share(ids, {topic});
  }
  return result;
}

}  // namespace kwire::embedded
