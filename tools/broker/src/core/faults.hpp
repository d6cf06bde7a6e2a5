#pragma once

#include <kwire/protocol/broker_errc.hpp>
#include <list>
#include <map>
#include <optional>

#include "core/types.hpp"

namespace kwire::embedded {

/// Something that goes wrong on purpose with the next requests of an API.
struct fault {
  enum class kind {
    fail,         ///< answer `error` instead of doing it
    delay,        ///< do it, hold the answer back for `pause`
    drop_before,  ///< hang up instead of doing it
    drop_after,   ///< do it, hang up instead of answering
    answer,       ///< answer `content` behind the correlation id instead of doing it
    ignore,       ///< neither do nor answer it
  };
  kind what{};
  std::size_t count = 1;  ///< requests it strikes
  broker_errc error{};
  std::chrono::microseconds pause{};
  bytes content;
};

/// The faults that wait for requests; for each API they strike in the order they were added.
class fault_table {
 public:
  void add(api key, fault what) {
    if (what.count > 0) waiting_[key].push_back(std::move(what));
  }
  void clear() noexcept { waiting_.clear(); }

  /// The fault that strikes a request of `key` which has just arrived.
  std::optional<fault> next(api key) {
    const auto found = waiting_.find(key);
    if (found == waiting_.end()) return std::nullopt;
    auto& first = found->second.front();
    std::optional<fault> struck{first};
    if (--first.count == 0) found->second.pop_front();
    if (found->second.empty()) waiting_.erase(found);
    return struck;
  }

 private:
  std::map<api, std::list<fault>> waiting_;
};

}  // namespace kwire::embedded
