#pragma once

#include <algorithm>
#include <cstdint>
#include <kwire/client/delivery.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agenda.hpp"
#include "trace.hpp"

namespace kwire::sim {

/// A broken promise: the letter of the invariant and what happened.
struct violation {
  char invariant = 0;
  std::string what;
  micros when = 0;
};

/// Names one record over all logs: who produced it and its number there.
struct record_key {
  std::uint32_t producer = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const record_key&, const record_key&) = default;
};

struct record_fate {
  std::int32_t partition = 0;
  micros accepted = 0;
  micros limit = 0;  ///< when its report is due at the latest
  unsigned reports = 0;
  outcome told = outcome::possibly_persisted;
  std::int64_t offset = -1;
};

/// The history of what applications were told, and the promises it is held to. Invariants have the letters
/// of the catalogue: A D O U M S T R Q P.
class judge {
 public:
  judge(const agenda& clock, trace& log) : clock_(clock), log_(log) {}

  void broken(char invariant, std::string what);
  const std::optional<violation>& verdict() const noexcept { return verdict_; }

  // producers
  void producer(std::uint32_t id, bool idempotent, std::int64_t acks) {
    idempotent_[id] = idempotent;
    if (acks == 1) weak_.insert(id);
  }
  /// A log has lost everything from there on.
  void cut_off(std::int32_t partition, std::int64_t from) {
    const auto [known, fresh] = cut_off_.try_emplace(partition, from);
    if (!fresh) known->second = std::min(known->second, from);
  }
  void accepted(const record_key& key, std::int32_t partition, micros limit);
  void refused(const record_key& key) { records_.erase(key); }
  void reported(const record_key& key, outcome told, std::int64_t offset);
  /// Time during which the producer could not act does not count.
  void postpone(std::uint32_t producer, micros by);
  std::size_t unreported(std::uint32_t producer) const;

  // consumers of the one group; a consumer is named by its number
  /// The group gives partitions to a member, who hears of it later, at its next poll.
  std::uint64_t granted() noexcept { return ++last_grant_; }
  void assigned(std::uint32_t consumer, std::int32_t partition, std::uint64_t grant);
  void revoked(std::uint32_t consumer, std::int32_t partition);
  void gone(std::uint32_t consumer);
  void delivered(std::uint32_t consumer, std::int32_t partition, std::int64_t offset, const record_key& what);
  /// The application is done with everything below `next`.
  void processed(std::uint32_t consumer, std::int32_t partition, std::int64_t next);
  /// A commit has reached a broker, and what it made of the committed offset.
  void commit_sent(std::uint32_t consumer, std::int32_t partition, std::int64_t offset);
  /// A call of the application that commits this has succeeded.
  void commit_confirmed(std::uint32_t consumer, std::int32_t partition, std::int64_t offset);
  void committed(std::int32_t partition, std::int64_t before, std::int64_t after, bool orphan);
  // a consumer without a group
  void delivered_by_hand(std::int32_t partition, std::int64_t offset, const record_key& what);
  std::int64_t read_by_hand(std::int32_t partition) const;
  void sessions_may_end_early() noexcept { strict_owners_ = false; }

  // calls with a deadline
  void call_ended(const char* what, micros deadline, micros stood_still);

  /// The truth: one record after the other of each partition's log.
  void check_log(std::int32_t partition, const std::map<std::int64_t, record_key>& log);
  void check_end();
  void check_overdue();
  std::int64_t seen(std::int32_t partition) const;
  std::size_t records() const noexcept { return records_.size(); }
  std::uint64_t deliveries() const noexcept { return deliveries_; }
  std::size_t told(outcome what) const;

 private:
  struct reading {
    std::int64_t last = -1;  ///< delivered
    std::uint64_t grant = 0;
  };
  using slot = std::pair<std::uint32_t, std::int32_t>;

  const agenda& clock_;
  trace& log_;
  std::optional<violation> verdict_;
  std::map<std::uint32_t, bool> idempotent_;
  std::set<std::uint32_t> weak_;  ///< producers with acks=1
  std::map<std::int32_t, std::int64_t> cut_off_;
  std::map<std::int32_t, std::int64_t> by_hand_;
  std::map<record_key, record_fate> records_;
  std::map<slot, reading> readings_;
  std::map<slot, std::int64_t> done_;  ///< of earlier assignments too
  struct owner {
    std::uint32_t consumer = 0;
    std::uint64_t grant = 0;
  };
  std::map<std::int32_t, owner> owner_;
  std::uint64_t last_grant_ = 0;
  std::map<std::int32_t, std::int64_t> seen_;  ///< of the whole group: everything below
  std::map<std::int32_t, std::int64_t> high_commit_;
  std::map<std::pair<std::int32_t, std::int64_t>, record_key> content_;
  std::map<record_key, std::vector<std::pair<std::int32_t, std::int64_t>>> found_;
  bool strict_owners_ = true;
  std::uint64_t deliveries_ = 0;
};

}  // namespace kwire::sim
