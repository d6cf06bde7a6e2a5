#pragma once

#include <deque>
#include <kwire/protocol/records/batch_view.hpp>
#include <optional>
#include <span>

#include "core/types.hpp"

namespace kwire::embedded {

/// The record batches of one partition, in memory. Large batches stay in the buffer of the request that
/// brought them; small ones are gathered in chunks of the log's own, so that a fetch of many of them is few
/// slices. What has been appended never changes again: slices may be read by other threads.
class partition_log {
 public:
  struct entry {
    std::int64_t base_offset;
    std::int64_t last_offset;
    std::int64_t max_timestamp;  ///< ms
    std::int32_t count;
    shared_slice batch;
  };

  struct read_result {
    std::vector<shared_slice> slices;
    std::size_t bytes = 0;
    std::int64_t end = 0;  ///< behind the last batch
  };

  /// Gives `batch` (one whole batch of magic 2, valid, base offset 0) its place: writes base offset and
  /// leader epoch into it and keeps it, by keeping `owner`. Returns the base offset.
  std::int64_t append(std::span<std::byte> batch, const protocol::batch_view& header,
                      std::shared_ptr<const void> owner, leader_epoch epoch);

  /// Gives the next `count` offsets away for nothing: the log goes on behind them and begins there if it is
  /// empty. Returns the first of them.
  std::int64_t skip(std::int64_t count);

  /// Whole batches from the one that holds `offset` on, at most `max_bytes`; with `at_least_one`, the first
  /// however large it is. `offset` lies within the log; batches that begin at `end` or later do not show.
  read_result read(std::int64_t offset, std::size_t max_bytes, bool at_least_one,
                   std::int64_t end = INT64_MAX) const;

  /// Octets from the batch that holds `offset` to `end`, counting no further than `enough`.
  std::size_t available(std::int64_t offset, std::size_t enough, std::int64_t end = INT64_MAX) const;

  /// The batches from the one that holds `offset` on.
  std::deque<entry>::const_iterator find(std::int64_t offset) const;
  const std::deque<entry>& entries() const noexcept { return entries_; }

  /// First offset that can be read, the one the next record gets, octets held.
  std::int64_t start_offset() const noexcept { return start_offset_; }
  std::int64_t end_offset() const noexcept { return end_offset_; }
  std::size_t bytes() const noexcept { return bytes_; }

  /// Moves the start to `offset` (within the log) and frees the batches that lie wholly before.
  void delete_before(std::int64_t offset);
  /// Frees the oldest batches that end before `before` while at least `limit` octets stay.
  void retain(std::size_t limit, std::int64_t before = INT64_MAX);
  /// Likewise those whose newest record is older than `oldest` (ms), always leaving one.
  void retain_since(std::int64_t oldest, std::int64_t before = INT64_MAX);
  /// A copy of `batch` that the log's own memory keeps.
  shared_slice keep(bytes_view batch);
  /// After compaction: other batches in the same order, none outside what the log covers.
  void replace(std::deque<entry> batches);
  // For recovery; all are false for what cannot be.

  /// A batch that has its offset, behind the others.
  bool put_back(const protocol::batch_view& batch);
  /// Another batch, or none, in the place of the one that begins there.
  bool swap(std::int64_t base_offset, const std::optional<protocol::batch_view>& batch);
  /// Where it begins and ends, around what it holds.
  bool reposition(std::int64_t start, std::int64_t end);
  /// Forgets the batches that reach beyond `end`, which becomes the end unless the log ends before.
  void truncate(std::int64_t end);

 private:
  shared_slice keep_small(bytes_view batch);
  void drop_front();

  std::deque<entry> entries_;
  std::int64_t start_offset_ = 0;
  std::int64_t end_offset_ = 0;
  std::size_t bytes_ = 0;
  std::shared_ptr<std::byte[]> chunk_;
  std::size_t chunk_size_ = 0;
  std::size_t chunk_used_ = 0;
};

}  // namespace kwire::embedded
