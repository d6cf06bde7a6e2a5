#include "core/fetch_waits.hpp"

#include <algorithm>
#include <utility>

namespace kwire::embedded {

void fetch_waits::add(connection_id connection, instant deadline, std::vector<watch_key> watched,
                      attempt what, timer_queue& timers) {
  for (const auto& key : watched) watchers_.emplace(key, connection);
  const auto expire = [this, connection, &timers](instant now) {
    const auto what_waited = waits_.find(connection);
    if (what_waited == waits_.end()) return;
    const auto answer = std::move(what_waited->second.try_now);
    remove(connection, timers);
    answer(now, true);
  };
  waits_[connection] = {std::move(watched), std::move(what), timers.schedule(deadline, expire)};
}

void fetch_waits::wake(const watch_key& which, instant now, timer_queue& timers) {
  const auto [first, last] = watchers_.equal_range(which);
  std::vector<connection_id> concerned;
  for (auto at = first; at != last; ++at) concerned.push_back(at->second);
  for (const auto connection : concerned) {
    const auto found = waits_.find(connection);
    if (found == waits_.end()) continue;
    const auto try_now = found->second.try_now;  // a copy: answering may end the connection and this wait
    if (try_now(now, false)) remove(connection, timers);
  }
}

void fetch_waits::remove(connection_id connection, timer_queue& timers) {
  const auto found = waits_.find(connection);
  if (found == waits_.end()) return;
  timers.cancel(found->second.timer);
  for (const auto& key : found->second.watched) {
    const auto [first, last] = watchers_.equal_range(key);
    const auto own = std::find_if(first, last, [=](const auto& entry) { return entry.second == connection; });
    if (own != last) watchers_.erase(own);
  }
  waits_.erase(found);
}

}  // namespace kwire::embedded
