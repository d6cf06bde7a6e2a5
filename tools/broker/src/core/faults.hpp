#pragma once

#include <algorithm>
#include <functional>
#include <kwire/protocol/broker_errc.hpp>
#include <list>
#include <map>
#include <optional>

#include "core/types.hpp"

namespace kwire::embedded {

/// Whose requests a fault strikes; what is not set does not matter.
struct fault_scope {
  std::optional<std::string> topic{};
  std::optional<std::string> client_id{};
  std::optional<node_id> node{};
  std::optional<instant> until{};  ///< nobody's from then on
};

/// Something that goes wrong on purpose with the next requests of an API.
struct fault {
  enum class kind {
    fail,         ///< answer `error` instead of doing it
    delay,        ///< do it, hold the answer back for `pause`
    drop_before,  ///< hang up instead of doing it
    drop_after,   ///< do it, hang up instead of answering
    answer,       ///< answer `content` behind the correlation id instead of doing it
    ignore,       ///< neither do nor answer it
    throttle,     ///< do it, answer `pause` as throttle time, then leave the connection alone for so long
    cut,          ///< do it, send `octet` octets of the answer and hang up
    corrupt,      ///< do it, answer with all bits of octet number `octet` turned over
  };
  kind what{};
  std::size_t count = 1;  ///< requests it strikes
  broker_errc error{};
  std::chrono::microseconds pause{};
  bytes content{};
  std::size_t octet = 0;  ///< the length in front of the answer counts
  fault_scope scope{};
};

/// The faults that wait for requests; for each API they strike in the order they were added.
class fault_table {
 public:
  /// A request that may be struck.
  struct target {
    api key{};
    const std::string& client_id;
    node_id node{};
    instant now{};
    std::function<bool(const std::string&)> names_topic;
  };

  void add(api key, fault what) {
    if (what.count > 0) waiting_[key].push_back(std::move(what));
  }
  void clear() noexcept { waiting_.clear(); }
  void clear(api key) { waiting_.erase(key); }
  bool empty() const noexcept { return waiting_.empty(); }
  const std::map<api, std::list<fault>>& all() const noexcept { return waiting_; }

  /// Forgets the faults whose time is over.
  void expire(instant now) {
    for (auto& [key, list] : waiting_) {
      std::erase_if(list, [=](const fault& one) { return one.scope.until && *one.scope.until <= now; });
    }
    std::erase_if(waiting_, [](const auto& entry) { return entry.second.empty(); });
  }

  /// The fault that strikes a request which has just arrived.
  std::optional<fault> next(const target& request) {
    if (waiting_.empty()) return std::nullopt;
    expire(request.now);
    const auto found = waiting_.find(request.key);
    if (found == waiting_.end()) return std::nullopt;
    const auto first =
        std::ranges::find_if(found->second, [&](const fault& one) { return strikes(one.scope, request); });
    if (first == found->second.end()) return std::nullopt;
    std::optional<fault> struck{*first};
    if (--first->count == 0) found->second.erase(first);
    if (found->second.empty()) waiting_.erase(found);
    return struck;
  }

 private:
  static bool strikes(const fault_scope& scope, const target& request) {
    return (!scope.client_id || *scope.client_id == request.client_id) &&
           (!scope.node || *scope.node == request.node) &&
           (!scope.topic || request.names_topic(*scope.topic));
  }

  std::map<api, std::list<fault>> waiting_;
};

}  // namespace kwire::embedded
