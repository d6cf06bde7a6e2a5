#include "core/transaction.hpp"

namespace kwire::embedded {
namespace {

// The last epoch is kept for fencing, so producers get none above this one.
constexpr std::int16_t last_usable_epoch = INT16_MAX - 1;

producer_epoch next(producer_epoch epoch) {
  return producer_epoch{static_cast<std::int16_t>(raw(epoch) + 1)};
}

bool exhausted(producer_epoch epoch) { return raw(epoch) >= last_usable_epoch; }

}  // namespace

std::string_view to_string(transaction::state state) noexcept {
  switch (state) {
    case transaction::state::empty: return "Empty";
    case transaction::state::ongoing: return "Ongoing";
    case transaction::state::prepare_commit: return "PrepareCommit";
    case transaction::state::prepare_abort: return "PrepareAbort";
    case transaction::state::complete_commit: return "CompleteCommit";
    case transaction::state::complete_abort: return "CompleteAbort";
  }
  return "Unknown";
}

bool transaction::is_exhausted() const noexcept { return exhausted(producer_.epoch); }

transaction::answer transaction::init(std::int32_t timeout_ms,
                                      const std::optional<producer_identity>& expected, producer_id fresh,
                                      instant now) {
  const bool is_new = producer_.epoch == no_producer_epoch;
  // Somebody who recovers must have been the last, or have missed that epochs of the id before are used up.
  if (expected && !is_new && expected->id != producer_.id &&
      !(expected->id == previous_.id && exhausted(expected->epoch))) {
    return {broker_errc::producer_fenced};
  }
  if (ends()) return {broker_errc::concurrent_transactions};
  if (state_ == state::ongoing) return {broker_errc::concurrent_transactions, {}, true};
  const bool is_last = !expected || is_new || expected->epoch == producer_.epoch;
  const bool missed_answer = expected && !is_last && expected->epoch == last_epoch_;
  if (!is_last && !missed_answer) return {broker_errc::producer_fenced};
  if (is_last && (is_new || is_exhausted())) {
    last_epoch_ = expected && !is_new ? producer_.epoch : no_producer_epoch;
    previous_ = producer_;
    producer_ = {fresh, producer_epoch{0}};
  } else if (is_last) {
    last_epoch_ = expected ? producer_.epoch : no_producer_epoch;
    producer_.epoch = next(producer_.epoch);
  }
  state_ = state::empty;
  bumped_ = false;
  timeout_ms_ = timeout_ms;
  updated_ = now;
  return {broker_errc::none, producer_};
}

broker_errc transaction::check(const producer_identity& who) const {
  if (who.id != producer_.id) return broker_errc::invalid_producer_id_mapping;
  if (who.epoch != producer_.epoch || raw(who.epoch) == INT16_MAX) return broker_errc::producer_fenced;
  return ends() ? broker_errc::concurrent_transactions : broker_errc::none;
}

void transaction::begin(instant now) {
  if (state_ != state::ongoing) started_ = now;
  state_ = state::ongoing;
  updated_ = now;
}

void transaction::prepare(bool commit, instant now) {
  state_ = commit ? state::prepare_commit : state::prepare_abort;
  updated_ = now;
}

transaction::end_answer transaction::end(const producer_identity& who, bool commit, bool bump,
                                         producer_id fresh, instant now) {
  const bool changed_id =
      bumped_ && who.id == previous_.id && exhausted(who.epoch) && raw(producer_.epoch) == 0;
  const bool missed_bump = bumped_ && who.id == producer_.id && producer_.epoch == next(who.epoch);
  if (who.id != producer_.id && !changed_id) return {broker_errc::invalid_producer_id_mapping};
  // After a bump, the same epoch means the next transaction, and the one before a repetition.
  const bool repeats = changed_id || missed_bump || (!bumped_ && who.epoch == producer_.epoch);
  const bool current = who.epoch == producer_.epoch && raw(who.epoch) < INT16_MAX;
  if (!repeats && !current) return {broker_errc::producer_fenced};
  switch (state_) {
    case state::ongoing: break;
    case state::prepare_commit:
    case state::prepare_abort:
      if (!repeats) return {broker_errc::producer_fenced};
      return {commit == (state_ == state::prepare_commit) ? broker_errc::concurrent_transactions
                                                          : broker_errc::invalid_txn_state};
    case state::empty:
      if (commit || !bump) return {broker_errc::invalid_txn_state};
      break;  // nothing was added, but the producer wants to be sure of a new epoch
    case state::complete_commit:
    case state::complete_abort:
      if (repeats && (bumped_ || !bump)) {
        if (commit == (state_ == state::complete_commit)) return {broker_errc::none, producer_, true};
        return {broker_errc::invalid_txn_state};
      }
      if (commit || !bump) return {broker_errc::invalid_txn_state};
      break;
  }
  if (!current) return {broker_errc::producer_fenced};
  if (state_ != state::ongoing) started_ = now;
  prepare(commit, now);
  bumped_ = bump;
  if (!bump) return {broker_errc::none, producer_};
  last_epoch_ = producer_.epoch;
  next_id_ = is_exhausted() ? fresh : no_producer_id;
  producer_.epoch = next(producer_.epoch);
  if (next_id_ == no_producer_id) return {broker_errc::none, producer_};
  return {broker_errc::none, {next_id_, producer_epoch{0}}};
}

void transaction::fence(bool bump, instant now) {
  if (raw(producer_.epoch) < INT16_MAX) producer_.epoch = next(producer_.epoch);
  last_epoch_ = no_producer_epoch;
  bumped_ = bump;
  next_id_ = no_producer_id;
  prepare(false, now);
}

void transaction::complete(instant now) {
  state_ = state_ == state::prepare_commit ? state::complete_commit : state::complete_abort;
  updated_ = now;
  partitions.clear();
  marked.clear();
  groups.clear();
  if (next_id_ == no_producer_id) return;
  previous_ = producer_;
  producer_ = {next_id_, producer_epoch{0}};
  next_id_ = no_producer_id;
}

void transaction::describe(archive& a) {
  a(state_, producer_, previous_, last_epoch_, next_id_, bumped_, timeout_ms_, started_, updated_, partitions,
    groups);
  if (state_ > state::complete_abort) a.fail();
}

}  // namespace kwire::embedded
