#include "core/batch_rewrite.hpp"

#include <algorithm>
#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/wire/writer.hpp>

namespace kwire::embedded {
namespace {

using protocol::varint_size;

void put_part(protocol::writer& out, const std::optional<bytes_view>& part) {
  out.varint(part ? static_cast<std::int64_t>(part->size()) : -1);
  if (part) out.raw(*part);
}

std::size_t part_size(const std::optional<bytes_view>& part) {
  return part ? varint_size(static_cast<std::int64_t>(part->size())) + part->size() : varint_size(-1);
}

/// `base` is what times are told relative to; the difference wraps, and so does the reader's sum.
void put_record(protocol::writer& out, const record_view& record, std::int64_t base_offset,
                std::int64_t base) {
  const auto time = static_cast<std::int64_t>(static_cast<std::uint64_t>(record.timestamp_ms()) -
                                              static_cast<std::uint64_t>(base));
  const auto delta = record.offset() - base_offset;
  const auto headers = record.headers().encoded();
  const auto size = 1 + varint_size(time) + varint_size(delta) + part_size(record.key()) +
                    part_size(record.value()) + std::max<std::size_t>(headers.size(), 1);
  out.varint(static_cast<std::int64_t>(size));
  out.fixed(record.attributes());
  out.varint(time);
  out.varint(delta);
  put_part(out, record.key());
  put_part(out, record.value());
  if (headers.empty()) {
    out.varint(0);
  } else {
    out.raw(headers);
  }
}

std::int64_t newest(const protocol::batch_view& from, std::span<const record_view> kept) {
  if (kept.empty() || from.timestamp_type() == timestamp_type::log_append) return from.max_timestamp;
  return std::ranges::max(kept, {}, &record_view::timestamp_ms).timestamp_ms();
}

}  // namespace

bytes rewrite_batch(const protocol::batch_view& from, std::span<const record_view> kept,
                    std::optional<std::int64_t> horizon_ms, protocol::compressor& packer) {
  using namespace protocol::batch_flag;
  auto base = kept.empty() ? std::int64_t{-1} : kept.front().timestamp_ms();
  auto attributes = static_cast<std::int16_t>(from.attributes & ~delete_horizon);
  if (kept.empty()) attributes = static_cast<std::int16_t>(attributes & ~codec_mask);
  if (horizon_ms && !kept.empty()) {
    base = *horizon_ms;
    attributes = static_cast<std::int16_t>(attributes | delete_horizon);
  }
  protocol::writer records;
  for (const auto& record : kept) put_record(records, record, from.base_offset, base);
  bytes_view body = records.buffer();
  bytes packed;
  if (from.compressed() && !kept.empty()) {
    // The batch came in this codec, so it can go out in it; if not, plain records are as good.
    if (const auto done = packer.compress(protocol::compression{from.compression}, body, packed)) {
      body = *done;
    } else {
      attributes = static_cast<std::int16_t>(attributes & ~codec_mask);
    }
  }
  protocol::writer out;
  out.fixed(from.base_offset);
  out.fixed(
      static_cast<std::int32_t>(protocol::batch_header_size - protocol::batch_prefix_size + body.size()));
  out.fixed(raw(from.leader_epoch));
  out.fixed(std::int8_t{2});
  out.fixed(std::uint32_t{0});
  out.fixed(attributes);
  out.fixed(static_cast<std::int32_t>(from.last_offset - from.base_offset));
  out.fixed(base);
  out.fixed(newest(from, kept));
  out.fixed(raw(from.producer_id));
  out.fixed(raw(from.producer_epoch));
  out.fixed(from.base_sequence);
  out.fixed(static_cast<std::int32_t>(kept.size()));
  out.raw(body);
  auto made = std::move(out.buffer());
  protocol::store(made.data() + protocol::batch_at::crc,
                  protocol::crc32c(bytes_view{made}.subspan(protocol::batch_at::attributes)));
  return made;
}

}  // namespace kwire::embedded
