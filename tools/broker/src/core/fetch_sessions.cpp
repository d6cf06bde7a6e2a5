#include "core/fetch_sessions.hpp"

#include <algorithm>

namespace kwire::embedded {

void fetch_session::update(const protocol::fetch_request& request) {
  for (const auto& topic : request.topics) {
    const topic_key key{topic.name, topic.topic_id};
    for (const auto& wanted : topic.partitions) {
      const auto [at, added] = index_.try_emplace({key, wanted.index});
      if (added) {
        at->second = order_.insert(order_.end(), {key, wanted});
      } else {
        at->second->wanted = wanted;
      }
    }
  }
  for (const auto& topic : request.forgotten_topics_data) {
    for (const auto partition : topic.partitions) {
      const auto found = index_.find({{topic.name, topic.topic_id}, partition});
      if (found == index_.end()) continue;
      order_.erase(found->second);
      index_.erase(found);
    }
  }
}

fetch_session* fetch_session_cache::find(std::int32_t id) noexcept {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

fetch_session* fetch_session_cache::open(bool by_topic_id, instant now, random_source& random) {
  if (sessions_.size() >= slots_ && !evict(now)) return nullptr;
  std::int32_t id = 0;
  while (id == 0 || sessions_.contains(id)) id = static_cast<std::int32_t>(random.next() & 0x7fffffff);
  auto& made = sessions_.try_emplace(id, id, by_topic_id).first->second;
  made.last_used = now;
  return &made;
}

bool fetch_session_cache::evict(instant now) {
  const auto oldest = std::ranges::min_element(
      sessions_, {}, [](const auto& entry) { return std::pair{entry.second.last_used, entry.first}; });
  if (oldest == sessions_.end() || now - oldest->second.last_used < std::chrono::minutes{2}) return false;
  sessions_.erase(oldest);
  return true;
}

}  // namespace kwire::embedded
