#pragma once

#include <cstdint>
#include <kwire/client/record.hpp>
#include <kwire/protocol/broker_errc.hpp>
#include <map>
#include <memory>
#include <vector>

#include "core/config/consumer_settings.hpp"
#include "core/consumer/consumer_sink.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// One partition of a fetch, as the broker is asked for it.
struct fetch_target {
  std::int64_t offset = 0;
  leader_epoch epoch = no_leader_epoch;
  std::int32_t max_bytes = 0;
  uuid topic_id;
  position_version version = 0;

  bool same_request(const fetch_target& other) const noexcept {
    return offset == other.offset && epoch == other.epoch && max_bytes == other.max_bytes;
  }
};

using fetch_targets = std::map<topic_partition, fetch_target>;

/// What the broker remembers of our fetches (KIP-227), so that a request names only partitions that changed
/// and an answer only those with news. Brokers older than the idea are always told everything.
class fetch_session {
 public:
  /// The request for exactly `wanted`, given what the broker knows by now. Sent strictly one after the other.
  std::shared_ptr<request_body> next(fetch_targets wanted, const consumer_settings& settings,
                                     std::int32_t max_bytes);
  /// The highest version that can carry the last request: topic ids are missing with some brokers.
  std::int16_t highest_version() const noexcept { return with_ids_ ? 0x7fff : 12; }

  /// What the last request asked for, whether it said so or the broker remembers.
  const fetch_targets& asked() const noexcept { return known_; }

  /// The request was answered; false when the broker has forgotten the session, so that the next request
  /// starts a new one.
  bool answered(std::int16_t version, broker_errc code, std::int32_t session_id);
  /// There was no answer: the broker may have acted on the request or not.
  void lost() noexcept { restart(); }

  std::int32_t id() const noexcept { return id_; }
  std::int32_t epoch() const noexcept { return epoch_; }

 private:
  void restart() noexcept { epoch_ = 0; }

  std::int32_t id_ = 0;
  std::int32_t epoch_ = 0;  ///< of the next request; 0 starts a session
  bool with_ids_ = true;
  fetch_targets known_;
};

}  // namespace kwire::core
