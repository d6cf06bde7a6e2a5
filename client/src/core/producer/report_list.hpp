#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <kwire/client/delivery.hpp>
#include <memory>
#include <vector>

#include "core/producer/accumulator_pool.hpp"

namespace kwire::core {

/// When a record was accepted, by a coarse clock, and what time it bears; ms since 1970.
struct record_times {
  std::int64_t created_ms = 0;
  std::int64_t accepted_ms = 0;
};

/// A report that was asked for, with the number of its record in the batch.
struct wanted_report {
  delivery_callback call;
  std::uint64_t opaque;
  std::int32_t index;
  std::int32_t created;  ///< ms after the batch's first report, see `report_times`
};
static_assert(sizeof(wanted_report) <= 56);  // it is paid for each record that wants a report

/// What is kept of a record whose outcome is told together with those of its batch.
struct brief_report {
  std::uint64_t opaque;
  std::int32_t index;
  std::int32_t created;
};
static_assert(sizeof(brief_report) <= 24);

/// The times of a batch's records, in four octets each: those lie in the report. What does not fit them is
/// here, and there is little of it: a coarse clock ticks some times while a batch is open, and records of a
/// batch are seldom weeks apart.
class report_times {
 public:
  /// The batch was opened for a record that was accepted then.
  void opened(std::int64_t accepted_ms) noexcept { opened_ms_ = accepted_ms; }
  std::int64_t opened() const noexcept { return opened_ms_; }
  /// Notes the times of a record, by ascending index; returns what its report has to keep.
  std::int32_t note(std::int32_t index, const record_times& times) {
    const auto distance = distance_of(times.created_ms);
    if (any_ && times.accepted_ms == latest_ms_ && distance > elsewhere && distance <= INT32_MAX) [[likely]] {
      return static_cast<std::int32_t>(distance);
    }
    return note_unusual(index, times);
  }
  record_times of(std::int32_t index, std::int32_t created) const;

 private:
  struct mark {
    std::int32_t index;
    std::int64_t ms;
  };
  static constexpr auto elsewhere = INT32_MIN;

  /// Wraps where the two are absurdly far apart, which is far off in any case.
  std::int64_t distance_of(std::int64_t created_ms) const noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(created_ms) -
                                     static_cast<std::uint64_t>(base_ms_));
  }
  std::int32_t note_unusual(std::int32_t index, const record_times& times);

  std::int64_t opened_ms_ = 0;
  std::int64_t base_ms_ = 0;
  std::int64_t latest_ms_ = 0;
  bool any_ = false;
  std::vector<mark> ticks_;    ///< from this record on the clock told that
  std::vector<mark> far_off_;  ///< CreateTime of records weeks away from the first
};

/// Objects in order, in buffers of the producer's pool: so `buffer.memory` bounds them, and they cost no page
/// fault a batch.
template <class T>
class block_list {
 public:
  static constexpr std::size_t first_block = 1024;  // a batch of a few records should not hold much
  static constexpr std::size_t later_block = 64 * 1024;

  block_list() = default;
  block_list(const block_list&) = delete;
  block_list& operator=(const block_list&) = delete;
  ~block_list() {
    for (auto each = begin(); auto* object = each.next();) std::destroy_at(object);
  }

  /// Makes room for one more; false when the pool has none. `held` is as in `accumulator_pool::take`.
  bool make_room(accumulator_pool& pool, std::size_t held) {
    return next_ != limit_ || add_block(pool, held);
  }
  /// There must be room.
  template <class... Parts>
  void push(Parts&&... parts) noexcept {
    ::new (static_cast<void*>(next_++)) T{std::forward<Parts>(parts)...};
  }
  bool empty() const noexcept { return blocks_.empty(); }
  std::size_t size() const noexcept {
    std::size_t count = 0;
    for (const auto& each : blocks_) count += static_cast<std::size_t>(end_of(each) - first_of(each));
    return count;
  }

  class cursor {
   public:
    /// Null at the end.
    T* next() noexcept {
      while (block_ < list_->blocks_.size()) {
        const auto& here = list_->blocks_[block_];
        if (at_ == nullptr) at_ = first_of(here);
        if (at_ != list_->end_of(here)) return at_++;
        ++block_;
        at_ = nullptr;
      }
      return nullptr;
    }

   private:
    friend class block_list;
    explicit cursor(const block_list& list) noexcept : list_(&list) {}

    const block_list* list_;
    std::size_t block_ = 0;
    T* at_ = nullptr;
  };
  cursor begin() const noexcept { return cursor{*this}; }

 private:
  using block = std::shared_ptr<batch_memory>;

  static std::size_t room_in(const batch_memory& of) noexcept { return of.capacity() / sizeof(T); }
  static T* first_of(const block& of) noexcept {
    return reinterpret_cast<T*>(of->data());  // operator new[] aligns for every ordinary type
  }
  T* end_of(const block& of) const noexcept {
    return of == blocks_.back() ? next_ : first_of(of) + room_in(*of);
  }
  bool add_block(accumulator_pool& pool, std::size_t held) {
    const auto wanted = blocks_.empty() ? first_block : std::min(later_block, blocks_.back()->capacity() * 4);
    auto memory = pool.take(wanted, held);
    if (!memory && !blocks_.empty()) memory = pool.take(first_block);
    if (!memory) return false;
    blocks_.push_back(std::move(memory));
    next_ = first_of(blocks_.back());
    limit_ = next_ + room_in(*blocks_.back());
    return true;
  }

  std::vector<block> blocks_;
  T* next_ = nullptr;   // in the last block
  T* limit_ = nullptr;  // of the last block
};

/// Who is told a record's outcome.
enum class report_kind : std::uint8_t {
  none,
  own,    ///< a callback of the record's own
  brief,  ///< who listens to all
};

/// The reports wanted of one batch, in order.
class report_list {
 public:
  static constexpr auto first_block = block_list<wanted_report>::first_block;
  static constexpr auto later_block = block_list<wanted_report>::later_block;

  /// Makes room for one more; false when the pool has none. `held` is as in `accumulator_pool::take`.
  bool make_room(accumulator_pool& pool, report_kind kind = report_kind::own, std::size_t held = 0) {
    return kind == report_kind::own ? own_.make_room(pool, held) : brief_.make_room(pool, held);
  }
  /// There must be room.
  void push(delivery_callback& call, std::uint64_t opaque, std::int32_t index,
            const record_times& when = {}) {
    own_.push(std::move(call), opaque, index, times_.note(index, when));
  }
  void push_brief(std::uint64_t opaque, std::int32_t index, const record_times& when) {
    brief_.push(opaque, index, times_.note(index, when));
  }
  bool empty() const noexcept { return own_.empty() && brief_.empty(); }
  std::size_t size() const noexcept { return own_.size() + brief_.size(); }

  const block_list<wanted_report>& own() const noexcept { return own_; }
  const block_list<brief_report>& brief() const noexcept { return brief_; }
  report_times& times() noexcept { return times_; }
  const report_times& times() const noexcept { return times_; }

  template <class Body>
  void for_each(Body body) const {
    for (auto each = own_.begin(); auto* report = each.next();) body(*report);
  }

 private:
  block_list<wanted_report> own_;
  block_list<brief_report> brief_;
  report_times times_;
};

}  // namespace kwire::core
