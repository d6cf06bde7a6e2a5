#pragma once

#include <cstddef>
#include <cstdint>
#include <kwire/protocol/wire/writer.hpp>

namespace kwire::protocol::detail {

/// Rest of `load_varint` for what takes more than two octets.
const std::byte* load_long_varint(const std::byte* at, const std::byte* end, std::int64_t& value) noexcept;

/// Reads a zigzag varint of at most 10 octets; the position behind it, or null when it is broken or does
/// not end before `end`. One or two octets, as nearly all lengths and deltas take, stay inline.
inline const std::byte* load_varint(const std::byte* at, const std::byte* end, std::int64_t& value) noexcept {
  if (end - at < 2) [[unlikely]]
    return load_long_varint(at, end, value);
  const auto low = std::to_integer<std::uint32_t>(at[0]);
  if (low < 0x80) {
    value = static_cast<std::int64_t>(low >> 1) ^ -static_cast<std::int64_t>(low & 1);
    return at + 1;
  }
  const auto high = std::to_integer<std::uint32_t>(at[1]);
  if (high >= 0x80) return load_long_varint(at, end, value);
  const auto raw = (low & 0x7f) | high << 7;
  value = static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
  return at + 2;
}

/// Reads a varint of at most two octets, still in zigzag form; null when it has more. May touch two octets.
[[gnu::always_inline]] inline const std::byte* load_short(const std::byte* at, std::uint32_t& raw) noexcept {
  const auto low = std::to_integer<std::uint32_t>(at[0]);
  if (low < 0x80) {
    raw = low;
    return at + 1;
  }
  const auto high = std::to_integer<std::uint32_t>(at[1]);
  if (high >= 0x80) return nullptr;
  raw = (low & 0x7f) | high << 7;
  return at + 2;
}
inline std::int32_t from_zigzag(std::uint32_t raw) noexcept {
  return static_cast<std::int32_t>(raw >> 1) ^ -static_cast<std::int32_t>(raw & 1);
}

/// Writes a varint of at most two octets, given in zigzag form, without a branch; always touches two octets.
inline std::byte* put_short(std::byte* to, std::uint64_t raw) noexcept {
  const auto more = static_cast<std::uint64_t>(raw >= 0x80);
  to[0] = static_cast<std::byte>(raw | more << 7);
  to[1] = static_cast<std::byte>(raw >> 7);
  return to + 1 + more;
}

/// `varint_size`, quicker for what is short as a rule.
inline std::size_t quick_varint_size(std::int64_t value) noexcept {
  const auto raw = zigzag(value);
  if (raw < 0x80) return 1;
  return raw < 0x4000 ? 2 : uvarint_size(raw);
}

/// Writes a zigzag varint and returns the position behind it; the caller has made room (10 octets at most).
inline std::byte* put_varint(std::byte* to, std::int64_t value) noexcept {
  const auto raw = zigzag(value);
  if (raw < 0x80) [[likely]] {
    *to = static_cast<std::byte>(raw);
    return to + 1;
  }
  if (raw < 0x4000) {
    to[0] = static_cast<std::byte>(raw | 0x80);
    to[1] = static_cast<std::byte>(raw >> 7);
    return to + 2;
  }
  return store_uvarint(to, raw);
}

}  // namespace kwire::protocol::detail
