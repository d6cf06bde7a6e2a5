#include "api/consumer_handover.hpp"

#include <algorithm>
#include <utility>

namespace kwire::api_detail {

consumer_handover::consumer_handover(const core::consumer_settings& settings,
                                     std::function<void()> wake_fetcher)
    : settings_(&settings),
      budget_(std::make_shared<fetch_budget>(std::move(wake_fetcher))),
      unpacker_(settings) {}

void consumer_handover::fetched(std::vector<core::fetched_chunk> chunks) {
  {
    std::lock_guard guard{lock_};
    for (auto& chunk : chunks) {
      if (owner_of(chunk) == nullptr) continue;
      budget_->take(chunk.records.size());
      queue_.emplace_back(std::move(chunk));
    }
  }
  announce();
}

/// Told after the lock is free: who is woken earlier runs into it and sleeps again.
void consumer_handover::announce() noexcept {
  news_.fetch_add(1, std::memory_order_seq_cst);
  if (!waiting_.load(std::memory_order_seq_cst)) return;
  {
    std::lock_guard guard{lock_};
  }  // whoever waits has either seen the news or sleeps by now
  arrived_.notify_all();
}

void consumer_handover::positioned(const topic_partition& where, position_version version,
                                   std::int64_t offset) {
  {
    std::lock_guard guard{lock_};
    const auto found = slots_.find(where);
    if (found == slots_.end() || found->second.version != version) return;
    found->second.position = offset;
  }
  announce();
}

void consumer_handover::failed(error why) {
  {
    std::lock_guard guard{lock_};
    failures_.push_back(std::move(why));
  }
  announce();
}

void consumer_handover::rebalance(core::rebalance_notice notice) {
  {
    std::lock_guard guard{lock_};
    notices_.push_back(std::move(notice));
  }
  announce();
}

void consumer_handover::session_ends(time_point until) {
  std::lock_guard guard{lock_};
  session_until_ = until;
}

void consumer_handover::wants_poll() {
  std::lock_guard guard{lock_};
  poll_wished_ = true;
}

bool consumer_handover::take_poll_wish() {
  std::lock_guard guard{lock_};
  return std::exchange(poll_wished_, false);
}

std::size_t consumer_handover::used_bytes(std::size_t resume_below) {
  // Asked for before looking, so that what is let go of in between is not missed.
  budget_->watch(resume_below);
  return budget_->used();
}

core::poll_activity consumer_handover::activity() const {
  std::lock_guard guard{lock_};
  return activity_;
}

std::uint64_t consumer_handover::records_delivered() const {
  std::lock_guard guard{lock_};
  return delivered_;
}

std::vector<core::commit_entry> consumer_handover::superseded() {
  std::lock_guard guard{lock_};
  std::vector<core::commit_entry> entries;
  for (const auto& [where, state] : slots_) {
    if (state.superseded >= 0) entries.emplace_back(where, state.superseded);
  }
  return entries;
}

void consumer_handover::begin_poll() {
  supersede_all();
  std::lock_guard guard{lock_};
  activity_.inside = true;
}

void consumer_handover::supersede_all() {
  std::lock_guard guard{lock_};
  for (auto& [where, state] : slots_) {
    if (std::exchange(state.touched, false)) state.superseded = state.position;
  }
}

void consumer_handover::end_poll(time_point now) {
  std::lock_guard guard{lock_};
  activity_ = {false, now};
}

void consumer_handover::interrupt() noexcept {
  {
    std::lock_guard guard{lock_};
    interrupted_ = true;
  }
  announce();
}

consumer_handover::turn consumer_handover::take(time_point now) {
  turn next;
  std::unique_lock guard{lock_};
  if (std::exchange(interrupted_, false)) {
    next.failure = error{errc::interrupted};
  } else if (!notices_.empty()) {
    next.notice = std::move(notices_.front());
    notices_.pop_front();
  } else if (!failures_.empty()) {
    next.failure = std::move(failures_.front());
    failures_.pop_front();
  } else if (!session_expired(now)) {
    // Else whoever the group has given the partitions to meanwhile may have started already.
    take_chunks(next, guard);
  }
  return next;
}

void consumer_handover::wait(std::uint64_t seen, time_point deadline) {
  std::unique_lock guard{lock_};
  waiting_.store(true, std::memory_order_seq_cst);
  const auto until = std::min(deadline, std::chrono::steady_clock::now() + std::chrono::hours{1});
  arrived_.wait_until(guard, until, [&] { return news() != seen; });
  waiting_.store(false, std::memory_order_seq_cst);
}

consumer_handover::slot* consumer_handover::owner_of(const core::fetched_chunk& chunk) {
  const auto found = slots_.find(chunk.where);
  if (found == slots_.end() || found->second.version != chunk.version) return nullptr;
  return &found->second;
}

void consumer_handover::take_chunks(turn& into, std::unique_lock<std::mutex>& guard) {
  if (queue_.empty()) return;
  into.records = std::make_unique<ready_records>(budget_);
  const auto most = settings_->max_poll_records == 0 ? std::numeric_limits<std::size_t>::max()
                                                     : static_cast<std::size_t>(settings_->max_poll_records);
  chunk_unpacker::limits left{static_cast<std::size_t>(settings_->max_partition_fetch_bytes), most};
  while (!queue_.empty() && left.octets > 0 && left.records > 0 && !into.failure)
    take_chunk(into, left, guard);
  delivered_ += into.records->records;
  const bool some = !into.records->batches.empty() || !into.records->ends.empty();
  if (into.failure && some) {
    // The records before the broken one first.
    failures_.push_front(std::move(*into.failure));
    into.failure.reset();
  }
}

void consumer_handover::take_chunk(turn& into, chunk_unpacker::limits& left,
                                   std::unique_lock<std::mutex>& guard) {
  auto front = std::move(queue_.front());
  queue_.pop_front();
  auto* owner = owner_of(front.chunk);
  if (owner == nullptr) return budget_->give_back(front.chunk.records.size());
  // Slots change on this thread only, so `owner` stays; the I/O thread may go on queueing meanwhile.
  guard.unlock();
  unpacker_.unpack(front, *into.records, left);
  guard.lock();
  auto& chunk = front.chunk;
  if (owner->position != chunk.from) {
    owner->position = chunk.from;
    owner->touched = true;
  }
  if (!chunk.records.empty()) return queue_.push_front(std::move(front));  // a limit was reached
  if (chunk.fault) return broken(into, *owner, chunk);
  owner->doubted = -1;
  if (chunk.at_end && settings_->partition_eof) into.records->ends.push_back({chunk.where, chunk.next});
}

/// The data at the position is broken: asked for once more, because the wire or a page of memory may have
/// done it; told to the application if it stays so.
void consumer_handover::broken(turn& into, slot& owner, core::fetched_chunk& chunk) {
  owner.version = ++last_version_;  // what was fetched behind it is not in order any more
  if (std::exchange(owner.doubted, owner.position) != owner.position) {
    into.fetch_again.emplace_back(chunk.where, owner.version, owner.position);
    return;
  }
  owner.doubted = -1;
  into.halted.push_back(chunk.where);
  into.failure = std::move(chunk.fault);
  into.failure->on(chunk.where.topic, chunk.where.partition);
  if (!into.failure->offset()) into.failure->at_offset(owner.position);
}

core::partition_start consumer_handover::start(const topic_partition& where, std::int64_t offset) {
  std::lock_guard guard{lock_};
  auto& state = slots_[where];
  const bool paused = state.paused;
  state = {};
  state.paused = paused;
  state.version = ++last_version_;
  state.position = offset;
  return {where, state.version, offset};
}

void consumer_handover::drop(const std::vector<topic_partition>& partitions) {
  std::lock_guard guard{lock_};
  for (const auto& where : partitions) slots_.erase(where);
  // Their memory is not kept until a poll happens to come across them.
  std::size_t octets = 0;
  std::erase_if(queue_, [&](const waiting_chunk& waiting) {
    if (owner_of(waiting.chunk) != nullptr) return false;
    octets += waiting.chunk.records.size();
    return true;
  });
  if (octets > 0) budget_->give_back(octets);
}

bool consumer_handover::assigned(const topic_partition& where) const {
  std::lock_guard guard{lock_};
  return slots_.contains(where);
}

std::vector<topic_partition> consumer_handover::assignment() const {
  std::lock_guard guard{lock_};
  std::vector<topic_partition> list;
  for (const auto& [where, state] : slots_) list.push_back(where);
  return list;
}

std::optional<std::int64_t> consumer_handover::position(const topic_partition& where) const {
  std::lock_guard guard{lock_};
  const auto found = slots_.find(where);
  if (found == slots_.end()) return std::nullopt;
  return found->second.position;
}

std::vector<core::commit_entry> consumer_handover::positions() const {
  std::lock_guard guard{lock_};
  std::vector<core::commit_entry> entries;
  for (const auto& [where, state] : slots_) {
    if (state.position >= 0) entries.emplace_back(where, state.position);
  }
  return entries;
}

void consumer_handover::set_paused(const topic_partition& where, bool paused) {
  std::lock_guard guard{lock_};
  const auto found = slots_.find(where);
  if (found != slots_.end()) found->second.paused = paused;
}

std::vector<topic_partition> consumer_handover::paused() const {
  std::lock_guard guard{lock_};
  std::vector<topic_partition> list;
  for (const auto& [where, state] : slots_) {
    if (state.paused) list.push_back(where);
  }
  return list;
}

}  // namespace kwire::api_detail
