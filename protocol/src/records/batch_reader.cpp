#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <limits>

#include "legacy.hpp"

namespace kwire::protocol {
namespace {

template <class Int>
Int field(bytes_view raw, std::size_t at) noexcept {
  return reader::load<Int>(raw.data() + at);
}

wire_errc read_batch(bytes_view raw, batch_view& into) noexcept {
  into.raw = raw;
  into.body = raw.subspan(batch_header_size);
  into.magic = field<std::int8_t>(raw, batch_at::magic);
  into.attributes = field<std::int16_t>(raw, batch_at::attributes);
  into.compression = static_cast<codec>(into.attributes & batch_flag::codec_mask);
  into.leader_epoch = kwire::leader_epoch{field<std::int32_t>(raw, batch_at::leader_epoch)};
  into.crc = field<std::uint32_t>(raw, batch_at::crc);
  into.base_offset = field<std::int64_t>(raw, batch_at::base_offset);
  into.base_timestamp = field<std::int64_t>(raw, batch_at::base_timestamp);
  into.max_timestamp = field<std::int64_t>(raw, batch_at::max_timestamp);
  into.producer_id = kwire::producer_id{field<std::int64_t>(raw, batch_at::producer_id)};
  into.producer_epoch = kwire::producer_epoch{field<std::int16_t>(raw, batch_at::producer_epoch)};
  into.base_sequence = field<std::int32_t>(raw, batch_at::base_sequence);
  into.count = field<std::int32_t>(raw, batch_at::count);
  const auto delta = field<std::int32_t>(raw, batch_at::last_offset_delta);
  if (into.count < 0) return wire_errc::bad_count;
  // next_offset() must not overflow either.
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (delta < 0 || into.base_offset < 0 || into.base_offset > most - 1 - delta) return wire_errc::bad_record;
  into.last_offset = into.base_offset + delta;
  return {};
}

wire_errc read_message(bytes_view raw, batch_view& into) noexcept {
  legacy::message message;
  if (const auto error = legacy::parse(raw, message); error != wire_errc{}) return error;
  if (message.offset < 0 || message.offset == std::numeric_limits<std::int64_t>::max())
    return wire_errc::bad_record;
  into.raw = raw;
  into.magic = message.magic;
  into.attributes = message.attributes;
  into.compression = static_cast<codec>(message.attributes & legacy::codec_mask);
  into.crc = field<std::uint32_t>(raw, legacy::crc_at);
  into.last_offset = message.offset;
  into.base_timestamp = message.timestamp;
  into.max_timestamp = message.timestamp;
  if (into.compressed()) {
    if (!message.value) return wire_errc::bad_record;
    into.body = *message.value;
    into.base_offset = -1;
    into.count = -1;
  } else {
    into.body = raw;
    into.base_offset = message.offset;
    into.count = 1;
  }
  return {};
}

}  // namespace

bool record_set::fail(wire_errc code, std::size_t at) noexcept {
  error_ = code;
  error_at_ = at;
  return false;
}

bool record_set::read(std::size_t at, batch_view& into) noexcept {
  const auto left = input_.subspan(at);
  cut_off_ = left.size();
  if (left.size() < batch_prefix_size) return false;
  const auto length = field<std::int32_t>(left, batch_at::length);
  if (length < static_cast<std::int32_t>(legacy::min_size(0) - legacy::prefix_size)) {
    cut_off_ = 0;
    return fail(wire_errc::bad_length, at);
  }
  if (left.size() <= batch_at::magic) return false;
  const auto magic = field<std::int8_t>(left, batch_at::magic);
  const auto size = batch_prefix_size + static_cast<std::size_t>(length);
  const bool whole = size <= left.size();
  if (magic < 0 || magic > 2) {
    cut_off_ = 0;
    return fail(wire_errc::bad_magic, at);
  }
  if (!whole) return false;
  cut_off_ = 0;
  if (size < (magic == 2 ? batch_header_size : legacy::min_size(magic)))
    return fail(wire_errc::bad_length, at);
  into = batch_view{};
  into.at = at;
  const auto raw = left.first(size);
  const auto error = magic == 2 ? read_batch(raw, into) : read_message(raw, into);
  return error == wire_errc{} || fail(error, at);
}

std::size_t record_set::first_batch_size() const noexcept {
  if (input_.size() < batch_prefix_size) return 0;
  const auto length = field<std::int32_t>(input_, batch_at::length);
  return length < 0 ? 0 : batch_prefix_size + static_cast<std::size_t>(length);
}

}  // namespace kwire::protocol
