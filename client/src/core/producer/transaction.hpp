#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/backoff.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/producer_settings.hpp"
#include "core/producer/identity.hpp"
#include "core/producer/transaction_bodies.hpp"
#include "core/request.hpp"

namespace kwire::core {

enum class transaction_state : std::uint8_t {
  none,          ///< the producer has no transactional.id
  unregistered,  ///< `init` has not been called
  registering,
  ready,  ///< between two transactions
  open,
  committing,
  aborting,
  must_abort,  ///< it cannot be committed any more
  broken,      ///< nothing works any more
};

/// The transactions of a producer, one after the other (KIP-98): registers the transactional id, adds
/// partitions and offsets, commits and aborts. Knows both versions of the protocol: in version 2 (KIP-890)
/// writing adds a partition, and each transaction has an epoch of its own; it is used where the cluster has
/// finalised transaction.version 2.
///
/// Rules. One request at a time. A commit or abort whose answer is missing is asked again in the same
/// direction, never in the other. An epoch that is refused is asked for by number: it is either the
/// coordinator that has ended the transaction after transaction.timeout.ms, which is recovered from, or
/// another instance, which is final. After an answer that never came, in version 1, the next transaction has
/// a new epoch: what is still on its way would otherwise count for it.
class transaction {
 public:
  using done = std::function<void(result<void>)>;

  transaction(const client_settings& client, const producer_settings& settings, identity& who,
              random_source& random);

  transaction_state now_is() const noexcept { return state_; }
  bool used() const noexcept { return state_ != transaction_state::none; }
  /// Why it cannot be committed, or nothing works any more.
  const error& cause() const noexcept { return cause_; }

  // What the application wants. `finished` is called exactly once, at `deadline` at the latest: with
  // timed_out then, and the same call may be repeated, which goes on where this one was.

  void init(time_point deadline, done finished);
  result<void> begin();
  void send_offsets(commit_identity of, std::vector<commit_entry> entries, time_point deadline,
                    done finished);
  void commit(time_point deadline, done finished);
  void abort(time_point deadline, done finished);
  /// Ends every call with this.
  void stop(const error& why);

  // For the producer core.

  /// Batches may go out.
  bool sends() const noexcept;
  /// Batches that wait are not to be sent any more.
  std::optional<error> rejection() const;
  /// The partition belongs to the transaction. Otherwise it is going to be, and `admitted` will name it.
  bool admits(partition_slot& slot);
  std::vector<partition_slot*> admitted() { return std::exchange(admitted_, {}); }
  bool second_version() const noexcept { return v2_; }
  /// A batch of its records has an outcome other than persisted. `numbered`: it was sent once.
  void batch_failed(const error& why, bool numbered);
  /// Our epoch was refused.
  void epoch_refused(const error& why);
  /// A batch is in the log.
  void batch_persisted() noexcept { known_ = true; }
  /// An answer to a batch is missing.
  void left_in_doubt() noexcept { in_doubt_ = true; }

  /// The request that is due, if one is. `idle`: no batch waits or is under way.
  std::optional<request> poll(time_point now, bool idle, std::uint64_t token, std::vector<event>& events);
  void digest(const response& answer, time_point now, outbox& out);
  time_point next_deadline() const;

 private:
  enum class asking : std::uint8_t { nothing, init, partitions, offsets, group_offsets, end };
  enum class verdict : std::uint8_t { ok, again, moved, fenced, abort, renew, fatal };
  struct waiter {
    time_point deadline;
    done finished;
  };
  struct pending_offsets {
    commit_identity of;
    std::vector<commit_entry> entries;
    waiter caller;
    bool added = false;  ///< the group is part of the transaction
  };

  void end(bool commit, time_point deadline, done finished);
  void expire(time_point now);
  std::optional<asking> next_step(bool idle) const;
  request make(asking what);
  transaction_owner owner() const;
  verdict judge(asking what, broker_errc code) const;
  void act(asking what, verdict is, const transaction_answer& told, time_point now, outbox& out);
  void succeeded(asking what, const transaction_answer& told, std::vector<event>& events);
  void registered(const transaction_answer& told, std::vector<event>& events);
  void again(const error& why, time_point now, std::vector<event>& events);
  void ended();
  bool claim(transaction_state of);
  void cannot_commit(const error& why, bool renew);
  void break_down(const error& why);
  void answer_all(const result<void>& how);
  void answer_offsets(const result<void>& how);
  error abort_required() const;
  error taken_over(const error& why) const;

  const client_settings* client_;
  const producer_settings* settings_;
  identity* identity_;
  random_source* random_;
  backoff pause_;
  transaction_state state_;
  asking asking_ = asking::nothing;
  time_point not_before_{};
  bool v2_ = false;          ///< of the running transaction
  bool v2_offered_ = false;  ///< by the coordinator

  std::uint64_t number_ = 0;  ///< of the running transaction
  bool started_ = false;      ///< the coordinator may know of it
  bool end_sent_ = false;     ///< its direction is settled
  bool may_be_over_ = false;  ///< an attempt to end it has no answer that says no
  bool coordinator_ended_ = false;
  bool epoch_given_ = false;  ///< with the end: version 2
  bool renew_ = false;        ///< a new epoch is needed before the next one
  bool in_doubt_ = false;     ///< something may be on its way still
  bool known_ = false;        ///< the coordinator does know of it
  /// Finding out whether our epoch was refused because of a time-out. That raises the epoch by one, while an
  /// instance that takes over from a transaction it has to abort first raises it by two: so who is let in
  /// with the next epoch has met a time-out. Not so once the transaction may have ended as we asked: whoever
  /// takes over then raises it by one, too.
  enum class probe : std::uint8_t { none, same_epoch, next_epoch } probing_ = probe::none;
  error cause_;  ///< of must_abort and broken

  std::vector<partition_slot*> wanted_;
  std::vector<partition_slot*> asked_for_;
  std::vector<partition_slot*> admitted_;
  std::deque<pending_offsets> offsets_;
  std::vector<waiter> waiters_;
  /// What came to its end when nobody waited any more: the same call, when it is repeated, has succeeded.
  transaction_state unclaimed_ = transaction_state::none;
};

}  // namespace kwire::core
