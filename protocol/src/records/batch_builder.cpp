#include <cassert>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <limits>

namespace kwire::protocol {
namespace {

constexpr std::size_t max_varint32 = 5;
constexpr std::size_t max_varint64 = 10;

std::size_t content_size(const std::optional<bytes_view>& field) noexcept {
  return field ? field->size() : 0;
}

void put_stamp(std::byte* batch, const batch_stamp& stamp, std::int16_t other_attributes) noexcept {
  auto attributes = other_attributes;
  if (stamp.transactional) attributes = static_cast<std::int16_t>(attributes | batch_flag::transactional);
  if (stamp.control) attributes = static_cast<std::int16_t>(attributes | batch_flag::control);
  store(batch + batch_at::attributes, attributes);
  store(batch + batch_at::producer_id, raw(stamp.producer_id));
  store(batch + batch_at::producer_epoch, raw(stamp.producer_epoch));
  store(batch + batch_at::base_sequence, stamp.base_sequence);
}

void put_checksum(std::span<std::byte> batch) noexcept {
  store(batch.data() + batch_at::crc, crc32c(batch.subspan(batch_at::attributes)));
}

std::int16_t attributes_of(std::span<const std::byte> batch) noexcept {
  return reader::load<std::int16_t>(batch.data() + batch_at::attributes);
}

}  // namespace

void batch_builder::open(std::byte* buffer, std::size_t capacity) noexcept {
  assert(capacity >= batch_header_size);
  assert(capacity <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  *this = batch_builder{};
  buffer_ = buffer;
  capacity_ = capacity;
  size_ = batch_header_size;
}

std::size_t batch_builder::next_size(std::int64_t timestamp, const std::optional<bytes_view>& key,
                                     const std::optional<bytes_view>& value,
                                     std::span<const header_view> headers) const noexcept {
  const auto body = body_size(delta_of(timestamp), part{key}, part{value}, headers);
  return body + varint_size(static_cast<std::int64_t>(body));
}

std::size_t batch_builder::record_bound(const std::optional<bytes_view>& key,
                                        const std::optional<bytes_view>& value,
                                        std::span<const header_view> headers) noexcept {
  // Length, attributes, timestamp and offset delta, the lengths of key and value.
  constexpr auto fixed = max_varint32 + 1 + max_varint64 + 3 * max_varint32;
  return fixed + content_size(key) + content_size(value) + (headers.empty() ? 1 : headers_size(headers));
}

bool batch_builder::append_long(std::int64_t timestamp, part key, part value,
                                std::span<const header_view> headers) noexcept {
  const auto delta = delta_of(timestamp);
  const auto body = body_size(delta, key, value, headers);
  const auto total = body + varint_size(static_cast<std::int64_t>(body));
  if (total > capacity_ - size_) return false;
  auto* to = detail::put_varint(buffer_ + size_, static_cast<std::int64_t>(body));
  *to++ = std::byte{0};  // attributes
  to = detail::put_varint(to, delta);
  to = detail::put_varint(to, next_delta_);
  to = key.put(to);
  to = value.put(to);
  if (headers.empty()) {
    *to = std::byte{0};
  } else {
    put_headers(to, headers);
  }
  note(timestamp, total);
  return true;
}

void batch_builder::skip_offsets(std::int32_t count) noexcept { next_delta_ += count; }

void batch_builder::relocate(std::byte* buffer, std::size_t capacity) noexcept {
  assert(capacity >= size_);
  std::memcpy(buffer + batch_header_size, buffer_ + batch_header_size, size_ - batch_header_size);
  buffer_ = buffer;
  capacity_ = capacity;
}

std::size_t batch_builder::headers_size(std::span<const header_view> headers) noexcept {
  auto size = varint_size(static_cast<std::int64_t>(headers.size()));
  for (const auto& header : headers) {
    size += varint_size(static_cast<std::int64_t>(header.key.size())) + header.key.size();
    size += header.value ? varint_size(static_cast<std::int64_t>(header.value->size())) : 1;
    size += content_size(header.value);
  }
  return size;
}

void batch_builder::put_headers(std::byte* to, std::span<const header_view> headers) noexcept {
  to = detail::put_varint(to, static_cast<std::int64_t>(headers.size()));
  for (const auto& header : headers) {
    to = part{as_bytes(header.key)}.put(to);
    to = part{header.value}.put(to);
  }
}

std::span<std::byte> batch_builder::seal(const batch_stamp& stamp, compression how, compressor* with) {
  auto size = size_;
  std::int16_t attributes = 0;
  if (how.type != codec::none && count_ != 0) {
    assert(with != nullptr);
    const bytes_view plain{buffer_ + batch_header_size, size_ - batch_header_size};
    // A codec that fails (out of memory) leaves the records plain, which is always right.
    if (const auto packed = with->compress(how, plain); packed && packed->size() < plain.size()) {
      std::memcpy(buffer_ + batch_header_size, packed->data(), packed->size());
      size = batch_header_size + packed->size();
      attributes = static_cast<std::int16_t>(how.type);
    }
  }
  store<std::int64_t>(buffer_ + batch_at::base_offset, 0);
  store(buffer_ + batch_at::length, static_cast<std::int32_t>(size - batch_prefix_size));
  store(buffer_ + batch_at::leader_epoch, raw(no_leader_epoch));
  store<std::int8_t>(buffer_ + batch_at::magic, 2);
  store(buffer_ + batch_at::last_offset_delta, next_delta_ == 0 ? 0 : next_delta_ - 1);
  store(buffer_ + batch_at::base_timestamp, base_timestamp_);
  store(buffer_ + batch_at::max_timestamp, max_timestamp_);
  store(buffer_ + batch_at::count, count_);
  put_stamp(buffer_, stamp, attributes);
  const std::span<std::byte> batch{buffer_, size};
  put_checksum(batch);
  *this = batch_builder{};
  return batch;
}

void restamp(std::span<std::byte> batch, const batch_stamp& stamp) noexcept {
  constexpr std::int16_t stamped = batch_flag::transactional | batch_flag::control;
  put_stamp(batch.data(), stamp, static_cast<std::int16_t>(attributes_of(batch) & ~stamped));
  put_checksum(batch);
}

void assign_offset(std::span<std::byte> batch, std::int64_t base_offset, kwire::leader_epoch epoch) noexcept {
  store(batch.data() + batch_at::base_offset, base_offset);
  store(batch.data() + batch_at::leader_epoch, raw(epoch));
}

void set_log_append_time(std::span<std::byte> batch, std::int64_t timestamp) noexcept {
  store(batch.data() + batch_at::attributes,
        static_cast<std::int16_t>(attributes_of(batch) | batch_flag::log_append));
  store(batch.data() + batch_at::max_timestamp, timestamp);
  put_checksum(batch);
}

void write_end_marker(kwire::producer_id id, kwire::producer_epoch epoch, control_type type,
                      std::int32_t coordinator_epoch, std::int64_t timestamp, bytes& out) {
  std::byte key[4]{};    // version 0, type
  std::byte value[6]{};  // version 0, coordinator epoch
  store(key + 2, raw(type));
  store(value + 2, coordinator_epoch);
  out.resize(batch_header_size + batch_builder::record_bound(bytes_view{key}, bytes_view{value}));
  batch_builder builder;
  builder.open(out.data(), out.size());
  builder.append(timestamp, bytes_view{key}, bytes_view{value});
  batch_stamp stamp{id, epoch, -1, true};
  stamp.control = true;
  out.resize(builder.seal(stamp).size());
}

}  // namespace kwire::protocol
