#pragma once

#include <chrono>
#include <cstdint>
#include <kwire/client/client.hpp>
#include <kwire/client/config.hpp>
#include <kwire/client/error.hpp>
#include <kwire/client/observer.hpp>
#include <kwire/client/offsets.hpp>
#include <kwire/client/record.hpp>
#include <kwire/client/record_batches.hpp>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kwire {

namespace api_detail {
class exactly_once_steps;
}

// Where `assign` may start besides a number.
inline constexpr std::int64_t offset_end = -1;        ///< behind the last record
inline constexpr std::int64_t offset_beginning = -2;  ///< at the first record there is
inline constexpr std::int64_t offset_stored =
    -1000;  ///< where the group committed, else by auto.offset.reset

/// A partition and where to start in it.
struct partition_offset {
  topic_partition where;
  std::int64_t offset = offset_stored;

  partition_offset() = default;
  partition_offset(topic_partition tp, std::int64_t start = offset_stored)
      : where(std::move(tp)), offset(start) {}
  partition_offset(std::string topic, partition_id number, std::int64_t start = offset_stored)
      : where(std::move(topic), number), offset(start) {}
};

/// How a commit went: true when every partition's offset is kept.
class commit_result {
 public:
  commit_result() = default;
  explicit commit_result(kwire::error whole) : whole_(std::move(whole)) {}
  explicit commit_result(std::map<topic_partition, std::optional<kwire::error>> parts)
      : parts_(std::move(parts)) {}

  explicit operator bool() const noexcept;
  /// The first failure; call only when there is one.
  kwire::error error() const;
  /// Outcome by partition; empty when none was committed because the call failed as a whole.
  const std::map<topic_partition, std::optional<kwire::error>>& partitions() const noexcept { return parts_; }

 private:
  std::optional<kwire::error> whole_;
  std::map<topic_partition, std::optional<kwire::error>> parts_;
};

/// First offset and the one behind the last record (with read_committed: behind the last stable one).
struct watermarks {
  std::int64_t low = -1;
  std::int64_t high = -1;
};

/// Learns of changes of the assignment. Called inside `poll`, `unsubscribe` and `close`, on the caller's
/// thread; may call the consumer (`seek`, `commit`, `position` ...) but not `poll`, `subscribe` or `close`.
class rebalance_listener {
 public:
  virtual ~rebalance_listener() = default;
  /// Partitions are new; a `seek` here comes before anything is fetched from them.
  virtual void on_assigned(const std::vector<topic_partition>&) {}
  /// Partitions are about to go; the last moment to commit for them. With automatic commit what was handed
  /// over has been committed before.
  virtual void on_revoked(const std::vector<topic_partition>&) {}
  /// Partitions are somebody else's already (fenced, session or poll interval expired): commits would fail.
  virtual void on_lost(const std::vector<topic_partition>& partitions) { on_revoked(partitions); }
};

/// Reads records of topics, alone or as a member of a group.
///
/// Fetching, heartbeats and automatic commits go on between calls, on the client's I/O thread. Use a consumer
/// from one thread at a time; `wakeup` may be called from any. A blocking call made on the I/O thread itself
/// (inside an observer) fails with `errc::would_deadlock`. After `close` calls fail with `errc::closed`.
/// Time-outs not given are `default.api.timeout.ms` (60 s).
class consumer {
 public:
  using milliseconds = std::chrono::milliseconds;
  using timeout = std::optional<milliseconds>;

  /// With a client of its own: `properties` also hold the client's keys. Throws `config_error`, which lists
  /// every fault. Connects on first use.
  explicit consumer(const consumer_config& properties, std::unique_ptr<observer> watcher = nullptr);
  /// On a shared client, which it keeps alive.
  consumer(const client& shared, const consumer_config& properties);
  /// Closes with `close.timeout.ms` (5 s).
  ~consumer();
  consumer(consumer&&) noexcept;
  consumer& operator=(consumer&&) noexcept;

  /// Joins the group for these topics (replacing earlier ones); the group assigns partitions during `poll`.
  /// Topics that do not exist yet are joined in when they appear. Does not wait. Fails with
  /// `invalid_state` without a group.id or after `assign`.
  [[nodiscard]] result<void> subscribe(std::vector<std::string> topics,
                                       std::shared_ptr<rebalance_listener> listener = nullptr);
  /// Leaves the group and drops all partitions; commits first if that is automatic.
  result<void> unsubscribe();
  /// Reads exactly these partitions, without a group's assignment. Does not wait.
  [[nodiscard]] result<void> assign(std::vector<partition_offset> partitions);
  std::vector<topic_partition> assignment() const;
  std::vector<std::string> subscription() const;
  /// For `producer::send_offsets_to_transaction`: as of now, so ask behind `poll` each time. `invalid_state`
  /// without a group.id.
  [[nodiscard]] result<consumer_group_metadata> group_metadata();

  /// Waits up to `limit` for records and hands over about `max.partition.fetch.bytes` of them, at most
  /// `max.poll.records` if that is set; empty when none came. Calling it says that the records handed over
  /// before are done with: automatic commits cover those, never the ones returned now.
  ///
  /// Returns an error only for what the application has to decide on: `interrupted` (wakeup or `stop`),
  /// `corrupt_data` and `batch_too_large` with partition and offset (the partition stands still until a
  /// `seek`), `no_offset` and `offset_out_of_range` under auto.offset.reset=none, authorization,
  /// `max_poll_exceeded` (once; the next call rejoins), fatal ones (`fenced`). All else is retried inside.
  [[nodiscard]] result<record_batches> poll(milliseconds limit, std::stop_token stop = {});
  /// Ends the running `poll`, or the next one, at once with `errc::interrupted`. From any thread.
  void wakeup() noexcept;

  /// Commits the positions: behind everything handed over, of all assigned partitions.
  commit_result commit(timeout limit = {});
  /// Commits behind the records of this hand-over, for partitions that are still assigned.
  commit_result commit(const record_batches& batch, timeout limit = {});
  /// Commits exactly these.
  commit_result commit(const offset_map& offsets, timeout limit = {});
  /// What the group has committed; partitions without an offset are missing in the answer.
  [[nodiscard]] result<offset_map> committed(const std::vector<topic_partition>& partitions,
                                             timeout limit = {});

  /// Offset of the next record `poll` hands over, waiting until it is known. `not_assigned` if it never will
  /// be.
  [[nodiscard]] result<std::int64_t> position(const topic_partition& where, timeout limit = {});
  /// Goes on at that offset; records fetched from elsewhere are dropped. Does not wait.
  [[nodiscard]] result<void> seek(const topic_partition& where, std::int64_t offset);
  [[nodiscard]] result<void> seek_to_beginning(const std::vector<topic_partition>& partitions);
  [[nodiscard]] result<void> seek_to_end(const std::vector<topic_partition>& partitions);
  /// Hands over nothing of these until `resume`; what was fetched ahead is fetched again then.
  [[nodiscard]] result<void> pause(const std::vector<topic_partition>& partitions);
  [[nodiscard]] result<void> resume(const std::vector<topic_partition>& partitions);
  std::vector<topic_partition> paused() const;

  /// Asks the leaders; the partitions need not be assigned.
  [[nodiscard]] result<std::map<topic_partition, watermarks>> query_watermarks(
      const std::vector<topic_partition>& partitions, timeout limit = {});
  /// The first offset whose record is not older than the time; nothing when all are older.
  [[nodiscard]] result<std::map<topic_partition, std::optional<std::int64_t>>> offsets_for_times(
      const std::map<topic_partition, timestamp>& times, timeout limit = {});

  /// Commits if that is automatic, leaves the group, ends fetching; takes no longer than `limit`
  /// (`close.timeout.ms`) and frees everything even then. A second call does nothing.
  result<void> close(timeout limit = {});

 private:
  friend class api_detail::exactly_once_steps;
  /// Why its records cannot be copied exactly once; nothing if they can.
  std::optional<error> unfit_for_transactions() const;

  class impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace kwire
