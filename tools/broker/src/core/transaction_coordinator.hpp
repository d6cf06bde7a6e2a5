#pragma once

#include <functional>
#include <map>

#include "core/transaction.hpp"

namespace kwire::embedded {

struct transaction_limits {
  std::chrono::milliseconds max_timeout{900'000};     ///< Kafka's transaction.max.timeout.ms
  std::chrono::milliseconds expiration{604'800'000};  ///< transactional.id.expiration.ms
  /// From the end of a transaction to its markers; zero: they are written at once.
  std::chrono::microseconds marker_delay{0};
  std::size_t most_ids = 100'000;    ///< transactional ids known at a time
  std::size_t most_groups = 10'000;  ///< in one transaction
  bool bumps_epochs = true;          ///< the cluster's transaction.version is 2 or more (KIP-890)
};

/// All transactional ids of the cluster, their time-outs, and the writing of their markers. Which node may
/// be asked about an id is not decided here: what they know outlives nodes.
class transaction_coordinator {
 public:
  /// The end of a transaction in one partition.
  struct marking {
    const transaction::partition_key& where;
    const producer_identity& producer;
    bool commit = false;
    bool again = false;  ///< the marker has been written, and may have been lost with a leader
  };
  enum class marked : std::uint8_t { no, written, settled };
  /// Tries to write a marker. Unless it is `settled`, which takes its replication, it is asked again later.
  using mark_partition = std::function<marked(const marking& what, instant now)>;
  using mark_group = std::function<void(const std::string& group, const producer_identity& producer,
                                        bool commit, instant now)>;
  using id_source = std::function<producer_id()>;

  transaction_coordinator(const transaction_limits& limits, timer_queue& timers, id_source fresh_id)
      : limits_(limits), timers_(timers), fresh_id_(std::move(fresh_id)) {}
  void on_markers(mark_partition partition, mark_group group) {
    mark_partition_ = std::move(partition);
    mark_group_ = std::move(group);
  }

  /// Told of every change of an id that is to outlive this; null when it is forgotten.
  using change = std::function<void(const std::string& id, const transaction* now)>;
  void on_change(change to) { changed_ = std::move(to); }

  transaction::answer init(const std::string& id, std::int32_t timeout_ms,
                           const std::optional<producer_identity>& expected, instant now);
  broker_errc add_partition(const std::string& id, const producer_identity& who,
                            const transaction::partition_key& where, instant now);
  broker_errc add_group(const std::string& id, const producer_identity& who, const std::string& group,
                        instant now);
  /// Whether the partition or group has been added; TRANSACTION_ABORTABLE if not.
  broker_errc verify(const std::string& id, const producer_identity& who,
                     const transaction::partition_key& where, instant now);
  broker_errc verify(const std::string& id, const producer_identity& who, const std::string& group,
                     instant now);
  transaction::end_answer end(const std::string& id, const producer_identity& who, bool commit, bool bump,
                              instant now);

  const transaction* find(const std::string& id, instant now);
  const std::map<std::string, transaction>& all() const noexcept { return transactions_; }
  /// Forgets an id that is not in a transaction; false when it is, or unknown.
  bool expire(const std::string& id);
  /// Coordinators that write markers with a lower number are fenced off.
  std::int32_t epoch() const noexcept { return epoch_; }
  void bump_epoch() noexcept { ++epoch_; }

  // Recovery: what was, and the going on with it.
  void restore(const std::string& id, const transaction* known);
  void restore_epoch(std::int32_t epoch) noexcept { epoch_ = epoch; }
  void resume(instant now);

  /// A group's offsets are marked through this partition of `__consumer_offsets`.
  static std::int32_t offsets_partition(std::string_view group) noexcept;

 private:
  transaction* lookup(const std::string& id, instant now);
  broker_errc may_add(const std::string& id, const producer_identity& who, transaction*& found, instant now);
  void begin(const std::string& id, transaction& of, instant now);
  void arm_timeout(const std::string& id, transaction& of, instant at);
  void finish(const std::string& id, transaction& of, instant now);
  void forget(std::map<std::string, transaction>::iterator which);
  void tell(const std::string& id, const transaction& of) const {
    if (changed_) changed_(id, &of);
  }
  void write_markers(const std::string& id, instant now);

  const transaction_limits& limits_;
  timer_queue& timers_;
  id_source fresh_id_;
  mark_partition mark_partition_;
  mark_group mark_group_;
  change changed_;
  std::map<std::string, transaction> transactions_;
  std::int32_t epoch_ = 0;
};

}  // namespace kwire::embedded
