#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/message_set.hpp>

#include "legacy.hpp"

namespace kwire::protocol {
namespace {

wire_error unfit(const char* path) { return {wire_errc::not_representable, 0, path}; }

/// What the batch says that an old format cannot.
wire_result<void> check(const batch_view& batch, std::int8_t magic, codec type) {
  if (magic != 0 && magic != 1) return unfit("magic");
  if (type == codec::zstd) return unfit("compression");
  if (batch.producer_id != no_producer_id || batch.transactional()) return unfit("producer_id");
  if (batch.control()) return unfit("control");
  return {};
}

wire_result<void> put_messages(const batch_view& batch, bytes_view payload, std::int8_t magic,
                               std::int64_t shift, std::int64_t& last, bytes& out) {
  // Offsets that do not rise would be refused, or counted wrongly, by whoever reads the old format.
  if (auto sound = validate(batch, payload); !sound) return sound;
  auto range = records(batch, payload);
  for (record_view record; range.next(record);) {
    if (!record.headers().empty()) return unfit("headers");
    legacy::message message;
    message.magic = magic;
    message.offset = record.offset() - shift;
    message.timestamp = record.timestamp_ms();
    message.key = record.key();
    message.value = record.value();
    const bool appended = magic == 1 && record.timestamp_type() == timestamp_type::log_append;
    message.attributes = appended ? legacy::log_append : std::int8_t{0};
    legacy::append(out, message);
    last = record.offset();
  }
  if (range.error()) return range.error_info();
  return {};
}

wire_result<void> convert(const batch_view& batch, bytes_view payload, std::int8_t magic, compression how,
                          compressor& packer, bytes& out) {
  auto last = batch.last_offset;
  if (how.type == codec::none || batch.count == 0) return put_messages(batch, payload, magic, 0, last, out);
  bytes inner;
  const auto shift = magic == 1 ? batch.base_offset : 0;
  if (auto result = put_messages(batch, payload, magic, shift, last, inner); !result) return result;
  const auto lz4 = magic == 0 ? lz4_flavor::legacy_header_checksum : lz4_flavor::standard;
  const auto packed = packer.compress(how, inner, lz4);
  if (!packed) return packed.error();
  legacy::message wrapper;
  wrapper.magic = magic;
  wrapper.offset = last;  // of the last record that is left: readers count back from there
  wrapper.timestamp = batch.max_timestamp;
  wrapper.attributes = static_cast<std::int8_t>(how.type);
  wrapper.value = *packed;
  if (magic == 1 && batch.timestamp_type() == timestamp_type::log_append) {
    wrapper.attributes = static_cast<std::int8_t>(wrapper.attributes | legacy::log_append);
  }
  legacy::append(out, wrapper);
  return {};
}

}  // namespace

wire_result<void> down_convert(bytes_view batch, std::int8_t magic, compression how, compressor& packer,
                               decompressor& unpacker, std::size_t cap, bytes& out) {
  record_set set{batch};
  const auto first = set.begin();
  if (set.error()) return set.error_info();
  if (first == set.end() || first->raw.size() != batch.size()) return wire_error{wire_errc::truncated};
  if (first->magic != 2) return unfit("magic");
  if (auto fits = check(*first, magic, how.type); !fits) return fits;
  bytes storage;
  const auto content = payload(*first, unpacker, cap, storage);
  if (!content) return content.error();
  const auto before = out.size();
  auto result = convert(*first, *content, magic, how, packer, out);
  if (!result) out.resize(before);
  return result;
}

}  // namespace kwire::protocol
