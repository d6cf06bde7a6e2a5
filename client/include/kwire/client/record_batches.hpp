#pragma once

#include <cstdint>
#include <iterator>
#include <kwire/client/error.hpp>
#include <kwire/client/record.hpp>
#include <kwire/protocol/records/record.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kwire {

namespace api_detail {

/// One record batch that is ready to be read.
struct ready_batch {
  protocol::batch_view batch;
  bytes_view payload;
  std::int64_t from = 0;                                          ///< records below were not asked for
  std::int64_t until = std::numeric_limits<std::int64_t>::max();  ///< records from here on come later
};

/// A stretch of one partition within a hand-over.
struct ready_partition {
  topic_partition where;
  std::size_t first = 0;  ///< of its batches
  std::size_t count = 0;
  std::int64_t position = 0;  ///< where reading began
  std::int64_t next = 0;      ///< and where it goes on
  std::int64_t high_watermark = -1;
  std::int64_t last_stable = -1;
  std::int64_t log_start = -1;
};

struct ready_records;

}  // namespace api_detail

/// The end of a partition was reached (enable.partition.eof): `offset` is where its next record will be.
struct partition_end {
  topic_partition where;
  std::int64_t offset = -1;
};

/// Records one after the other, parsed while iterating. May be iterated several times; copies are cheap and
/// refer to the same `record_batches`, which must outlive them and the views they yield.
class consumed_range {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = record_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const record_view*;
    using reference = const record_view&;

    iterator() = default;
    const record_view& operator*() const noexcept { return current_; }
    const record_view* operator->() const noexcept { return &current_; }
    iterator& operator++() noexcept {
      // The fast path: the next record of the batch at hand.
      if (records_.next(current_) && current_.offset() < until_) [[likely]]
        return *this;
      leave_batch();
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept {
      return a.owner_ == nullptr;
    }

   private:
    friend class consumed_range;
    iterator(api_detail::ready_records& owner, std::size_t first, std::size_t last) noexcept;
    void leave_batch() noexcept;
    void enter_batch() noexcept;

    protocol::record_range records_;
    record_view current_;
    std::int64_t until_ = 0;
    api_detail::ready_records* owner_ = nullptr;
    std::size_t at_ = 0;
    std::size_t last_ = 0;
  };

  consumed_range() = default;
  consumed_range(api_detail::ready_records& owner, std::size_t first, std::size_t last) noexcept
      : owner_(&owner), first_(first), last_(last) {}

  iterator begin() const noexcept {
    return owner_ == nullptr ? iterator{} : iterator{*owner_, first_, last_};
  }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  api_detail::ready_records* owner_ = nullptr;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
};

/// What a hand-over holds of one partition. Valid as long as its `record_batches`.
class partition_records {
 public:
  partition_records(api_detail::ready_records& owner, const api_detail::ready_partition& part) noexcept
      : owner_(&owner), part_(&part) {}

  const std::string& topic() const noexcept { return part_->where.topic; }
  partition_id partition() const noexcept { return part_->where.partition; }
  const topic_partition& where() const noexcept { return part_->where; }
  consumed_range records() const noexcept { return {*owner_, part_->first, part_->first + part_->count}; }
  consumed_range::iterator begin() const noexcept { return records().begin(); }
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Where reading began and where it goes on: the offset to commit when all records are dealt with. Gaps
  /// are records that compaction or transactions took away.
  std::int64_t first_offset() const noexcept { return part_->position; }
  std::int64_t next_offset() const noexcept { return part_->next; }
  /// As of the fetch; -1 where the broker is too old to say.
  std::int64_t high_watermark() const noexcept { return part_->high_watermark; }
  std::int64_t last_stable_offset() const noexcept { return part_->last_stable; }
  std::int64_t log_start_offset() const noexcept { return part_->log_start; }

 private:
  api_detail::ready_records* owner_;
  const api_detail::ready_partition* part_;
};

/// What one `poll` hands over: records of one or more partitions, in order within each. Owns the received
/// buffers: record views are valid as long as this object, which may outlive its consumer. What it holds
/// counts against `queued.max.messages.kbytes`, so keep what you need by `to_owned`, not by hoarding these.
/// Move-only; use from one thread at a time, from any thread.
class record_batches {
 public:
  record_batches() noexcept;
  record_batches(record_batches&&) noexcept;
  record_batches& operator=(record_batches&&) noexcept;
  ~record_batches();
  explicit record_batches(std::unique_ptr<api_detail::ready_records> content) noexcept;

  /// All records, partition after partition.
  consumed_range::iterator begin() const noexcept { return all().begin(); }
  std::default_sentinel_t end() const noexcept { return {}; }
  consumed_range all() const noexcept;

  /// Partition by partition; a partition may occur more than once.
  std::vector<partition_records> partitions() const;

  /// Nothing came before the time-out. Ends do not count as records.
  bool empty() const noexcept;
  /// At most that many records: some may be older than the position or hidden by `max.poll.records`.
  std::size_t size_hint() const noexcept;
  /// Partitions whose end was reached, with `enable.partition.eof`.
  std::span<const partition_end> ends() const noexcept;
  /// What stopped the iteration early: a batch whose checksum is right and whose lengths are not. Look after
  /// iterating; the consumer's position is behind that batch.
  const std::optional<kwire::error>& error() const noexcept;

 private:
  friend class consumer;
  struct release {
    void operator()(api_detail::ready_records* content) const noexcept;
  };
  std::unique_ptr<api_detail::ready_records, release> content_;
};

/// A record with memory of its own.
class owned_record {
 public:
  owned_record() = default;
  explicit owned_record(const record_view& from);

  std::int64_t offset() const noexcept { return offset_; }
  kwire::timestamp timestamp() const noexcept { return timestamp_; }
  const std::optional<std::string>& key() const noexcept { return key_; }
  const std::optional<std::string>& value() const noexcept { return value_; }
  const std::vector<header>& headers() const noexcept { return headers_; }

 private:
  std::int64_t offset_ = -1;
  kwire::timestamp timestamp_{};
  std::optional<std::string> key_;
  std::optional<std::string> value_;
  std::vector<header> headers_;
};

/// Copies a record out of the batch it lies in.
inline owned_record to_owned(const record_view& record) { return owned_record{record}; }

}  // namespace kwire
