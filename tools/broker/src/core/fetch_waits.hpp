#pragma once

#include <functional>
#include <kwire/protocol/messages/fetch.hpp>
#include <map>
#include <unordered_map>

#include "core/fetch_sessions.hpp"
#include "core/timers.hpp"

namespace kwire::embedded {

/// Fetches that wait for data (long polls), found by the partitions they wait for.
class fetch_waits {
 public:
  using watch_key = std::pair<std::string, partition_id>;  ///< topic name and partition
  /// Tries to answer; true when the wait is over. With `force`, it answers whatever there is.
  using attempt = std::function<bool(instant now, bool force)>;

  void add(connection_id connection, instant deadline, std::vector<watch_key> watched, attempt what,
           timer_queue& timers);
  /// The partition has new data, or is gone.
  void wake(const watch_key& which, instant now, timer_queue& timers);
  /// Forgets the wait of a connection that is gone.
  void remove(connection_id connection, timer_queue& timers);
  std::size_t size() const noexcept { return waits_.size(); }

 private:
  struct wait {
    std::vector<watch_key> watched;
    attempt try_now;
    timer_queue::handle timer;
  };

  std::map<connection_id, wait> waits_;
  std::multimap<watch_key, connection_id> watchers_;
};

}  // namespace kwire::embedded
