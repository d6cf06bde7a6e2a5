#include "core/share_partition.hpp"

#include <algorithm>

namespace kwire::embedded {

/// Has a run begin at `at`, which is in flight or just behind; returns it.
share_partition::stretches::iterator share_partition::split(std::int64_t at) {
  auto found = runs_.upper_bound(at);
  if (found == runs_.begin()) return found;
  --found;
  if (found->first == at) return found;
  if (found->second.last < at) return std::next(found);
  auto behind = found->second;
  found->second.last = at - 1;
  return runs_.emplace(at, std::move(behind)).first;
}

std::optional<std::int64_t> share_partition::first_free(std::int64_t end, const share_limits& limits) const {
  for (const auto& [first, run] : runs_) {
    if (run.now == state::free && first < end) return first;
  }
  if (next_ >= end || static_cast<std::size_t>(next_ - start_) >= limits.in_flight) return std::nullopt;
  return next_;
}

std::size_t share_partition::acquire(const std::string& member, std::int64_t first, std::int64_t last,
                                     const wish& wanted, const share_limits& limits, instant now,
                                     std::vector<acquired_run>& given) {
  first = std::max(first, start_);
  const auto lock_end = now + limits.lock;
  if (last >= next_ && static_cast<std::size_t>(next_ - start_) < limits.in_flight) {
    const auto begin = std::max(first, next_);
    if (begin > next_) runs_[next_] = {begin - 1, state::done};  // offsets that the log does not have
    runs_[begin] = {last, state::free};
    next_ = last + 1;
  }
  std::size_t taken = 0;
  for (auto at = split(first); at != runs_.end() && at->first <= last && at->first < next_; ++at) {
    if (at->second.now != state::free) continue;
    if (taken >= wanted.most) break;
    if (at->second.last > last) split(last + 1);
    const auto room = static_cast<std::int64_t>(std::min<std::size_t>(wanted.most - taken, INT32_MAX));
    if (wanted.exactly && at->second.last - at->first >= room) split(at->first + room);
    auto& run = at->second;
    run.now = state::acquired;
    ++run.deliveries;
    run.member = member;
    run.through = wanted.through;
    run.lock_end = lock_end;
    taken += static_cast<std::size_t>(run.last - at->first + 1);
    const bool joins = !given.empty() && given.back().last + 1 == at->first &&
                       given.back().deliveries == run.deliveries &&
                       static_cast<std::size_t>(given.back().last - given.back().first + 1) < wanted.run;
    if (joins) {
      given.back().last = run.last;
    } else {
      given.push_back({at->first, run.last, run.deliveries});
    }
  }
  return taken;
}

broker_errc share_partition::check(const std::string& member, std::int64_t first, std::int64_t last,
                                   const std::vector<std::int8_t>& types) const {
  if (first < 0 || first > last || last >= next_) return broker_errc::invalid_request;
  if (types.empty() || (types.size() > 1 && static_cast<std::int64_t>(types.size()) != last - first + 1)) {
    return broker_errc::invalid_request;
  }
  const auto known = [](std::int8_t type) { return type >= 0 && type <= 4; };
  if (!std::ranges::all_of(types, known)) return broker_errc::invalid_request;
  // What lies before the start is done with, for whatever reason.
  auto at = runs_.upper_bound(std::max(first, start_));
  if (at != runs_.begin()) --at;
  for (; at != runs_.end() && at->first <= last; ++at) {
    if (at->second.last < first) continue;
    if (at->second.now != state::acquired || at->second.member != member)
      return broker_errc::invalid_record_state;
  }
  return broker_errc::none;
}

void share_partition::take_back(stretch& which, const share_limits& limits) {
  which.now = which.deliveries >= limits.deliveries ? state::done : state::free;
  which.member.clear();
}

void share_partition::finish(stretch& which, acknowledgement how, const share_limits& limits, instant now) {
  if (how == acknowledgement::renew) {
    which.lock_end = now + limits.lock;
  } else if (how == acknowledgement::release) {
    take_back(which, limits);
  } else {
    which.now = state::done;
    which.member.clear();
  }
}

bool share_partition::acknowledge(std::int64_t first, std::int64_t last,
                                  const std::vector<std::int8_t>& types, const share_limits& limits,
                                  instant now) {
  bool freed = false;
  for (std::size_t i = 0; i < types.size();) {
    auto same = i + 1;
    while (same < types.size() && types[same] == types[i]) ++same;
    const auto from = first + static_cast<std::int64_t>(i);
    const auto to = same == types.size() ? last : first + static_cast<std::int64_t>(same) - 1;
    i = same;
    const auto type = static_cast<acknowledgement>(types[same - 1]);
    if (to < start_) continue;
    split(to + 1);
    for (auto at = split(std::max(from, start_)); at != runs_.end() && at->first <= to; ++at) {
      finish(at->second, type, limits, now);
      freed = freed || at->second.now == state::free;
    }
  }
  advance();
  return freed;
}

bool share_partition::release(const std::string& member, node_id through, const share_limits& limits) {
  bool freed = false;
  for (auto& [first, run] : runs_) {
    if (run.now != state::acquired || run.member != member || run.through != through) continue;
    take_back(run, limits);
    freed = freed || run.now == state::free;
  }
  advance();
  return freed;
}

bool share_partition::expire(const share_limits& limits, instant now) {
  bool freed = false;
  const auto due = next_deadline();
  if (!due || *due > now) return false;
  for (auto& [first, run] : runs_) {
    if (run.now != state::acquired || run.lock_end > now) continue;
    take_back(run, limits);
    freed = freed || run.now == state::free;
  }
  advance();
  return freed;
}

std::optional<instant> share_partition::next_deadline() const {
  std::optional<instant> first;
  for (const auto& [offset, run] : runs_) {
    if (run.now == state::acquired && (!first || run.lock_end < *first)) first = run.lock_end;
  }
  return first;
}

/// What is done at the front is forgotten, and neighbours that have become alike are joined.
void share_partition::advance() {
  ++revision_;
  while (!runs_.empty() && runs_.begin()->second.now == state::done) {
    start_ = runs_.begin()->second.last + 1;
    runs_.erase(runs_.begin());
  }
  for (auto at = runs_.begin(); at != runs_.end();) {
    const auto after = std::next(at);
    const bool same = after != runs_.end() && after->second.now == at->second.now &&
                      after->second.deliveries == at->second.deliveries && at->second.now != state::acquired;
    if (!same) {
      at = after;
      continue;
    }
    at->second.last = after->second.last;
    runs_.erase(after);
  }
}

std::vector<share_partition::saved_run> share_partition::saved() const {
  std::vector<saved_run> all;
  for (const auto& [first, run] : runs_) {
    all.push_back({first, run.last, run.now == state::done, run.deliveries});
  }
  return all;
}

void share_partition::put(const saved_run& run) {
  const auto first = std::max(run.first, start_);
  if (first > run.last) return;
  if (first > next_) runs_[next_] = {first - 1, state::free};
  const auto behind = run.last >= next_ ? runs_.end() : split(run.last + 1);
  next_ = std::max(next_, run.last + 1);
  const auto begin = split(first);
  if (begin != behind) runs_.erase(begin, behind);
  runs_[first] = {run.last, run.done ? state::done : state::free, run.deliveries};
  advance();
}

void share_partition::discard(std::int64_t first, std::int64_t last) {
  first = std::max(first, start_);
  if (first > last) return;
  if (last >= next_) {
    if (first > next_) runs_[next_] = {first - 1, state::free};
    runs_[std::max(first, next_)] = {last, state::free};
    next_ = last + 1;
  }
  split(last + 1);
  for (auto at = split(first); at != runs_.end() && at->first <= last; ++at) {
    if (at->second.now == state::free) at->second.now = state::done;
  }
  advance();
}

void share_partition::start_at_least(std::int64_t offset) {
  if (offset <= start_) return;
  const auto end = split(std::min(offset, next_));
  runs_.erase(runs_.begin(), end);
  start_ = offset;
  next_ = std::max(next_, offset);
  advance();
}

void share_partition::end_at_most(std::int64_t offset) {
  if (offset >= next_) return;
  ++revision_;
  runs_.erase(split(std::max(offset, start_)), runs_.end());
  next_ = std::max(offset, start_);
  if (offset < start_) start_ = next_ = offset;
}

std::int64_t share_partition::lag(std::int64_t end) const {
  auto open = end - start_;
  for (const auto& [first, run] : runs_) {
    if (run.now == state::done) open -= run.last - first + 1;
  }
  return std::max<std::int64_t>(open, 0);
}

}  // namespace kwire::embedded
