#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/records/record.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <optional>

namespace kwire::protocol::legacy {

// A message of magic 0 or 1: offset, size of the rest, crc, magic, attributes, (timestamp,) key, value.
inline constexpr std::size_t crc_at = 12, magic_at = 16, attributes_at = 17, timestamp_at = 18;
inline constexpr std::size_t prefix_size = 12;
inline constexpr std::int8_t codec_mask = 0x07, log_append = 0x08;

constexpr std::size_t header_size(std::int8_t magic) noexcept { return magic == 0 ? 18 : 26; }
/// Smallest message: null key and null value.
constexpr std::size_t min_size(std::int8_t magic) noexcept { return header_size(magic) + 8; }

struct message {
  std::int64_t offset = 0;
  std::int64_t timestamp = -1;
  std::int8_t magic = 0;
  std::int8_t attributes = 0;
  bytes_view raw{};
  std::optional<bytes_view> key{};
  std::optional<bytes_view> value{};
};

/// Reads the message that `raw` is exactly; `bad_record` when the lengths inside do not add up.
wire_errc parse(bytes_view raw, message& into) noexcept;

/// Appends the message with its checksum; `raw` is not looked at.
void append(bytes& out, const message& from);

/// Octets of the message at the beginning of `in`, or 0 when its length is impossible or beyond the end.
std::size_t whole_size(bytes_view in) noexcept;

}  // namespace kwire::protocol::legacy
