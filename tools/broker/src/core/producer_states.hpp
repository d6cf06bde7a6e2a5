#pragma once

#include <array>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/records/batch_view.hpp>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/archive.hpp"
#include "core/partition_log.hpp"

namespace kwire::embedded {

/// What a partition remembers of the idempotent producers that write to it: the epoch, the last five batches
/// of each (which is how many a producer may have in flight), and which transactions are open or aborted.
class producer_states {
 public:
  struct verdict {
    broker_errc error = broker_errc::none;
    bool duplicate = false;  ///< appended before, at `base_offset`; answer as then
    std::int64_t base_offset = -1;
    std::int64_t timestamp = -1;  ///< ms, under log-append time
  };
  struct remembered {
    std::int32_t first_sequence;
    std::int32_t last_sequence;
    std::int64_t base_offset;
    std::int64_t timestamp;
    void describe(archive& a) { a(first_sequence, last_sequence, base_offset, timestamp); }
  };
  struct producer {
    producer_epoch epoch = no_producer_epoch;
    std::array<remembered, 5> batches{};
    std::size_t count = 0;  ///< of those remembered; the last is the newest
    std::int64_t last_used = 0;
    std::int32_t coordinator_epoch = -1;        ///< of the last marker
    std::optional<std::int64_t> transaction{};  ///< first offset of the open one

    void describe(archive& a);
    std::int32_t last_sequence() const noexcept { return count == 0 ? -1 : batches[count - 1].last_sequence; }
  };
  struct aborted {
    producer_id producer;
    std::int64_t first_offset;
    std::int64_t last_offset;  ///< that of the marker
    void describe(archive& a) { a(producer, first_offset, last_offset); }
  };

  /// Whether `batch` may be appended at `now` (ms). Forgets its producer if that was idle for too long.
  verdict check(const protocol::batch_view& batch, std::int64_t now = 0);
  /// Remembers a batch that `check` let pass and that got `base_offset`; `timestamp` under log-append time.
  void appended(const protocol::batch_view& batch, std::int64_t base_offset, std::int64_t timestamp,
                std::int64_t now = 0);

  /// Whether the marker that ends a transaction may be appended.
  broker_errc check_marker(producer_id id, producer_epoch epoch, std::int32_t coordinator_epoch) const;
  /// The marker is in the log, at `offset`.
  void ended(producer_id id, producer_epoch epoch, std::int32_t coordinator_epoch, bool commit,
             std::int64_t offset, std::int64_t now = 0);
  /// Whether the producer has a transaction open here in this very epoch.
  bool in_transaction(producer_id id, producer_epoch epoch) const;
  /// Whether no transaction of the producer is open here, in whatever epoch, and no marker of it may be lost.
  bool is_settled(producer_id id, std::int64_t high_watermark) const;
  bool has_open(producer_id id) const;
  /// The first offset of transactions that are open, or whose marker is not replicated; `high_watermark` if
  /// there is none before.
  std::int64_t first_unstable_offset(std::int64_t high_watermark) const noexcept;
  /// Aborted transactions that touch [from, to).
  std::vector<aborted> aborted_within(std::int64_t from, std::int64_t to) const;
  /// Whether the batch holds records of a transaction that was aborted.
  bool is_aborted(const protocol::batch_view& batch) const;
  /// Replication has got to `high_watermark`, the log begins at `start`: what is settled is let go.
  void trim(std::int64_t start, std::int64_t high_watermark);

  /// Remembers what the log holds, and nothing else: after records were lost.
  void rebuild(const partition_log& log);
  /// Whether what is remembered of an active producer comes from this batch: it has the last sequence or,
  /// where only a marker is known, the epoch.
  bool rests_on(const protocol::batch_view& batch, std::int64_t now) const;
  /// False when there is no such producer.
  bool forget(producer_id id);
  /// For recovery: the batch, data or a marker, was appended at `now` (ms).
  void replay(const protocol::batch_view& batch, std::int64_t now);
  /// All that is remembered when everything has been replicated.
  void describe(archive& a);
  /// How long (ms) an idle producer is remembered (`producer.id.expiration.ms`).
  void expire_after(std::int64_t span) noexcept { expiration_ = span; }

  std::size_t size() const noexcept { return producers_.size(); }
  const std::map<producer_id, producer>& all() const noexcept { return producers_; }

 private:
  struct settled {
    producer_id producer;
    std::int64_t first_offset;
    std::int64_t marker;
  };

  bool is_expired(const producer& which, std::int64_t now) const noexcept {
    return !which.transaction && now - which.last_used > expiration_;
  }
  void sweep(std::int64_t now);

  std::map<producer_id, producer> producers_;
  std::multiset<std::int64_t> open_;   ///< first offsets of open transactions
  std::vector<settled> unreplicated_;  ///< ended, but their markers may still be lost
  std::vector<aborted> aborted_;       ///< in the order of their markers
  std::int64_t expiration_ = 86'400'000;
  std::int64_t latest_ = 0;
  std::size_t sweep_at_ = 1024;
};

/// The sequence `count` after `sequence`: after the greatest 32-bit number comes zero.
constexpr std::int32_t advance_sequence(std::int32_t sequence, std::int32_t count) noexcept {
  const auto sum = static_cast<std::int64_t>(sequence) + count;
  return static_cast<std::int32_t>(sum & 0x7fffffff);
}

}  // namespace kwire::embedded
