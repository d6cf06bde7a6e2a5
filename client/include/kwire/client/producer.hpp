#pragma once

#include <chrono>
#include <cstddef>
#include <kwire/client/client.hpp>
#include <kwire/client/config.hpp>
#include <kwire/client/delivery.hpp>
#include <kwire/client/error.hpp>
#include <kwire/client/offsets.hpp>
#include <kwire/client/record.hpp>
#include <memory>
#include <optional>

namespace kwire {

namespace api_detail {
class exactly_once_steps;
}

/// Writes records to topics: batched, compressed, in order, and with idempotence (the default) exactly once
/// per `produce`. All members may be called from any number of threads, except where said otherwise.
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

  /// The same without waiting for room: queue_full at once. Metadata is still waited for.
  [[nodiscard]] result<void> try_produce(const record& what, delivery_callback on_delivery = {});

  /// Sends everything accepted so far without lingering and waits for its outcomes and callbacks. Returns
  /// the number of records still without one: zero unless the time ran out. Inside a delivery callback it
  /// does not wait.
  std::size_t flush(milliseconds limit);

  /// With delivery.report.poll=true: runs waiting callbacks in this thread and returns how many reports it
  /// gave; waits up to `limit` for the first.
  std::size_t poll(milliseconds limit);

  /// Drops what has not been sent: reported as not persisted (purged). What is in flight goes on.
  void purge();

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

  /// The number of partitions of a topic; waits for metadata up to max.block.ms.
  [[nodiscard]] result<std::size_t> partitions(std::string_view topic);

  metrics_snapshot metrics() const;

 private:
  friend class api_detail::exactly_once_steps;
  result<void> register_once(timeout limit);
  /// A commit was begun, and how it ended is not known yet.
  bool commit_pending() const noexcept;

  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace kwire
