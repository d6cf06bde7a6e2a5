#pragma once

#include <kwire/protocol/broker_errc.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/archive.hpp"
#include "core/timers.hpp"

namespace kwire::embedded {

/// Producer id and epoch; none of both is "unknown".
struct producer_identity {
  producer_id id = no_producer_id;
  producer_epoch epoch = no_producer_epoch;
  void describe(archive& a) { a(id, epoch); }
  friend bool operator==(const producer_identity&, const producer_identity&) = default;
};

/// What the coordinator knows of one transactional id, as a state machine:
///
///     empty -> ongoing -> prepare_commit -> complete_commit -> ongoing ...
///                      \-> prepare_abort -> complete_abort  -> ongoing ...
class transaction {
 public:
  enum class state : std::uint8_t {
    empty,
    ongoing,
    prepare_commit,
    prepare_abort,
    complete_commit,
    complete_abort,
  };
  using partition_key = std::pair<std::string, partition_id>;

  struct answer {
    broker_errc error{};
    producer_identity producer{};
    bool abort_first = false;  ///< the open transaction is fenced and has to be aborted
  };

  /// InitProducerId: the next epoch, or (`fresh` gives one) another producer id when epochs are used up.
  /// `expected` is what a producer that recovers (KIP-360) has.
  answer init(std::int32_t timeout_ms, const std::optional<producer_identity>& expected, producer_id fresh,
              instant now);
  /// Whether `who` may add to the transaction or, when not `may_begin`, is in one.
  broker_errc check(const producer_identity& who) const;
  /// After `check`: something is added, and a transaction begins if there is none.
  void begin(instant now);
  /// EndTxn. On success the state is prepare_*, unless `repeated`: nothing is left to do then. With `bump`
  /// (transactions of version 2), the answer has the next epoch or, when those are used up, `fresh`.
  struct end_answer {
    broker_errc error{};
    producer_identity producer{};
    bool repeated = false;
  };
  end_answer end(const producer_identity& who, bool commit, bool bump, producer_id fresh, instant now);
  /// Nobody may go on with the open transaction, which is to be aborted: it timed out, or its producer was
  /// initialized anew. With `bump` (the cluster is at transactions of version 2) this counts as an end that
  /// gave the next epoch, whatever the producer uses: who ends late is told that the outcome is another.
  void fence(bool bump, instant now);
  /// All markers are written.
  void complete(instant now);

  void describe(archive& a);

  state current() const noexcept { return state_; }
  bool ends() const noexcept { return state_ == state::prepare_commit || state_ == state::prepare_abort; }
  const producer_identity& producer() const noexcept { return producer_; }
  std::int32_t timeout_ms() const noexcept { return timeout_ms_; }
  instant started() const noexcept { return started_; }
  instant updated() const noexcept { return updated_; }
  /// Needs another producer id than its own for the next epoch.
  bool is_exhausted() const noexcept;

  std::set<partition_key> partitions;  ///< that take part, and have no marker yet
  std::set<partition_key> marked;      ///< of those, which have been given one
  std::set<std::string> groups;        ///< whose offsets take part
  timer_queue::handle timeout{};
  timer_queue::handle markers{};

 private:
  void prepare(bool commit, instant now);

  state state_ = state::empty;
  producer_identity producer_;
  producer_identity previous_;                     ///< under another producer id
  producer_epoch last_epoch_ = no_producer_epoch;  ///< the one before, for producers that missed an answer
  producer_id next_id_ = no_producer_id;
  bool bumped_ = false;  ///< the last end gave the producer the next epoch
  std::int32_t timeout_ms_ = 0;
  instant started_{};
  instant updated_{};
};

/// Kafka's name of a state, e.g. `PrepareCommit`.
std::string_view to_string(transaction::state state) noexcept;

}  // namespace kwire::embedded
