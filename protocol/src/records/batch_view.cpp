#include <kwire/protocol/records/batch_view.hpp>
#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <kwire/protocol/wire/reader.hpp>

#include "legacy.hpp"

namespace kwire::protocol {

wire_result<void> verify(const batch_view& batch) noexcept {
  const auto actual = batch.magic >= 2 ? crc32c(batch.raw.subspan(batch_at::attributes))
                                       : crc32(batch.raw.subspan(legacy::magic_at));
  if (actual != batch.crc) return wire_error{wire_errc::bad_crc, batch.at};
  return {};
}

wire_result<bytes_view> payload(const batch_view& batch, decompressor& with, std::size_t cap, bytes& buffer) {
  if (!batch.compressed()) return batch.body;
  if (batch.magic < 2 && batch.compression == codec::zstd) {  // came with magic 2
    return wire_error{wire_errc::unknown_codec, batch.at};
  }
  const auto lz4 = batch.magic == 0 ? lz4_flavor::legacy_header_checksum : lz4_flavor::standard;
  auto result = with.decompress(batch.compression, batch.body, cap, buffer, lz4);
  if (!result) return wire_error{result.error().code, batch.at};
  return result;
}

wire_result<control_marker> parse_control(const record_view& record) noexcept {
  const auto key = record.key();
  if (!key || key->size() < 4) return wire_error{wire_errc::bad_record};
  control_marker marker;
  reader from{*key};
  marker.version = from.fixed<std::int16_t>();
  marker.type = control_type{from.fixed<std::int16_t>()};
  if (marker.version < 0) return wire_error{wire_errc::bad_record};
  // Later versions of the value may only add fields, so its first six octets are safe to read.
  if (const auto value = record.value(); marker.ends_transaction() && value && value->size() >= 6) {
    marker.coordinator_epoch = reader::load<std::int32_t>(value->data() + 2);
  }
  return marker;
}

wire_result<void> validate(const batch_view& batch, bytes_view payload) noexcept {
  auto range = records(batch, payload);
  std::int64_t previous = batch.magic >= 2 ? batch.base_offset - 1 : std::numeric_limits<std::int64_t>::min();
  std::int64_t count = 0;
  for (record_view record; range.next(record); previous = record.offset(), ++count) {
    if (record.offset() <= previous) return wire_error{wire_errc::bad_record, batch.at};
  }
  if (range.error()) return wire_error{range.error_info().code, batch.at};
  if (batch.count >= 0 && count != batch.count) return wire_error{wire_errc::bad_count, batch.at};
  return {};
}

}  // namespace kwire::protocol
