#pragma once

#include <kwire/protocol/messages/fetch.hpp>
#include <list>
#include <map>
#include <unordered_map>

#include "core/types.hpp"

namespace kwire::embedded {

/// A topic of a fetch request: by id from version 13 on, by name before.
struct topic_key {
  std::string name;
  uuid id{};
  friend auto operator<=>(const topic_key&, const topic_key&) = default;
};

/// A partition as a fetch asks for it, and what the last answer of its session said about it.
struct fetch_target {
  topic_key topic;
  protocol::fetch_request::partition wanted;
  std::int64_t told_high_watermark = -1;
  std::int64_t told_start_offset = -1;
};

/// What an incremental fetch session (KIP-227) knows: the partitions, in the order they are served.
class fetch_session {
 public:
  using targets = std::list<fetch_target>;

  fetch_session(std::int32_t id, bool by_id) : id_(id), by_id_(by_id) {}

  std::int32_t id() const noexcept { return id_; }
  bool by_topic_id() const noexcept { return by_id_; }
  std::int32_t epoch = 1;  ///< the one the next request must carry
  instant last_used{};

  /// Adds, changes and takes out the partitions that the request names.
  void update(const protocol::fetch_request& request);
  targets& partitions() noexcept { return order_; }
  /// Serves `which` last next time, so that a busy partition does not starve the others.
  void served(targets::iterator which) { order_.splice(order_.end(), order_, which); }

 private:
  std::int32_t id_;
  bool by_id_;
  targets order_;
  std::map<std::pair<topic_key, partition_id>, targets::iterator> index_;
};

/// All sessions of the broker; they belong to no connection.
class fetch_session_cache {
 public:
  explicit fetch_session_cache(std::size_t slots) : slots_(slots) {}

  fetch_session* find(std::int32_t id) noexcept;
  void remove(std::int32_t id) { sessions_.erase(id); }
  void clear() noexcept { sessions_.clear(); }
  std::size_t size() const noexcept { return sessions_.size(); }
  /// A new session, or null when all slots are taken by sessions that were used within two minutes.
  fetch_session* open(bool by_topic_id, instant now, random_source& random);

 private:
  bool evict(instant now);

  std::size_t slots_;
  std::unordered_map<std::int32_t, fetch_session> sessions_;
};

}  // namespace kwire::embedded
