#include "core/producer/transaction.hpp"

#include <algorithm>
#include <utility>

namespace kwire::core {
namespace {

using state = transaction_state;

constexpr std::int16_t first_with_renewal = 3;  // of InitProducerId (KIP-360)
constexpr std::int16_t last_offset_commit_with_names = 5;
constexpr std::int16_t finalised_v2 = 2;  // of the feature transaction.version

error misuse(std::string text) { return error{errc::invalid_state, std::move(text)}; }

}  // namespace

transaction::transaction(const client_settings& client, const producer_settings& settings, identity& who,
                         random_source& random)
    : client_(&client),
      settings_(&settings),
      identity_(&who),
      random_(&random),
      pause_(client.retry_backoff, client.retry_backoff_max),
      state_(settings.transactional_id.empty() ? state::none : state::unregistered) {}

void transaction::init(time_point deadline, done finished) {
  switch (state_) {
    case state::unregistered: state_ = state::registering; [[fallthrough]];
    case state::registering: waiters_.push_back({deadline, std::move(finished)}); return;
    case state::none: return finished(misuse("the producer has no transactional.id"));
    case state::broken: return finished(cause_);
    default:
      return finished(claim(state::registering) ? result<void>{}
                                                : misuse("the producer is registered already"));
  }
}

result<void> transaction::begin() {
  switch (state_) {
    case state::ready: break;
    case state::none: return misuse("the producer has no transactional.id");
    case state::unregistered:
    case state::registering: return misuse("init_transactions has not been called, or has not succeeded");
    case state::must_abort: return abort_required();
    case state::broken: return cause_;
    default: return misuse("the transaction before has not been ended");
  }
  state_ = state::open;
  unclaimed_ = state::none;
  v2_ = v2_offered_;
  ++number_;
  started_ = known_ = end_sent_ = may_be_over_ = coordinator_ended_ = epoch_given_ = renew_ = in_doubt_ =
      false;
  wanted_.clear();
  return {};
}

void transaction::send_offsets(commit_identity of, std::vector<commit_entry> entries, time_point deadline,
                               done finished) {
  if (state_ == state::must_abort) return finished(abort_required());
  if (state_ == state::broken) return finished(cause_);
  if (state_ != state::open) return finished(misuse("no transaction is open"));
  if (entries.empty()) return finished({});
  offsets_.push_back({std::move(of), std::move(entries), {deadline, std::move(finished)}});
}

void transaction::commit(time_point deadline, done finished) { end(true, deadline, std::move(finished)); }
void transaction::abort(time_point deadline, done finished) { end(false, deadline, std::move(finished)); }

void transaction::end(bool commit, time_point deadline, done finished) {
  const auto wanted = commit ? state::committing : state::aborting;
  switch (state_) {
    case state::must_abort:
      if (commit) return finished(abort_required());
      break;
    case state::open: break;
    case state::committing:
      // Until it is asked for, a commit can still be thought better of.
      if (!commit && end_sent_) {
        return finished(misuse("whether the transaction was committed is not known yet; call commit again"));
      }
      if (!commit) answer_all(misuse("the transaction was aborted meanwhile"));
      break;
    case state::aborting:
      if (commit) return finished(misuse("the transaction is being aborted"));
      break;
    case state::broken: return finished(cause_);
    case state::none: return finished(misuse("the producer has no transactional.id"));
    default: {
      const bool commits = unclaimed_ == state::committing;
      if (claim(wanted)) return finished({});
      if (unclaimed_ == state::none) return finished(misuse("no transaction is open"));
      return finished(
          misuse(commits ? "the transaction has been committed" : "the transaction has been aborted"));
    }
  }
  state_ = wanted;
  if (!commit) {
    wanted_.clear();
    answer_offsets(misuse("the transaction was aborted"));
  }
  waiters_.push_back({deadline, std::move(finished)});
}

void transaction::stop(const error& why) {
  if (!used()) return;
  break_down(why);
}

bool transaction::sends() const noexcept {
  return state_ == state::none ||
         ((state_ == state::open || state_ == state::committing) && probing_ == probe::none);
}

std::optional<error> transaction::rejection() const {
  if (state_ == state::must_abort) return abort_required();
  if (state_ == state::aborting) return error{errc::purged, "the transaction was aborted"};
  return std::nullopt;
}

bool transaction::admits(partition_slot& slot) {
  if (state_ == state::none) return true;
  auto& sending = slot.sending;
  if (v2_) {
    started_ = true;
    return true;
  }
  if (sending.in_transaction == number_) return true;
  if (sending.wants_transaction != number_) {
    sending.wants_transaction = number_;
    wanted_.push_back(&slot);
  }
  return false;
}

void transaction::batch_failed(const error& why, bool numbered) {
  if (!used()) return;
  if (state_ == state::open || state_ == state::committing) return cannot_commit(why, numbered);
  renew_ = renew_ || numbered;
}

void transaction::epoch_refused(const error& why) {
  // What was still under way when the coordinator's end of the transaction became known tells nothing new.
  if (!used() || probing_ != probe::none || state_ == state::broken || coordinator_ended_) return;
  cause_ = why;
  probing_ = probe::same_epoch;
}

std::optional<request> transaction::poll(time_point now, bool idle, std::uint64_t token,
                                         std::vector<event>& events) {
  expire(now);
  if (asking_ != asking::nothing || now < not_before_) return std::nullopt;
  not_before_ = time_point{};  // over, or it would be a deadline of the past while batches are under way
  const auto step = next_step(idle);
  if (!step) return std::nullopt;
  if (*step == asking::nothing) {
    ended();
    return std::nullopt;
  }
  asking_ = *step;
  auto ask = make(*step);
  ask.deadline = now + client_->request_timeout;
  ask.token = token;
  if (*step == asking::end) {
    events.emplace_back(event_kind::transaction_ending, severity::debug, context::eos)
        .with(std::string{state_ == state::committing ? "commit" : "abort"} + " of " +
              settings_->transactional_id);
  }
  return ask;
}

/// What has to be asked now; `nothing` when the transaction is over; no value when there is nothing to do.
std::optional<transaction::asking> transaction::next_step(bool idle) const {
  const bool ending = state_ == state::committing || state_ == state::aborting;
  if (probing_ != probe::none || state_ == state::registering) return asking::init;
  if (state_ == state::open || state_ == state::committing) {
    if (!wanted_.empty()) return asking::partitions;
    if (!offsets_.empty()) return offsets_.front().added || v2_ ? asking::group_offsets : asking::offsets;
  }
  if (!ending || !idle) return std::nullopt;
  if (started_ && !coordinator_ended_) return asking::end;
  const bool renew = renew_ || (in_doubt_ && started_);
  if (renew && !epoch_given_) return asking::init;
  return asking::nothing;
}

request transaction::make(asking what) {
  request ask;
  ask.to = destination::transaction(settings_->transactional_id);
  switch (what) {
    case asking::nothing: break;
    case asking::init:
      ask.body =
          make_init_producer_id(owner(), static_cast<std::int32_t>(settings_->transaction_timeout.count()));
      if (identity_->id() != no_producer_id) ask.usable.min = first_with_renewal;
      break;
    case asking::partitions:
      started_ = true;
      asked_for_ = std::exchange(wanted_, {});
      ask.body = make_add_partitions(owner(), asked_for_);
      ask.usable.max = last_add_partitions_of_clients;
      break;
    case asking::offsets:
      started_ = true;
      ask.body = make_add_offsets(owner(), offsets_.front().of.group);
      break;
    case asking::group_offsets:
      started_ = true;
      ask.body = make_txn_offset_commit(owner(), offsets_.front().of, offsets_.front().entries);
      ask.to = destination::group(offsets_.front().of.group);
      ask.usable = v2_ ? version_range{last_offset_commit_of_v1 + 1, last_offset_commit_with_names}
                       : version_range{0, last_offset_commit_of_v1};
      break;
    case asking::end:
      end_sent_ = true;
      ask.body = make_end_txn(owner(), state_ == state::committing);
      ask.usable = v2_ ? version_range{last_end_of_v1 + 1, 0x7fff} : version_range{0, last_end_of_v1};
      break;
  }
  return ask;
}

transaction_owner transaction::owner() const {
  auto epoch = identity_->epoch();
  if (probing_ == probe::next_epoch) epoch = producer_epoch{static_cast<std::int16_t>(raw(epoch) + 1)};
  return {settings_->transactional_id, identity_->id(), epoch};
}

void transaction::cannot_commit(const error& why, bool renew) {
  renew_ = renew_ || renew;
  if (state_ == state::must_abort || state_ == state::aborting || state_ == state::broken) return;
  cause_ = why;
  state_ = state::must_abort;
  wanted_.clear();
  answer_offsets(abort_required());
  answer_all(abort_required());
}

void transaction::break_down(const error& why) {
  cause_ = why.fatal() ? why : error{errc::producer_broken, why.message()};
  state_ = state::broken;
  probing_ = probe::none;
  answer_offsets(cause_);
  answer_all(cause_);
}

void transaction::ended() {
  unclaimed_ = waiters_.empty() ? state_ : state::none;
  state_ = state::ready;
  answer_all({});
}

/// Whether this came to its end after the call that asked for it had run out of time.
bool transaction::claim(transaction_state of) {
  if (state_ != state::ready || unclaimed_ != of) return false;
  unclaimed_ = state::none;
  return true;
}

void transaction::answer_all(const result<void>& how) {
  for (auto& one : std::exchange(waiters_, {})) one.finished(how);
}

void transaction::answer_offsets(const result<void>& how) {
  for (auto& one : std::exchange(offsets_, {})) {
    if (one.caller.finished) one.caller.finished(how);
  }
}

error transaction::taken_over(const error& why) const {
  const bool unknown = state_ == state::committing && may_be_over_;
  return error{errc::fenced,
               "another producer uses transactional.id " + settings_->transactional_id +
                   (unknown ? ", and whether the last transaction was committed is not known: " : ": ") +
                   why.message()};
}

error transaction::abort_required() const { return error{errc::abort_required, cause_.message()}; }

/// Calls whose time is up. What they asked for goes on; offsets are the exception: nobody could tell
/// afterwards whether they are part of the transaction.
void transaction::expire(time_point now) {
  const auto late = [now](const waiter& one) { return one.deadline <= now; };
  for (auto& one : offsets_) {
    if (!late(one.caller)) continue;
    cannot_commit(error{errc::timed_out, "whether the offsets are part of the transaction is not known"},
                  false);
    break;
  }
  std::vector<waiter> over;
  for (auto& one : waiters_) {
    if (late(one)) over.push_back(std::move(one));
  }
  std::erase_if(waiters_, [](const waiter& one) { return !one.finished; });
  for (auto& one : over) {
    one.finished(error{errc::timed_out, "it goes on in the background; the same call waits for it again"});
  }
}

time_point transaction::next_deadline() const {
  auto next = never;
  for (const auto& one : waiters_) next = std::min(next, one.deadline);
  for (const auto& one : offsets_) next = std::min(next, one.caller.deadline);
  if (asking_ == asking::nothing && not_before_ > time_point{} && next_step(true)) {
    next = std::min(next, not_before_);
  }
  return next;
}

void transaction::digest(const response& answer, time_point now, outbox& out) {
  const auto what = std::exchange(asking_, asking::nothing);
  static constexpr api keys[] = {api::init_producer_id,   api::init_producer_id,  api::add_partitions_to_txn,
                                 api::add_offsets_to_txn, api::txn_offset_commit, api::end_txn};
  const auto key = keys[static_cast<std::size_t>(what)];
  if (state_ == state::broken) return;
  if (what == asking::partitions && state_ != state::open && state_ != state::committing) asked_for_.clear();
  const auto told = read_transaction_answer(key, answer);
  if (told) {
    if (answer.transaction_version >= 0) v2_offered_ = answer.transaction_version >= finalised_v2;
    if (told->throttle_ms > 0) {
      out.throttled.emplace_back(answer.from, now + std::chrono::milliseconds{told->throttle_ms});
    }
    return act(what, judge(what, told->code), *told, now, out);
  }
  // Without an answer, or with one that cannot be read: the coordinator may have done it.
  const bool doubt = answer.maybe_sent || !answer.failure;
  in_doubt_ = in_doubt_ || doubt;
  may_be_over_ = may_be_over_ || (doubt && what == asking::end);
  const auto& why = told.error();
  if (why.code().category() == make_error_code(broker_errc::none).category()) {
    transaction_answer refused;
    refused.code = static_cast<broker_errc>(why.code().value());
    return act(what, judge(what, refused.code), refused, now, out);
  }
  if (why == errc::unsupported_by_broker || (answer.failure && !why.retriable())) {
    if (what == asking::group_offsets) return cannot_commit(why, false);
    // Before Kafka 2.5 there is no asking about a refused epoch.
    return break_down(probing_ != probe::none ? taken_over(cause_) : why);
  }
  if (what == asking::partitions) wanted_.insert(wanted_.end(), asked_for_.begin(), asked_for_.end());
  again(why, now, out.events);
}

transaction::verdict transaction::judge(asking what, broker_errc code) const {
  const bool of_group = what == asking::group_offsets;
  switch (code) {
    case broker_errc::none: return verdict::ok;
    case broker_errc::not_coordinator:
    case broker_errc::coordinator_not_available: return verdict::moved;
    case broker_errc::request_timed_out: return of_group ? verdict::moved : verdict::again;
    case broker_errc::coordinator_load_in_progress:
    case broker_errc::concurrent_transactions:
    case broker_errc::unknown_topic_or_partition: return verdict::again;
    case broker_errc::invalid_producer_epoch:
    case broker_errc::producer_fenced: return verdict::fenced;
    case broker_errc::unknown_producer_id:
    case broker_errc::invalid_producer_id_mapping:
      // The coordinator has forgotten the transactional id.
      return what == asking::init ? verdict::fatal : verdict::renew;
    case broker_errc::transactional_id_authorization_failed:
    case broker_errc::cluster_authorization_failed:
    case broker_errc::invalid_transaction_timeout:
    case broker_errc::unsupported_for_message_format: return verdict::fatal;
    case broker_errc::invalid_txn_state:
      // Version 2 says so of a commit when the coordinator has aborted meanwhile, version 1 of an abort when
      // what was to begin the transaction has not arrived. It may yet: under an epoch of the past, then.
      if (what == asking::end && state_ == state::committing) return verdict::fenced;
      return what == asking::end && !known_ ? verdict::renew : verdict::fatal;
    default: break;
  }
  if (is_retriable(code)) return verdict::again;
  return what == asking::init || what == asking::end ? verdict::fatal : verdict::abort;
}

void transaction::act(asking what, verdict is, const transaction_answer& told, time_point now, outbox& out) {
  if (is == verdict::ok) {
    pause_.reset();
    not_before_ = time_point{};
    return succeeded(what, told, out.events);
  }
  error why{told.code};
  if (told.where) why.on(told.where->topic, told.where->partition);
  const bool of_group = what == asking::group_offsets;
  why.with_detail(of_group ? "group " + (offsets_.empty() ? std::string{} : offsets_.front().of.group)
                           : "transactional.id " + settings_->transactional_id);
  if (what == asking::end) {
    // The coordinator says either when its log has not answered, too. That nothing but an abort is left of
    // the transaction it says only where a commit cannot have been meant (version 2).
    may_be_over_ = may_be_over_ || told.code == broker_errc::coordinator_not_available ||
                   told.code == broker_errc::request_timed_out;
    if (told.code == broker_errc::invalid_txn_state) may_be_over_ = false;
  }
  // Who refuses the first thing of a transaction knows nothing of it.
  if (what != asking::end && !known_ && !in_doubt_ && !v2_) started_ = false;
  if (what == asking::partitions && (is == verdict::again || is == verdict::moved)) {
    wanted_.insert(wanted_.end(), asked_for_.begin(), asked_for_.end());
  }
  switch (is) {
    case verdict::ok: return;
    case verdict::moved:
      if (of_group && !offsets_.empty()) {
        out.lost_coordinators.push_back(offsets_.front().of.group);
      } else {
        out.lost_transaction_coordinators.push_back(settings_->transactional_id);
      }
      return again(why, now, out.events);
    case verdict::again: return again(why, now, out.events);
    case verdict::fenced:
      // With our number named and refused there is no other explanation left.
      if (probing_ == probe::same_epoch && what == asking::init && known_ && !may_be_over_ &&
          raw(identity_->epoch()) < INT16_MAX) {
        probing_ = probe::next_epoch;
        return;
      }
      if (what == asking::init) {
        return break_down(taken_over(why));
      }
      return epoch_refused(why);
    case verdict::renew:
      // Nobody to end it with: the coordinator knows of no transaction.
      coordinator_ended_ = true;
      return cannot_commit(why, true);
    case verdict::abort: return cannot_commit(why, false);
    case verdict::fatal: return break_down(why);
  }
}

void transaction::succeeded(asking what, const transaction_answer& told, std::vector<event>& events) {
  switch (what) {
    case asking::nothing: return;
    case asking::init: return registered(told, events);
    case asking::partitions:
      known_ = true;
      for (auto* slot : std::exchange(asked_for_, {})) {
        slot->sending.in_transaction = number_;
        admitted_.push_back(slot);
      }
      return;
    case asking::offsets:
      known_ = true;
      if (!offsets_.empty()) offsets_.front().added = true;
      return;
    case asking::group_offsets: {
      known_ = true;
      if (offsets_.empty()) return;
      auto finished = std::move(offsets_.front().caller.finished);
      offsets_.pop_front();
      return finished({});
    }
    case asking::end:
      coordinator_ended_ = true;
      epoch_given_ = v2_ && told.id != no_producer_id;
      if (epoch_given_) identity_->assign(told.id, told.epoch, events);
      return;
  }
}

void transaction::registered(const transaction_answer& told, std::vector<event>& events) {
  identity_->assign(told.id, told.epoch, events);
  if (probing_ != probe::none) {
    // Ours after all: the coordinator has ended the transaction and waits for nothing.
    probing_ = probe::none;
    coordinator_ended_ = true;
    known_ = false;
    renew_ = false;
    in_doubt_ = false;
    if (state_ == state::aborting) return;
    const error why{errc::timed_out,
                    "transaction.timeout.ms=" + std::to_string(settings_->transaction_timeout.count()) +
                        " passed and the coordinator has aborted it"};
    return cannot_commit(why, false);
  }
  renew_ = false;
  in_doubt_ = false;
  if (state_ == state::registering) return ended();
}

void transaction::again(const error& why, time_point now, std::vector<event>& events) {
  not_before_ = now + pause_.next(*random_);
  events.emplace_back(event_kind::transaction_retried, severity::debug, context::eos)
      .about(settings_->transactional_id)
      .because(why);
}

}  // namespace kwire::core
