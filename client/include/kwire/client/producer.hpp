#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <kwire/client/client.hpp>
#include <kwire/client/config.hpp>
#include <kwire/client/delivery.hpp>
#include <kwire/client/delivery_batch.hpp>
#include <kwire/client/delivery_report.hpp>
#include <kwire/client/error.hpp>
#include <kwire/client/offsets.hpp>
#include <kwire/client/producer_interceptor.hpp>
#include <kwire/client/record.hpp>
#include <memory>
#include <optional>
#include <span>

namespace kwire {

namespace api_detail {
class exactly_once_steps;
}

/// How many of several records were accepted: all, or those before the first that was not.
class produced {
 public:
  produced(std::size_t accepted, std::optional<kwire::error> why)
      : accepted_(accepted), why_(std::move(why)) {}

  /// All of them.
  explicit operator bool() const noexcept { return !why_; }
  std::size_t accepted() const noexcept { return accepted_; }
  /// Why the next one was not accepted; only when there is such a one.
  const kwire::error& error() const noexcept { return *why_; }

 private:
  std::size_t accepted_;
  std::optional<kwire::error> why_;
};

/// What `producer::purge` drops.
enum class purging : std::uint8_t {
  queued,                ///< what is not under way
  queued_and_in_flight,  ///< that as well, without knowing what becomes of it
};

/// Writes records to topics: batched, compressed, in order, and with idempotence (the default) exactly once
/// per `produce`. All members may be called from any number of threads, except where said otherwise. In a
/// child process after `fork` they fail with `forked` (or return nothing), and destruction does nothing.
class producer {
 public:
  using milliseconds = std::chrono::milliseconds;
  using timeout = std::optional<milliseconds>;

  /// With a client of its own; `properties` holds the client's keys too. Throws `config_error`.
  explicit producer(const producer_config& properties, std::unique_ptr<observer> watcher = nullptr);
  /// On the connections of a shared client; `properties` holds the producer's keys only.
  producer(const client& shared, const producer_config& properties);
  producer(producer&&) noexcept;
  producer& operator=(producer&&) noexcept;
  /// Closes with close.timeout.ms.
  ~producer();

  /// Accepts a record: its bytes are copied before the call returns. Waits for metadata of a new topic and
  /// for room in buffer.memory, each up to max.block.ms in all. An error means that the record was not
  /// accepted and `on_delivery` will not run; otherwise it runs exactly once, on the client's callback
  /// thread (or inside `poll` with delivery.report.poll=true). It may call `produce`; what it throws goes to
  /// the observer.
  /// Errors: unknown_topic, unknown_partition, record_too_large, queue_full (after the wait), closed,
  /// unsupported_by_broker (idempotence asked for explicitly), authorization errors of the topic.
  [[nodiscard]] result<void> produce(const record& what, delivery_callback on_delivery = {});

  /// The same with a limit of its own for the waits; with 0 it never waits (timed_out when the partitions of
  /// the topic are not known yet).
  [[nodiscard]] result<void> produce(const record& what, milliseconds limit,
                                     delivery_callback on_delivery = {});

  /// The same without waiting for room: queue_full at once. Metadata is still waited for.
  [[nodiscard]] result<void> try_produce(const record& what, delivery_callback on_delivery = {});

  /// Several records, in order, ending at the first that is not accepted; `limit` is max.block.ms and for
  /// all. What `report_to` was given tells their outcomes.
  produced produce(std::span<const record> records, timeout limit = {});

  /// From now on outcomes of records without a callback of their own are told here, a batch at a time: on the
  /// thread and with the freedoms of callbacks. Once, and before the first record; else `invalid_state`.
  [[nodiscard]] result<void> report_to(delivery_batch_callback on_batch);

  /// Adds an interceptor behind earlier ones. Before the first record; else `invalid_state`.
  [[nodiscard]] result<void> intercept(std::shared_ptr<producer_interceptor> one);

  /// Sends everything accepted so far without lingering and waits for its outcomes and callbacks. Returns
  /// the number of records still without one, later ones included: zero unless the time ran out. Inside a
  /// delivery callback it does not wait. With delivery.report.poll=true it runs callbacks itself.
  std::size_t flush(milliseconds limit);

  /// With delivery.report.poll=true: runs waiting callbacks in this thread and returns how many reports it
  /// gave; waits up to `limit` for the first.
  std::size_t poll(milliseconds limit);

  /// Drops records, reported with `purged`. Queued ones that were never sent are not persisted; those that an
  /// attempt may have brought to the broker, and those in flight, are possibly persisted. Later records are
  /// not taken for the dropped ones: their partitions go on under a new epoch. A transaction must be aborted.
  /// Does not wait.
  void purge(purging what = purging::queued);

  // Transactions (KIP-98), with `transactional.id`: what is produced between begin and commit becomes visible
  // to readers of committed records all together or not at all. One at a time, and not concurrently with
  // `produce`. Calls wait up to `limit` (max.block.ms). Errors tell what to do next: `requires_abort()` abort
  // and do the work again, `fatal()` close the producer (`errc::fenced`: another one with this
  // transactional.id has taken over), `timed_out` repeat the same call, which goes on where it was: whether a
  // transaction was committed is never guessed.

  /// Registers the transactional.id, once, before anything else: fences earlier producers of that name and
  /// waits until their transaction has ended.
  [[nodiscard]] result<void> init_transactions(timeout limit = {});
  /// Does not wait for the broker.
  [[nodiscard]] result<void> begin_transaction();
  /// Commits these offsets for a consumer's group with the transaction. Errors that are the group's (a
  /// generation that is over) require an abort.
  [[nodiscard]] result<void> send_offsets_to_transaction(const offset_map& offsets,
                                                         const consumer_group_metadata& group,
                                                         timeout limit = {});
  /// Sends what is left, waits for all reports and commits. Fails with `abort_required` when a record was not
  /// persisted.
  [[nodiscard]] result<void> commit_transaction(timeout limit = {});
  /// Drops what was not sent (reported as purged) and aborts.
  [[nodiscard]] result<void> abort_transaction(timeout limit = {});

  /// Flushes up to `limit`, reports what is left as purged and takes no more records. An open transaction is
  /// aborted first. Harmless when repeated. Returns the number of records that were given up.
  std::size_t close(milliseconds limit);

  // For coroutines: the same without blocking a thread. They go on on their own executor, which must outlive
  // the producer or have dropped them. Cancellation (terminal) ends the wait with `cancelled` and nothing
  // else: what was begun goes on. The producer may be closed and destroyed meanwhile.

  /// Completes with the record's outcome; an error means that it was not accepted, or `cancelled`: then
  /// `detail` says whether it was. Begins when it is awaited; what the record borrows must live until it is
  /// accepted. With delivery.report.poll=true it completes in `poll`.
  [[nodiscard]] boost::asio::awaitable<result<delivery_report>> async_produce(record what);
  /// As `flush`; brings the number of records still without an outcome.
  [[nodiscard]] boost::asio::awaitable<result<std::size_t>> async_flush(milliseconds limit);
  [[nodiscard]] boost::asio::awaitable<result<void>> async_init_transactions(timeout limit = {});
  [[nodiscard]] boost::asio::awaitable<result<void>> async_begin_transaction();
  [[nodiscard]] boost::asio::awaitable<result<void>> async_send_offsets_to_transaction(
      const offset_map& offsets, const consumer_group_metadata& group, timeout limit = {});
  /// After `cancelled` call it again to learn how it ended, as after `timed_out`.
  [[nodiscard]] boost::asio::awaitable<result<void>> async_commit_transaction(timeout limit = {});
  [[nodiscard]] boost::asio::awaitable<result<void>> async_abort_transaction(timeout limit = {});
  /// As `close`; cancelled, it closes at once.
  [[nodiscard]] boost::asio::awaitable<result<std::size_t>> async_close(milliseconds limit);

  /// The number of partitions of a topic; waits for metadata up to max.block.ms.
  [[nodiscard]] result<std::size_t> partitions(std::string_view topic);

  metrics_snapshot metrics() const;

 private:
  friend class api_detail::exactly_once_steps;
  result<void> register_once(timeout limit);
  /// A commit was begun, and how it ended is not known yet.
  bool commit_pending() const noexcept;

  class impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace kwire
