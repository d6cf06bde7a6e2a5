#include "core/partition_log.hpp"

#include <algorithm>
#include <cstring>
#include <kwire/protocol/records/batch_builder.hpp>

namespace kwire::embedded {
namespace {

// Below this a copy is cheaper than one more buffer in every later fetch.
constexpr std::size_t small_batch = 16 * 1024;
constexpr std::size_t first_chunk = 4 * 1024;
constexpr std::size_t largest_chunk = 512 * 1024;

bool continues(const shared_slice& a, const shared_slice& b) {
  return a.owner == b.owner && a.content.data() + a.content.size() == b.content.data();
}

}  // namespace

std::int64_t partition_log::append(std::span<std::byte> batch, const protocol::batch_view& header,
                                   std::shared_ptr<const void> owner, leader_epoch epoch) {
  const auto base = end_offset_;
  const auto last = base + (header.last_offset - header.base_offset);
  protocol::assign_offset(batch, base, epoch);
  auto kept = batch.size() < small_batch ? keep_small(batch) : shared_slice{std::move(owner), batch};
  entries_.push_back({base, last, header.max_timestamp, header.count, std::move(kept)});
  end_offset_ = last + 1;
  bytes_ += batch.size();
  return base;
}

std::int64_t partition_log::skip(std::int64_t count) {
  const auto base = end_offset_;
  end_offset_ += count;
  if (entries_.empty()) start_offset_ = end_offset_;
  return base;
}

shared_slice partition_log::keep_small(bytes_view batch) {
  if (chunk_size_ - chunk_used_ < batch.size()) {
    chunk_size_ = std::clamp(chunk_size_ * 4, std::max(first_chunk, batch.size()), largest_chunk);
    chunk_ = std::make_shared_for_overwrite<std::byte[]>(chunk_size_);
    chunk_used_ = 0;
  }
  auto* at = chunk_.get() + chunk_used_;
  std::memcpy(at, batch.data(), batch.size());
  chunk_used_ += batch.size();
  return {chunk_, {at, batch.size()}};
}

std::deque<partition_log::entry>::const_iterator partition_log::find(std::int64_t offset) const {
  return std::ranges::partition_point(entries_, [=](const entry& e) { return e.last_offset < offset; });
}

partition_log::read_result partition_log::read(std::int64_t offset, std::size_t max_bytes, bool at_least_one,
                                               std::int64_t end) const {
  read_result result;
  for (auto at = find(offset); at != entries_.end() && at->base_offset < end; ++at) {
    const auto size = at->batch.content.size();
    const bool fits = result.bytes + size <= max_bytes;
    if (!fits && !(at_least_one && result.bytes == 0)) break;
    result.bytes += size;
    result.end = at->last_offset + 1;
    if (!result.slices.empty() && continues(result.slices.back(), at->batch)) {
      auto& grown = result.slices.back().content;
      grown = {grown.data(), grown.size() + size};
    } else {
      result.slices.push_back(at->batch);
    }
    if (!fits) break;
  }
  return result;
}

std::size_t partition_log::available(std::int64_t offset, std::size_t enough, std::int64_t end) const {
  std::size_t sum = 0;
  for (auto at = find(offset); at != entries_.end() && at->base_offset < end && sum < enough; ++at) {
    sum += at->batch.content.size();
  }
  return sum;
}

void partition_log::drop_front() {
  bytes_ -= entries_.front().batch.content.size();
  entries_.pop_front();
}

void partition_log::delete_before(std::int64_t offset) {
  start_offset_ = std::clamp(offset, start_offset_, end_offset_);
  while (!entries_.empty() && entries_.front().last_offset < start_offset_) drop_front();
}

void partition_log::retain(std::size_t limit, std::int64_t before) {
  while (entries_.size() > 1 && bytes_ - entries_.front().batch.content.size() >= limit &&
         entries_.front().last_offset < before) {
    start_offset_ = std::max(start_offset_, entries_.front().last_offset + 1);
    drop_front();
  }
}

void partition_log::retain_since(std::int64_t oldest, std::int64_t before) {
  // A batch without a timestamp (-1) has no age.
  while (entries_.size() > 1 && entries_.front().max_timestamp >= 0 &&
         entries_.front().max_timestamp < oldest && entries_.front().last_offset < before) {
    start_offset_ = std::max(start_offset_, entries_.front().last_offset + 1);
    drop_front();
  }
}

shared_slice partition_log::keep(bytes_view batch) {
  if (batch.size() < small_batch) return keep_small(batch);
  const auto owner = std::make_shared_for_overwrite<std::byte[]>(batch.size());
  std::ranges::copy(batch, owner.get());
  return {owner, {owner.get(), batch.size()}};
}

void partition_log::replace(std::deque<entry> batches) {
  entries_ = std::move(batches);
  bytes_ = 0;
  for (const auto& one : entries_) bytes_ += one.batch.content.size();
}

bool partition_log::put_back(const protocol::batch_view& batch) {
  if (batch.base_offset < end_offset_ || batch.last_offset == INT64_MAX) return false;
  const auto kept = keep(batch.raw);
  entries_.push_back({batch.base_offset, batch.last_offset, batch.max_timestamp, batch.count, kept});
  end_offset_ = batch.last_offset + 1;
  bytes_ += batch.raw.size();
  return true;
}

bool partition_log::swap(std::int64_t base_offset, const std::optional<protocol::batch_view>& batch) {
  const auto found = std::ranges::lower_bound(entries_, base_offset, {}, &entry::base_offset);
  if (found == entries_.end() || found->base_offset != base_offset) return false;
  bytes_ -= found->batch.content.size();
  if (!batch) {
    entries_.erase(found);
    return true;
  }
  if (batch->base_offset != base_offset || batch->last_offset != found->last_offset) return false;
  *found = {base_offset, batch->last_offset, batch->max_timestamp, batch->count, keep(batch->raw)};
  bytes_ += batch->raw.size();
  return true;
}

bool partition_log::reposition(std::int64_t start, std::int64_t end) {
  if (start < 0 || end < start || end < end_offset_) return false;
  end_offset_ = end;
  delete_before(start);
  return true;
}

void partition_log::truncate(std::int64_t end) {
  // The place in a chunk is not used again: slices of what is forgotten may still be on their way out.
  while (!entries_.empty() && entries_.back().last_offset >= end) {
    end_offset_ = entries_.back().base_offset;
    bytes_ -= entries_.back().batch.content.size();
    entries_.pop_back();
  }
  end_offset_ = std::max(std::min(end_offset_, end), start_offset_);
}

}  // namespace kwire::embedded
