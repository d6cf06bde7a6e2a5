#pragma once

#include <cstdint>
#include <kwire/client/record.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/backoff.hpp"
#include "core/consumer/consumer_sink.hpp"

namespace kwire::core {

// Timestamps that mean an end of the log in ListOffsets.
inline constexpr std::int64_t latest_timestamp = -1;
inline constexpr std::int64_t earliest_timestamp = -2;

/// What a consumer knows of one partition it reads.
struct partition_state {
  enum class stage : std::uint8_t {
    locating,   ///< its committed offset is being asked for
    undecided,  ///< there is no offset to start from: auto.offset.reset decides
    resetting,  ///< the offset of `reset_to` is being asked for
    fetching,
    stopped,  ///< the application has to decide where to go on
  };

  position_version version = 0;
  stage now = stage::locating;
  std::int64_t offset = -1;  ///< next to fetch
  std::int64_t reset_to = latest_timestamp;
  bool paused = false;
  bool leaderless = false;       ///< waits for metadata that names a leader
  bool metadata_is_new = false;  ///< it has just been refreshed: no need to ask again at once
  bool asked = false;            ///< a request for its position is under way
  bool told = false;             ///< its failure has been told to the application
  bool end_told = false;
  bool doubted = false;  ///< a batch at `offset` was broken once: fetched again before that counts
  std::int32_t max_bytes = 0;
  time_point not_before{};
  backoff pause;

  explicit partition_state(const backoff& b) : pause(b) {}
  bool wants_data(time_point at) const noexcept {
    return now == stage::fetching && !paused && not_before <= at;
  }
};

/// Where a partition starts.
struct partition_start {
  topic_partition where;
  position_version version = 0;
  std::int64_t offset = -1;                ///< -1: the committed one
  std::optional<std::int64_t> reset_to{};  ///< a timestamp of ListOffsets, instead of an offset

  partition_start() = default;
  partition_start(topic_partition tp, position_version v, std::int64_t at = -1,
                  std::optional<std::int64_t> reset = {})
      : where(std::move(tp)), version(v), offset(at), reset_to(reset) {}
};

/// The partitions of one consumer.
class reading_table {
 public:
  using map = std::map<topic_partition, partition_state>;

  reading_table(const backoff& pause, std::int32_t max_bytes) : pause_(pause), max_bytes_(max_bytes) {}

  /// Adds the partition, or starts a new period of it.
  void start(const partition_start& from, bool has_group);
  void drop(const topic_partition& where) { entries_.erase(where); }
  void pause(const topic_partition& where, bool paused);

  /// There is no leader to ask. True when metadata should be asked for.
  static bool wait_for_leader(partition_state& state, time_point now, random_source& random);
  /// Partitions that waited for a leader look again.
  void metadata_changed();

  partition_state* find(const topic_partition& where);
  /// The state, if it still is in that period.
  partition_state* find(const topic_partition& where, position_version version);
  map& entries() noexcept { return entries_; }
  const map& entries() const noexcept { return entries_; }

 private:
  backoff pause_;
  std::int32_t max_bytes_;
  map entries_;
};

}  // namespace kwire::core
