#include "core/share_sessions.hpp"

#include <algorithm>

namespace kwire::embedded {

std::vector<share_group::place> share_session::in_turn() const {
  std::vector<share_group::place> order{places.begin(), places.end()};
  std::ranges::rotate(order, std::ranges::lower_bound(order, turn));
  return order;
}

share_session* share_session_cache::find(const key& whose) {
  const auto found = sessions_.find(whose);
  return found == sessions_.end() ? nullptr : &found->second;
}

broker_errc share_session_cache::step(const key& whose, std::int32_t epoch, connection_id connection,
                                      share_session*& found) {
  if (epoch == 0) {
    sessions_.erase(whose);
    if (sessions_.size() >= slots_) return broker_errc::share_session_limit_reached;
    found = &sessions_[whose];
    found->connection = connection;
    return broker_errc::none;
  }
  found = find(whose);
  if (found == nullptr) return broker_errc::share_session_not_found;
  if (epoch == final_epoch) return broker_errc::none;
  if (epoch != found->epoch) return broker_errc::invalid_share_session_epoch;
  found->epoch = epoch == INT32_MAX ? 1 : epoch + 1;
  return broker_errc::none;
}

std::vector<std::pair<share_session_cache::key, share_session>> share_session_cache::disconnected(
    connection_id connection) {
  std::vector<std::pair<key, share_session>> gone;
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    if (at->second.connection != connection) {
      ++at;
      continue;
    }
    gone.emplace_back(at->first, std::move(at->second));
    at = sessions_.erase(at);
  }
  return gone;
}

}  // namespace kwire::embedded
