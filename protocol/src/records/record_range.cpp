#include <kwire/protocol/records/record_range.hpp>
#include <kwire/protocol/wire/reader.hpp>

#include "legacy.hpp"

namespace kwire::protocol {

record_range::record_range(const batch_view& batch, bytes_view payload, std::int64_t from) noexcept
    : begin_(payload.data()),
      at_(payload.data()),
      end_(payload.data() + payload.size()),
      base_offset_(batch.base_offset),
      base_timestamp_(batch.base_timestamp),
      from_(from),
      last_delta_(batch.last_offset - batch.base_offset),
      left_(batch.count),
      type_(batch.timestamp_type()),
      magic_(batch.magic) {
  if (type_ == timestamp_type::log_append) {
    base_timestamp_ = batch.max_timestamp;
    timestamp_mask_ = 0;
  }
  if (magic_ >= 2) return;
  left_ = 0;
  form_ = batch.compressed() ? form::wrapper : form::message;
  base_offset_ = 0;
  last_delta_ = std::numeric_limits<std::int64_t>::max();
  if (form_ == form::wrapper) find_shift(batch.last_offset);
}

/// A wrapper carries the offset of its last message. Inside, offsets count from the first one in magic 1
/// and are final in magic 0. Some producers leave the wrapper's at 0; nothing is moved or bounded then.
void record_range::find_shift(std::int64_t wrapper_offset) noexcept {
  std::int64_t last = -1;
  bytes_view left{at_, end_};
  while (!left.empty()) {
    const auto size = legacy::whole_size(left);
    if (size == 0) break;  // iteration stops there with the error
    last = reader::load<std::int64_t>(left.data());
    left = left.subspan(size);
  }
  if (wrapper_offset == 0 && last > 0) return;
  last_delta_ = wrapper_offset;
  if (magic_ != 1 || last < 0 || last > wrapper_offset) return;
  base_offset_ = wrapper_offset - last;
  last_delta_ = last;
}

bool record_range::next_any(record_view& into) noexcept {
  if (form_ != form::batch) return next_legacy(into);
  using detail::load_varint;
  while (left_ > 0) {
    std::int64_t size = 0;
    std::int64_t timestamp = 0;
    std::int64_t delta = 0;
    std::int64_t key_size = 0;
    std::int64_t value_size = 0;
    const auto* at = load_varint(at_, end_, size);
    // Six octets: attributes, two deltas, two lengths, number of headers.
    if (at == nullptr || size < 6 || size > end_ - at) break;
    const auto* end = at + size;
    const auto attributes = static_cast<std::int8_t>(*at);
    at = load_varint(at + 1, end, timestamp);
    if (at == nullptr) break;
    at = load_varint(at, end, delta);
    if (at == nullptr || static_cast<std::uint64_t>(delta) > static_cast<std::uint64_t>(last_delta_)) break;
    const auto offset = base_offset_ + delta;
    if (offset < from_) {
      at_ = end;
      --left_;
      continue;
    }
    at = load_varint(at, end, key_size);
    if (at == nullptr || key_size < -1 || key_size > end - at) break;
    const auto* key = at;
    at = load_varint(at + (key_size > 0 ? key_size : 0), end, value_size);
    if (at == nullptr || value_size < -1 || value_size > end - at) break;
    const auto* value = at;
    at += value_size > 0 ? value_size : 0;
    const bytes_view headers{at, static_cast<std::size_t>(end - at)};
    if ((headers.size() != 1 || headers[0] != std::byte{0}) && !valid_headers(headers)) break;
    into = record_view{detail::raw_record{offset, time_of(timestamp), key, headers.data(), value,
                                          static_cast<std::int32_t>(key_size),
                                          static_cast<std::int32_t>(value_size),
                                          static_cast<std::uint32_t>(headers.size()), attributes, type_}};
    at_ = end;
    --left_;
    return true;
  }
  return finish();
}

bool record_range::next_legacy(record_view& into) noexcept {
  while (at_ != end_) {
    const auto size = legacy::whole_size({at_, end_});
    legacy::message message;
    if (size == 0 || legacy::parse({at_, size}, message) != wire_errc{}) return fail(wire_errc::bad_record);
    // A wrapper inside a wrapper has never been legal, and would be a way to make work out of nothing.
    const bool nested = form_ == form::wrapper && (message.attributes & legacy::codec_mask) != 0;
    if (nested) return fail(wire_errc::too_deep);
    if (message.magic != magic_ || message.offset < 0 || message.offset > last_delta_) {
      return fail(wire_errc::bad_record);
    }
    at_ += size;
    const auto offset = base_offset_ + message.offset;
    if (offset < from_) continue;
    const auto time = type_ == timestamp_type::log_append ? base_timestamp_ : message.timestamp;
    into = record_view{offset, time, type_, message.attributes, message.key, message.value};
    return true;
  }
  return begin_ == end_ && error_ == wire_errc{} ? fail(wire_errc::bad_record) : false;
}

bool record_range::finish() noexcept {
  const bool complete = left_ == 0 && at_ == end_;
  return complete ? false : fail(wire_errc::bad_record);
}

bool record_range::fail(wire_errc code) noexcept {
  error_ = code;
  left_ = 0;
  if (form_ != form::batch) end_ = at_;
  return false;
}

bool record_range::valid_headers(bytes_view encoded) noexcept {
  using detail::load_varint;
  if (encoded.empty()) return false;
  const auto* end = encoded.data() + encoded.size();
  std::int64_t count = 0;
  const auto* at = load_varint(encoded.data(), end, count);
  if (at == nullptr || count < 0 || count > (end - at) / 2) return false;
  for (; count > 0; --count) {
    std::int64_t size = 0;
    at = load_varint(at, end, size);
    if (at == nullptr || size < 0 || size > end - at) return false;
    at = load_varint(at + size, end, size);
    if (at == nullptr || size < -1 || size > end - at) return false;
    at += size < 0 ? 0 : size;
  }
  return at == end;
}

}  // namespace kwire::protocol
