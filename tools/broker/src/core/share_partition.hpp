#pragma once

#include <kwire/protocol/broker_errc.hpp>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "core/types.hpp"

namespace kwire::embedded {

/// What a member of a share group says about records it was given (KIP-932, renewal KIP-1222).
enum class acknowledgement : std::int8_t { gap = 0, accept = 1, release = 2, reject = 3, renew = 4 };

struct share_limits {
  std::int32_t deliveries = 5;  ///< a record is given up after so many
  std::size_t in_flight = 2'000;
  std::chrono::milliseconds lock{30'000};
};

/// A run of records given to a member.
struct acquired_run {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int16_t deliveries = 0;
};

/// How a share group goes through one partition. Records from `start` to before `next` are in flight: free to
/// be given out again, acquired by a member until its lock ends, or done. They are kept as runs of offsets
/// that have everything in common, split where an acknowledgement says so.
class share_partition {
 public:
  explicit share_partition(std::int64_t start) : start_(start), next_(start) {}

  /// A run as it is kept for whoever takes over: what a member holds is free then.
  struct saved_run {
    std::int64_t first = 0;
    std::int64_t last = 0;
    bool done = false;
    std::int16_t deliveries = 0;
    friend bool operator==(const saved_run&, const saved_run&) = default;
  };
  std::vector<saved_run> saved() const;
  /// The run is as told, whatever was; what it leaves open before is free.
  void put(const saved_run& run);
  /// Nobody needs to be given these records (those that a member holds stay with it).
  void discard(std::int64_t first, std::int64_t last);

  struct wish {
    std::size_t most = 0;       ///< records
    bool exactly = false;       ///< not one more, even if that cuts a batch
    std::size_t run = 0;        ///< a run ends with the first batch that makes it so long; 0: with each batch
    node_id through = no_node;  ///< the broker that gives them
  };

  /// Records that may be acquired now: the first of them, below `end`.
  std::optional<std::int64_t> first_free(std::int64_t end, const share_limits& limits) const;
  /// Gives `member` free records of the batch from `first` to `last`; returns how many. Runs join the last of
  /// `given` while that is shorter than wished.
  std::size_t acquire(const std::string& member, std::int64_t first, std::int64_t last, const wish& wanted,
                      const share_limits& limits, instant now, std::vector<acquired_run>& given);

  /// Checks one batch of acknowledgements: `types` holds one for all or one for each offset.
  broker_errc check(const std::string& member, std::int64_t first, std::int64_t last,
                    const std::vector<std::int8_t>& types) const;
  /// Does what `check` found right; true when records became free.
  bool acknowledge(std::int64_t first, std::int64_t last, const std::vector<std::int8_t>& types,
                   const share_limits& limits, instant now);
  /// Takes back what a member was given by a broker; true when records became free.
  bool release(const std::string& member, node_id through, const share_limits& limits);
  /// Takes back what is locked until `now`.
  bool expire(const share_limits& limits, instant now);
  std::optional<instant> next_deadline() const;

  /// What lies before is gone from the log.
  void start_at_least(std::int64_t offset);
  /// The log has lost everything from there on.
  void end_at_most(std::int64_t offset);
  std::int64_t start() const noexcept { return start_; }
  /// Another number whenever something was done that is to be kept; giving out records is not.
  std::uint64_t revision() const noexcept { return revision_; }
  /// Records of the log that are not done.
  std::int64_t lag(std::int64_t end) const;

 private:
  enum class state : std::uint8_t { free, acquired, done };
  struct stretch {
    std::int64_t last = 0;
    state now = state::free;
    std::int16_t deliveries = 0;
    std::string member{};
    node_id through = no_node;
    instant lock_end{};
  };
  using stretches = std::map<std::int64_t, stretch>;

  stretches::iterator split(std::int64_t at);
  void finish(stretch& which, acknowledgement how, const share_limits& limits, instant now);
  void take_back(stretch& which, const share_limits& limits);
  void advance();

  std::int64_t start_;
  std::int64_t next_;
  std::uint64_t revision_ = 1;
  stretches runs_;  ///< by first offset, without gaps from start_ to next_
};

}  // namespace kwire::embedded
