#pragma once

#include <kwire/protocol/messages/find_coordinator.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/backoff.hpp"
#include "core/config/client_settings.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// Knows which broker coordinates a group or a transactional id, and keeps the requests that wait for the
/// answer.
class coordinators {
 public:
  using key = std::pair<coordinator_type, std::string>;
  struct found {
    node_id node = no_node;
    std::string host;
    std::int32_t port = 0;
  };

  coordinators(const client_settings& settings, random_source& random)
      : settings_(&settings), random_(&random) {}

  std::optional<node_id> find(const key& which) const;
  /// Keeps the request until the coordinator is known.
  void wait(request asked);
  void forget(const key& which);

  /// Look-ups that are due; the caller sends each to any broker and reports back.
  std::vector<key> poll(time_point now);
  static std::shared_ptr<request_body> make_body(const key& which);
  /// Takes the answer; on success the requests that waited come back for routing.
  std::vector<request> digest(const key& which, const response& answer, time_point now,
                              std::optional<found>& place, std::optional<error>& why);
  /// Requests whose deadline has passed, and those of a reactor that is leaving.
  std::vector<request> expire(time_point now);
  void abandon(const reactor& origin);
  time_point next_deadline() const;
  const std::optional<error>& last_error(const key& which) const { return entries_.at(which).last_error; }

 private:
  struct entry {
    node_id node = no_node;
    bool in_flight = false;
    time_point not_before{};
    backoff pause;
    std::vector<request> waiting;
    std::optional<error> last_error;
    explicit entry(const client_settings& s) : pause(s.retry_backoff, s.retry_backoff_max) {}
  };
  entry& at(const key& which);

  const client_settings* settings_;
  random_source* random_;
  std::map<key, entry> entries_;
};

}  // namespace kwire::core
