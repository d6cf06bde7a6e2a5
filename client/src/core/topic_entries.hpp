#pragma once

#include <algorithm>
#include <string>

namespace kwire::core {

/// The entry of a topic in a message's list; a new one at its end when there is none.
template <class Topics>
auto& topic_in(Topics& topics, const std::string& name) {
  const auto found = std::ranges::find(topics, name, [](const auto& t) { return t.name; });
  if (found != topics.end()) return *found;
  auto& fresh = topics.emplace_back();
  fresh.name = name;
  return fresh;
}

}  // namespace kwire::core
