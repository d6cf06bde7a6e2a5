#include "records/batch_encoder.hpp"

#include <kwire/protocol/records/crc32c.hpp>

#include "records/legacy.hpp"

namespace kwire::protocol {
namespace {

void put_part(writer& to, const std::optional<bytes_view>& part) {
  to.varint(part ? static_cast<std::int64_t>(part->size()) : -1);
  if (part) to.raw(*part);
}

/// Wraps like Java's, and so does reading.
std::int64_t difference(std::int64_t a, std::int64_t b) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

void batch_encoder::add(const record_view& record) {
  ++count_;
  if (header_.magic < 2) return add_legacy(record);
  record_.clear();
  record_.fixed(record.attributes());
  record_.varint(difference(record.timestamp_ms(), header_.base_timestamp));
  record_.varint(difference(record.offset(), header_.base_offset));
  put_part(record_, record.key());
  put_part(record_, record.value());
  record_.varint(static_cast<std::int64_t>(record.headers().size()));
  for (const auto& header : record.headers()) {
    put_part(record_, as_bytes(header.key));
    put_part(record_, header.value);
  }
  body_.varint(static_cast<std::int64_t>(record_.buffer().size()));
  body_.raw(record_.buffer());
}

void batch_encoder::add_legacy(const record_view& record) {
  legacy::message message;
  message.magic = header_.magic;
  message.attributes =
      header_.compressed() ? record.attributes() : static_cast<std::int8_t>(header_.attributes);
  message.offset = record.offset();
  // Inside a wrapper of magic 1 offsets count from the first record, but where the wrapper's own is the 0 of
  // producers that did not care: there they are final.
  const bool relative = header_.magic == 1 && header_.compressed() && header_.last_offset != 0;
  if (relative) message.offset -= header_.base_offset;
  message.timestamp = record.timestamp_ms();
  message.key = record.key();
  message.value = record.value();
  legacy::append(body_.buffer(), message);
}

wire_result<void> batch_encoder::finish(compressor& with, bytes& out) {
  if (!header_.compressed()) {
    if (header_.magic == 2) {
      finish_batch(body_.buffer(), out);
    } else {
      out.insert(out.end(), body_.buffer().begin(), body_.buffer().end());
    }
    return {};
  }
  if (header_.magic < 2 && header_.compression == codec::zstd) {  // came with magic 2
    return wire_error{wire_errc::not_representable, 0, "compression"};
  }
  if (count_ == 0) {  // what compaction leaves of a batch keeps its attributes
    finish_batch({}, out);
    return {};
  }
  const auto lz4 = header_.magic == 0 ? lz4_flavor::legacy_header_checksum : lz4_flavor::standard;
  const auto packed = with.compress(header_.compression, body_.buffer(), lz4);
  if (!packed) return packed.error();
  header_.magic == 2 ? finish_batch(*packed, out) : finish_wrapper(*packed, out);
  return {};
}

void batch_encoder::finish_batch(bytes_view body, bytes& out) const {
  const auto at = out.size();
  const auto size = batch_header_size + body.size();
  out.resize(at + size);
  auto* to = out.data() + at;
  store(to + batch_at::base_offset, header_.base_offset);
  store(to + batch_at::length, static_cast<std::int32_t>(size - batch_prefix_size));
  store(to + batch_at::leader_epoch, raw(header_.leader_epoch));
  store<std::int8_t>(to + batch_at::magic, 2);
  store(to + batch_at::attributes, header_.attributes);
  store(to + batch_at::last_offset_delta,
        static_cast<std::int32_t>(header_.last_offset - header_.base_offset));
  store(to + batch_at::base_timestamp, header_.base_timestamp);
  store(to + batch_at::max_timestamp, header_.max_timestamp);
  store(to + batch_at::producer_id, raw(header_.producer_id));
  store(to + batch_at::producer_epoch, raw(header_.producer_epoch));
  store(to + batch_at::base_sequence, header_.base_sequence);
  store(to + batch_at::count, count_);
  if (!body.empty()) std::memcpy(to + batch_header_size, body.data(), body.size());
  store(to + batch_at::crc, crc32c(bytes_view{to, size}.subspan(batch_at::attributes)));
}

void batch_encoder::finish_wrapper(bytes_view body, bytes& out) const {
  legacy::message wrapper;
  wrapper.magic = header_.magic;
  wrapper.attributes = static_cast<std::int8_t>(header_.attributes);
  wrapper.offset = header_.last_offset;
  wrapper.timestamp = header_.max_timestamp;
  wrapper.value = body;
  legacy::append(out, wrapper);
}

}  // namespace kwire::protocol
