#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/share_group.hpp"

namespace kwire::embedded {

/// What a member of a share group fetches from this broker (KIP-932); it lives as long as the connection.
struct share_session {
  connection_id connection{};
  node_id node = no_node;  ///< the broker it is with
  std::int32_t epoch = 1;  ///< the one the next request must carry
  std::set<share_group::place> places;
  share_group::place
      turn{};  ///< where the next answer begins, so that a busy partition does not starve the others

  /// The partitions, in the order in which they are to be served.
  std::vector<share_group::place> in_turn() const;
};

class share_session_cache {
 public:
  using key = std::pair<std::string, std::string>;  ///< group and member

  explicit share_session_cache(std::size_t slots) : slots_(slots) {}

  static constexpr std::int32_t final_epoch = -1;

  /// Checks the epoch that a request carries and counts on: zero begins a session, anything else needs one.
  broker_errc step(const key& whose, std::int32_t epoch, connection_id connection, share_session*& found);
  void close(const key& whose) { sessions_.erase(whose); }
  /// Forgets the sessions of a connection that is gone, and says what they were.
  std::vector<std::pair<key, share_session>> disconnected(connection_id connection);
  share_session* find(const key& whose);
  std::size_t size() const noexcept { return sessions_.size(); }
  void clear() noexcept { sessions_.clear(); }

 private:
  std::size_t slots_;
  std::map<key, share_session> sessions_;
};

}  // namespace kwire::embedded
