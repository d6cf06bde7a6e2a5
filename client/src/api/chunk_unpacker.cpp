#include "api/chunk_unpacker.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_reader.hpp>
#include <utility>

namespace kwire::api_detail {

aborted_filter::aborted_filter(core::fetched_chunk::aborted_list list) : list_(std::move(list)) {
  std::ranges::sort(list_, {}, [](const auto& t) { return t.first_offset; });
}

bool aborted_filter::hides(const protocol::batch_view& batch, bytes_view payload) {
  // A transaction that was aborted begins at the batch of its first offset at the latest.
  for (; next_ < list_.size() && list_[next_].first_offset <= batch.last_offset; ++next_) {
    aborting_.insert(list_[next_].producer);
  }
  if (!batch.control()) return batch.transactional() && aborting_.contains(batch.producer_id);
  for (const auto& record : protocol::records(batch, payload)) {
    const auto marker = protocol::parse_control(record);
    // An abort marker ends the aborted stretch: what the producer writes afterwards counts again.
    if (marker && marker->type == protocol::control_type::abort) aborting_.erase(batch.producer_id);
  }
  return true;
}

void chunk_unpacker::unpack(waiting_chunk& from, ready_records& into, limits& left) {
  auto& chunk = from.chunk;
  const auto keep = chunk.keep;
  ready_partition part;
  part.where = chunk.where;
  part.first = into.batches.size();
  part.position = chunk.from;
  part.high_watermark = chunk.high_watermark;
  part.last_stable = chunk.last_stable;
  part.log_start = chunk.log_start;

  const auto all = chunk.records;
  std::size_t used = 0;
  protocol::record_set set{all};
  for (const auto& batch : set) {
    const auto before = into.batches.size();
    if (auto fault = unpack_batch(batch, from, into, left)) {
      chunk.fault = std::move(fault);
      chunk.records = {};
      break;
    }
    const bool cut =
        into.batches.size() > before && into.batches.back().until != std::numeric_limits<std::int64_t>::max();
    if (cut) {
      // The rest of this batch comes with a later call, which decompresses it again.
      chunk.from = into.batches.back().until;
      break;
    }
    used = batch.at + batch.raw.size();
    chunk.from = std::max(chunk.from, batch.next_offset());
    left.octets -= std::min(left.octets, batch.raw.size());
    if (left.octets == 0 || left.records == 0) break;
  }
  if (!chunk.fault || !chunk.records.empty()) chunk.records = all.subspan(used);
  into.cost += all.size() - chunk.records.size();
  if (chunk.records.empty() && !chunk.fault) chunk.from = std::max(chunk.from, chunk.next);
  part.count = into.batches.size() - part.first;
  part.next = chunk.from;
  if (part.count == 0) return;
  into.frames.push_back(keep);
  into.parts.push_back(std::move(part));
}

std::optional<error> chunk_unpacker::unpack_batch(const protocol::batch_view& batch, waiting_chunk& from,
                                                  ready_records& into, limits& left) {
  const auto& where = from.chunk.where;
  const auto fail = [&](errc code, const protocol::wire_error& why) {
    return error{code,
                 why.message() + "; the next batch begins at offset " + std::to_string(batch.next_offset())}
        .on(where.topic, where.partition)
        .at_offset(std::max(from.chunk.from, batch.base_offset));
  };
  // Nothing of it is wanted, so its faults are nobody's. Markers count wherever they are.
  if (batch.last_offset < from.chunk.from && !batch.control()) return std::nullopt;
  if (settings_->check_crcs) {
    if (auto sound = protocol::verify(batch); !sound) return fail(errc::corrupt_data, sound.error());
  }
  auto body = batch.body;
  if (batch.compressed()) {
    // Records of aborted transactions are not worth the work, control batches are never compressed.
    auto buffer = into.budget->take_buffer();
    const auto cap = static_cast<std::size_t>(settings_->max_decompressed_bytes);
    auto plain = protocol::payload(batch, decompressor_, cap, buffer);
    if (!plain) {
      const bool large = plain.error().code == protocol::wire_errc::too_large;
      return fail(large ? errc::batch_too_large : errc::corrupt_data, plain.error());
    }
    body = *plain;
    into.cost += body.size();
    into.budget->take(body.size());
    left.octets -= std::min(left.octets, body.size());
    into.unpacked.push_back(std::move(buffer));
  }
  const bool hidden =
      settings_->level == core::isolation::read_committed ? from.filter.hides(batch, body) : batch.control();
  if (hidden || batch.last_offset < from.chunk.from) return std::nullopt;
  ready_batch ready;
  ready.batch = batch;
  ready.payload = body;
  ready.from = from.chunk.from;
  split(ready, left, into);
  into.batches.push_back(ready);
  return std::nullopt;
}

/// Ends the batch where `max.poll.records` does. The batch's count may be wrong, so they are counted.
void chunk_unpacker::split(ready_batch& batch, limits& left, ready_records& into) {
  const auto announced = static_cast<std::size_t>(std::max(batch.batch.count, 1));
  if (left.records == std::numeric_limits<std::size_t>::max()) {
    into.records += announced;
    return;
  }
  auto records = protocol::records(batch.batch, batch.payload, batch.from);
  record_view one;
  while (left.records > 0 && records.next(one)) {
    --left.records;
    ++into.records;
  }
  if (left.records == 0 && records.next(one)) batch.until = one.offset();
}

}  // namespace kwire::api_detail
