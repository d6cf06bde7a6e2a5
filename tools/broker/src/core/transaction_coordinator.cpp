#include "core/transaction_coordinator.hpp"

#include <algorithm>
#include <utility>

namespace kwire::embedded {
namespace {

// Partitions without a leader are asked again this often.
constexpr std::chrono::milliseconds marker_retry{20};

bool is_idle(const transaction& one) { return one.current() != transaction::state::ongoing && !one.ends(); }

}  // namespace

std::int32_t transaction_coordinator::offsets_partition(std::string_view group) noexcept {
  constexpr std::uint32_t partitions = 50;
  std::uint32_t hash = 0;  // Java's, of a text that is ASCII
  for (const auto c : group) hash = hash * 31 + static_cast<unsigned char>(c);
  return static_cast<std::int32_t>((hash & 0x7fffffffU) % partitions);
}

transaction* transaction_coordinator::lookup(const std::string& id, instant now) {
  const auto found = transactions_.find(id);
  if (found == transactions_.end()) return nullptr;
  if (is_idle(found->second) && now - found->second.updated() > limits_.expiration) {
    forget(found);
    return nullptr;
  }
  return &found->second;
}

const transaction* transaction_coordinator::find(const std::string& id, instant now) {
  return lookup(id, now);
}

bool transaction_coordinator::expire(const std::string& id) {
  const auto found = transactions_.find(id);
  if (found == transactions_.end() || !is_idle(found->second)) return false;
  forget(found);
  return true;
}

transaction::answer transaction_coordinator::init(const std::string& id, std::int32_t timeout_ms,
                                                  const std::optional<producer_identity>& expected,
                                                  instant now) {
  if (id.empty()) return {broker_errc::invalid_request};
  if (timeout_ms <= 0 || std::chrono::milliseconds{timeout_ms} > limits_.max_timeout) {
    return {broker_errc::invalid_transaction_timeout};
  }
  auto* known = lookup(id, now);
  if (known == nullptr && transactions_.size() >= limits_.most_ids) {
    return {broker_errc::coordinator_not_available};
  }
  auto& of = known != nullptr ? *known : transactions_[id];
  const bool needs_id = of.producer().id == no_producer_id || of.is_exhausted();
  auto result = of.init(timeout_ms, expected, needs_id ? fresh_id_() : no_producer_id, now);
  if (!result.abort_first) {
    if (result.error == broker_errc::none) tell(id, of);
    return result;
  }
  // The client asks again and gets an epoch of its own: this one only fences whoever is still writing.
  of.fence(limits_.bumps_epochs, now);
  finish(id, of, now);
  return result;
}

broker_errc transaction_coordinator::may_add(const std::string& id, const producer_identity& who,
                                             transaction*& found, instant now) {
  if (id.empty()) return broker_errc::invalid_request;
  found = lookup(id, now);
  return found == nullptr ? broker_errc::invalid_producer_id_mapping : found->check(who);
}

void transaction_coordinator::begin(const std::string& id, transaction& of, instant now) {
  const bool first = of.current() != transaction::state::ongoing;
  of.begin(now);
  if (first) arm_timeout(id, of, now + std::chrono::milliseconds{of.timeout_ms()});
}

void transaction_coordinator::arm_timeout(const std::string& id, transaction& of, instant at) {
  of.timeout = timers_.schedule(at, [this, id](instant now) {
    auto& late = transactions_.at(id);
    late.timeout = {};
    late.fence(limits_.bumps_epochs, now);
    finish(id, late, now);
  });
}

void transaction_coordinator::forget(std::map<std::string, transaction>::iterator which) {
  if (changed_) changed_(which->first, nullptr);
  transactions_.erase(which);
}

void transaction_coordinator::restore(const std::string& id, const transaction* known) {
  transactions_.erase(id);
  if (known != nullptr) transactions_.emplace(id, *known);
}

void transaction_coordinator::resume(instant now) {
  for (auto& [id, of] : transactions_) {
    if (of.current() == transaction::state::ongoing) {
      arm_timeout(id, of, std::max(now, of.started() + std::chrono::milliseconds{of.timeout_ms()}));
    } else if (of.ends()) {
      of.markers = timers_.schedule(now, [this, id = id](instant at) { write_markers(id, at); });
    }
  }
}

broker_errc transaction_coordinator::add_partition(const std::string& id, const producer_identity& who,
                                                   const transaction::partition_key& where, instant now) {
  transaction* of = nullptr;
  const auto error = may_add(id, who, of, now);
  if (error != broker_errc::none) return error;
  const bool begun = of->current() == transaction::state::ongoing;
  begin(id, *of, now);
  if (of->partitions.insert(where).second || !begun) tell(id, *of);
  return broker_errc::none;
}

broker_errc transaction_coordinator::add_group(const std::string& id, const producer_identity& who,
                                               const std::string& group, instant now) {
  transaction* of = nullptr;
  const auto error = may_add(id, who, of, now);
  if (error != broker_errc::none) return error;
  if (of->groups.size() >= limits_.most_groups && !of->groups.contains(group)) {
    return broker_errc::coordinator_not_available;
  }
  const bool begun = of->current() == transaction::state::ongoing;
  begin(id, *of, now);
  if (of->groups.insert(group).second || !begun) tell(id, *of);
  return broker_errc::none;
}

broker_errc transaction_coordinator::verify(const std::string& id, const producer_identity& who,
                                            const transaction::partition_key& where, instant now) {
  transaction* of = nullptr;
  const auto error = may_add(id, who, of, now);
  if (error != broker_errc::none) return error;
  return of->partitions.contains(where) ? broker_errc::none : broker_errc::transaction_abortable;
}

broker_errc transaction_coordinator::verify(const std::string& id, const producer_identity& who,
                                            const std::string& group, instant now) {
  transaction* of = nullptr;
  const auto error = may_add(id, who, of, now);
  if (error != broker_errc::none) return error;
  return of->groups.contains(group) ? broker_errc::none : broker_errc::transaction_abortable;
}

transaction::end_answer transaction_coordinator::end(const std::string& id, const producer_identity& who,
                                                     bool commit, bool bump, instant now) {
  if (id.empty()) return {broker_errc::invalid_request};
  auto* of = lookup(id, now);
  if (of == nullptr) return {broker_errc::invalid_producer_id_mapping};
  const bool needs_id = bump && of->is_exhausted();
  auto result = of->end(who, commit, bump, needs_id ? fresh_id_() : no_producer_id, now);
  if (result.error == broker_errc::none && !result.repeated) finish(id, *of, now);
  return result;
}

void transaction_coordinator::finish(const std::string& id, transaction& of, instant now) {
  tell(id, of);  // before any marker: whoever recovers writes those that lack
  timers_.cancel(of.timeout);
  if (limits_.marker_delay.count() == 0) return write_markers(id, now);
  of.markers =
      timers_.schedule(now + limits_.marker_delay, [this, id](instant at) { write_markers(id, at); });
}

void transaction_coordinator::write_markers(const std::string& id, instant now) {
  auto& of = transactions_.at(id);
  of.markers = {};
  const bool commit = of.current() == transaction::state::prepare_commit;
  for (const auto& group : std::exchange(of.groups, {})) mark_group_(group, of.producer(), commit, now);
  std::erase_if(of.partitions, [&](const auto& where) {
    const auto done = mark_partition_({where, of.producer(), commit, of.marked.contains(where)}, now);
    if (done != marked::no) of.marked.insert(where);
    return done == marked::settled;
  });
  if (of.partitions.empty()) of.complete(now);
  tell(id, of);
  if (!of.ends()) return;
  of.markers = timers_.schedule(now + marker_retry, [this, id](instant at) { write_markers(id, at); });
}

}  // namespace kwire::embedded
