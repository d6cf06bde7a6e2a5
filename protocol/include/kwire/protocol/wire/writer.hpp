#pragma once

#include <bit>
#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kwire::protocol {

inline constexpr std::size_t uvarint_size(std::uint64_t value) noexcept {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}
inline constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline constexpr std::size_t varint_size(std::int64_t value) noexcept { return uvarint_size(zigzag(value)); }

template <class Int>
inline void store(std::byte* to, Int value) noexcept {
  using raw = std::make_unsigned_t<Int>;
  auto bits = static_cast<raw>(value);
  if constexpr (sizeof(Int) == 2) bits = __builtin_bswap16(bits);
  if constexpr (sizeof(Int) == 4) bits = __builtin_bswap32(bits);
  if constexpr (sizeof(Int) == 8) bits = __builtin_bswap64(bits);
  std::memcpy(to, &bits, sizeof bits);
}

/// Writes an unsigned LEB128 and returns the position behind it; the caller has made room (10 octets).
inline std::byte* store_uvarint(std::byte* to, std::uint64_t value) noexcept {
  while (value >= 0x80) {
    *to++ = static_cast<std::byte>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<std::byte>(value);
  return to;
}
inline std::byte* store_varint(std::byte* to, std::int64_t value) noexcept {
  return store_uvarint(to, zigzag(value));
}

/// Bytes that belong between two octets of a message without being copied into it.
struct gather_slice {
  std::size_t at = 0;  ///< position in the copied part before which the slice goes
  bytes_view content;
};

/// Appends primitives to a growing buffer. With gathering on, record sets are noted as slices instead of
/// being copied; whoever sends the message keeps them alive until it is written.
class writer {
 public:
  writer() = default;

  void gather(bool on) noexcept { gather_ = on; }
  const bytes& buffer() const noexcept { return buffer_; }
  bytes& buffer() noexcept { return buffer_; }
  const std::vector<gather_slice>& slices() const noexcept { return slices_; }
  /// Octets of the whole message, slices included.
  std::size_t total() const noexcept { return buffer_.size() + gathered_; }

  void clear() noexcept {
    buffer_.clear();
    slices_.clear();
    gathered_ = 0;
  }

  template <class Int>
  void fixed(Int value) {
    const auto at = grow(sizeof(Int));
    store(buffer_.data() + at, value);
  }
  void float64(double value) { fixed(std::bit_cast<std::uint64_t>(value)); }
  void uvarint(std::uint64_t value) {
    std::byte scratch[10];
    raw({scratch, static_cast<std::size_t>(store_uvarint(scratch, value) - scratch)});
  }
  void varint(std::int64_t value) { uvarint(zigzag(value)); }
  void raw(bytes_view octets) { buffer_.insert(buffer_.end(), octets.begin(), octets.end()); }
  /// `count` int32 that lie at `from` in the machine's order.
  void numbers(const std::byte* from, std::size_t count) {
    const auto at = grow(count * sizeof(std::int32_t));
    auto* to = buffer_.data() + at;
    for (std::size_t i = 0; i < count; ++i) {
      std::int32_t number = 0;
      std::memcpy(&number, from + i * sizeof number, sizeof number);
      store(to + i * sizeof number, number);
    }
  }
  void id(const uuid& value) { raw({reinterpret_cast<const std::byte*>(value.octets.data()), 16}); }

  /// A record set: copied, or noted as a slice when gathering.
  void records(bytes_view octets) {
    if (!gather_) return raw(octets);
    slices_.push_back({buffer_.size(), octets});
    gathered_ += octets.size();
  }

  /// Overwrites four octets written earlier.
  void patch32(std::size_t at, std::int32_t value) noexcept { store(buffer_.data() + at, value); }

 private:
  std::size_t grow(std::size_t count) {
    const auto at = buffer_.size();
    buffer_.resize(at + count);
    return at;
  }

  bytes buffer_;
  std::vector<gather_slice> slices_;
  std::size_t gathered_ = 0;
  bool gather_ = false;
};

}  // namespace kwire::protocol
