#include "core/producer/accumulator.hpp"

#include <algorithm>

namespace kwire::core {

accumulator::accumulator(std::size_t batch_size, std::size_t budget, std::function<void()> wake,
                         clock_reader now)
    : batch_size_(batch_size),
      pool_(std::make_shared<accumulator_pool>(budget)),
      wake_(std::move(wake)),
      now_(std::move(now)) {}

topic_slot& accumulator::topic(std::string_view name) {
  {
    std::shared_lock guard{topics_lock_};
    if (const auto found = topics_.find(name); found != topics_.end()) return *found->second;
  }
  topic_slot* made = nullptr;
  {
    std::lock_guard guard{topics_lock_};
    if (const auto found = topics_.find(name); found != topics_.end()) return *found->second;
    auto slot = std::make_unique<topic_slot>();
    slot->name = name;
    made = slot.get();
    topics_.emplace(made->name, std::move(slot));  // the key is a view of the slot's own name
  }
  {
    std::lock_guard guard{news_lock_};
    news_.topics.push_back(made);
  }
  notify();
  return *made;
}

accumulator::appended accumulator::append(partition_slot& slot, const item& what, delivery_callback& report,
                                          placing how, std::size_t& needed) {
  bool closed = false;
  bool opened = false;
  bool added = false;
  const auto unasked = tells_all_.load(std::memory_order_relaxed) ? report_kind::brief : report_kind::none;
  const auto kind = report ? report_kind::own : unasked;
  {
    std::lock_guard guard{slot.lock};
    for (;;) {
      if (!slot.open) {
        // The next batch is opened where the record goes, not here.
        if (how == placing::join_open || (closed && how == placing::until_full)) break;
        const auto size = protocol::batch_header_size +
                          protocol::batch_builder::record_bound(what.key, what.value, what.headers);
        if (!open(slot, size, what, kind, needed)) {
          if (closed) break;
          return appended::no_memory;
        }
        opened = true;
      }
      auto& batch = *slot.open;
      if (kind != report_kind::none && !batch.reports.make_room(*pool_, kind)) {
        close_for_room(slot, what, kind, needed);
        return appended::no_memory;
      }
      if (batch.builder.append(what.timestamp_ms, what.key, what.value, what.headers)) {
        note_report(batch, what, kind, report);
        ++slot.accepted;
        added = true;
        break;
      }
      const auto size = batch.builder.size() +
                        batch.builder.next_size(what.timestamp_ms, what.key, what.value, what.headers);
      if (size > batch_size_) {
        close(slot);
        closed = true;
      } else if (!grow(batch, size)) {
        close_for_room(slot, what, kind, needed);
        return appended::no_memory;
      }
    }
  }
  if (closed || opened) notify();
  return added ? appended::ok : appended::full;
}

inline void accumulator::note_report(batch& in, const item& what, report_kind kind,
                                     delivery_callback& report) {
  const auto index = in.builder.count() - 1;
  if (kind == report_kind::own) {
    in.reports.push(report, what.opaque, index, {what.timestamp_ms, what.accepted_ms});
  } else if (kind == report_kind::brief) {
    in.reports.push_brief(what.opaque, index, {what.timestamp_ms, what.accepted_ms});
  }
}

/// The first buffer of a partition is small and grows; later ones begin with what the last batch needed.
bool accumulator::open(partition_slot& slot, std::size_t needed, const item& first, report_kind kind,
                       std::size_t& missing) {
  if (slot.accepted == 0 && widening_ > 0) pool_->widen(widening_, widest_);
  const auto wanted = std::max(needed, std::min(slot.last_size, batch_size_));
  auto memory = pool_->take(wanted);
  if (!memory && wanted > needed) memory = pool_->take(needed);
  auto fresh = std::make_unique<batch>();
  if (!memory || (kind != report_kind::none && !fresh->reports.make_room(*pool_, kind, memory->capacity()))) {
    missing = room_to_open(needed, kind);
    return false;
  }
  fresh->slot = &slot;
  slot.unanswered.fetch_add(1, std::memory_order_relaxed);
  fresh->serial = last_serial_.fetch_add(1, std::memory_order_relaxed) + 1;
  fresh->opened = now_();
  fresh->reports.times().opened(first.accepted_ms);
  fresh->builder.open(memory->data(), usable(*memory, needed));
  fresh->memory = std::move(memory);
  std::lock_guard guard{news_lock_};
  news_.opened.push_back({&slot, fresh->serial, fresh->opened});
  slot.open = std::move(fresh);
  return true;
}

/// Buffers come in a few sizes; what one has above batch.size stays unused, as brokers bound batches too.
/// Only a record that is larger itself goes beyond.
std::size_t accumulator::usable(const batch_memory& memory, std::size_t needed) const noexcept {
  return std::min(memory.capacity(), std::max(needed, batch_size_));
}

bool accumulator::grow(batch& into, std::size_t needed) {
  const auto wanted = std::min(std::max(needed, into.memory->capacity() * 4), std::max(needed, batch_size_));
  auto memory = pool_->take(wanted);
  if (!memory) return false;
  into.builder.relocate(memory->data(), usable(*memory, needed));
  into.memory = std::move(memory);
  return true;
}

std::size_t accumulator::room_to_open(std::size_t needed, report_kind kind) noexcept {
  return accumulator_pool::rounded(needed) + (kind != report_kind::none ? report_list::first_block : 0);
}

/// Sent as it is, the open batch makes room; the record will begin the next one.
void accumulator::close_for_room(partition_slot& slot, const item& what, report_kind kind,
                                 std::size_t& needed) {
  close(slot);
  const auto size = protocol::batch_builder::record_bound(what.key, what.value, what.headers);
  needed = room_to_open(protocol::batch_header_size + size, kind);
  notify();
}

void accumulator::close(partition_slot& slot) {
  slot.last_size = slot.open->builder.size();
  slot.closed.push_back(std::move(slot.open));
  std::lock_guard guard{news_lock_};
  news_.filled.push_back(&slot);
}

/// The flag is cleared by the core before it looks, so a change is either seen by that look or wakes again.
void accumulator::notify() {
  if (notified_.load(std::memory_order_relaxed)) return;
  if (!notified_.exchange(true, std::memory_order_acq_rel)) wake_();
}

void accumulator::hurry() {
  hurried_.store(true, std::memory_order_release);
  // Unlike news, which a lock orders, this flag stands alone: a plain look at `notified_` could be an old
  // one. Both sides exchange it, so either `collect` sees the hurry or it is woken again.
  if (!notified_.exchange(true, std::memory_order_acq_rel)) wake_();
}

void accumulator::collect(news& into) {
  into.opened.clear();
  into.filled.clear();
  into.topics.clear();
  notified_.exchange(false, std::memory_order_acq_rel);
  into.hurried = hurried_.exchange(false, std::memory_order_acq_rel);
  std::lock_guard guard{news_lock_};
  std::swap(into.opened, news_.opened);
  std::swap(into.filled, news_.filled);
  std::swap(into.topics, news_.topics);
}

bool accumulator::has(partition_slot& slot, std::uint64_t open_up_to) {
  std::lock_guard guard{slot.lock};
  return !slot.closed.empty() || (slot.open && slot.open->serial <= open_up_to);
}

batch_ptr accumulator::take(partition_slot& slot, std::uint64_t open_up_to) {
  std::lock_guard guard{slot.lock};
  batch_ptr taken;
  if (!slot.closed.empty()) {
    taken = std::move(slot.closed.front());
    slot.closed.pop_front();
  } else if (slot.open && slot.open->serial <= open_up_to) {
    slot.last_size = std::max(slot.open->builder.size(), slot.last_size / 2);
    taken = std::move(slot.open);
  } else {
    return nullptr;
  }
  taken->count = taken->builder.count();
  return taken;
}

}  // namespace kwire::core
