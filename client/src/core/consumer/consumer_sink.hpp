#pragma once

#include <cstdint>
#include <kwire/client/error.hpp>
#include <kwire/client/record.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "core/frame.hpp"

namespace kwire::core {

/// Tells periods of a partition apart: every assignment, seek and pause starts a new one, and what belongs
/// to an earlier one is dropped wherever it turns up. Numbers are never used twice within a consumer.
using position_version = std::uint64_t;

/// The records of one partition in one answer.
struct fetched_chunk {
  using aborted_list = std::vector<protocol::fetch_response::aborted_transaction>;

  topic_partition where;
  position_version version = 0;
  std::int64_t from = 0;  ///< records below were not asked for: brokers send whole batches
  std::int64_t next = 0;  ///< what the next fetch asks for
  frame keep;             ///< what `records` lies in
  bytes_view records;
  std::int64_t high_watermark = -1;
  std::int64_t last_stable = -1;
  std::int64_t log_start = -1;
  aborted_list aborted;        ///< only with read_committed
  bool at_end = false;         ///< `next` is where the partition ends, told once each time it is reached
  std::optional<error> fault;  ///< behind the records: what follows them is broken
};

/// An offset to be committed: the next record to be read, in Kafka's terms.
struct commit_entry {
  topic_partition where;
  std::int64_t offset = -1;
  leader_epoch epoch = no_leader_epoch;
  std::string metadata;

  commit_entry() = default;
  commit_entry(topic_partition tp, std::int64_t at, leader_epoch e = no_leader_epoch, std::string text = {})
      : where(std::move(tp)), offset(at), epoch(e), metadata(std::move(text)) {}
};

/// A change of the assignment, to be carried out by the application's next poll.
struct rebalance_notice {
  enum class step : std::uint8_t {
    revoke,  ///< give `partitions` up, then tell the member
    lose,    ///< `partitions` are somebody else's already
    assign,  ///< `partitions` are new; `all` is the whole assignment
  };
  step what = step::assign;
  std::vector<topic_partition> partitions;
  std::vector<topic_partition> all;
};

/// When the application polls.
struct poll_activity {
  bool inside = false;     ///< a poll is running
  time_point last_left{};  ///< when the last one ended
};

/// The application's side of a consumer as its cores see it. Called on the I/O thread.
class consumer_sink {
 public:
  virtual ~consumer_sink() = default;
  virtual void fetched(std::vector<fetched_chunk> chunks) = 0;
  /// Where reading starts, once that is known.
  virtual void positioned(const topic_partition& where, position_version version, std::int64_t offset) = 0;
  /// Something for the application to decide on: the next poll returns it.
  virtual void failed(error why) = 0;
  virtual void rebalance(rebalance_notice notice) = 0;
  /// Nothing may be handed over from `until` on, unless a later call moves it.
  virtual void session_ends(time_point until) = 0;
  /// The core wants to be told of the next poll that begins.
  virtual void wants_poll() = 0;
  /// Octets queued or in the application's hands; when `resume_below` is not zero, the core wants to be
  /// woken once they are below it.
  virtual std::size_t used_bytes(std::size_t resume_below) = 0;
  virtual poll_activity activity() const = 0;
  virtual std::uint64_t records_delivered() const = 0;
  /// What automatic commits may cover: positions behind batches that a later poll has superseded.
  virtual std::vector<commit_entry> superseded() = 0;
};

}  // namespace kwire::core
