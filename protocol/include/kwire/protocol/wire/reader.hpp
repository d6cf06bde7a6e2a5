#pragma once

#include <bit>
#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <string_view>

namespace kwire::protocol {

/// Reads primitives from a contiguous buffer. The first failure sticks: later reads give zero values and
/// do not move, so a decoder checks once at the end. Never throws, never allocates, never reads outside.
class reader {
 public:
  explicit reader(bytes_view input) noexcept
      : begin_(input.data()), cursor_(input.data()), end_(input.data() + input.size()) {}

  bool ok() const noexcept { return error_ == wire_errc{}; }
  wire_errc error() const noexcept { return error_; }
  std::size_t offset() const noexcept { return static_cast<std::size_t>(cursor_ - begin_); }
  std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - cursor_); }
  bytes_view rest() const noexcept { return {cursor_, remaining()}; }

  void fail(wire_errc code) noexcept {
    if (ok()) {
      error_ = code;
      failed_at_ = offset();
    }
  }
  std::size_t failed_at() const noexcept { return failed_at_; }

  /// Big-endian fixed-width integer.
  template <class Int>
  Int fixed() noexcept {
    if (!need(sizeof(Int))) return 0;
    Int value = load<Int>(cursor_);
    cursor_ += sizeof(Int);
    return value;
  }
  double float64() noexcept { return std::bit_cast<double>(fixed<std::uint64_t>()); }

  /// Unsigned LEB128, at most 5 octets.
  std::uint32_t uvarint() noexcept { return static_cast<std::uint32_t>(leb128(5)); }
  /// Zigzag forms, as record batches use them.
  std::int32_t varint() noexcept {
    const auto raw = static_cast<std::uint32_t>(leb128(5));
    return static_cast<std::int32_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }
  std::int64_t varlong() noexcept {
    const auto raw = leb128(10);
    return static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }

  /// `count` octets as a view, or an empty view and a failure.
  bytes_view take(std::size_t count) noexcept {
    if (!need(count)) return {};
    bytes_view view{cursor_, count};
    cursor_ += count;
    return view;
  }
  void skip(std::size_t count) noexcept { (void)take(count); }

  uuid id() noexcept {
    uuid value;
    if (auto view = take(16); view.size() == 16) std::memcpy(value.octets.data(), view.data(), 16);
    return value;
  }

  /// Limits reading to the next `count` octets; give the result to `leave` when done.
  const std::byte* enter(std::size_t count) noexcept {
    const auto* outer = end_;
    if (need(count)) end_ = cursor_ + count;
    return outer;
  }
  void leave(const std::byte* outer) noexcept { end_ = outer; }

  template <class Int>
  static Int load(const std::byte* from) noexcept {
    using raw = std::make_unsigned_t<Int>;
    raw value;
    std::memcpy(&value, from, sizeof value);
    if constexpr (sizeof(Int) == 2) value = __builtin_bswap16(value);
    if constexpr (sizeof(Int) == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof(Int) == 8) value = __builtin_bswap64(value);
    return static_cast<Int>(value);
  }

 private:
  bool need(std::size_t count) noexcept {
    if (ok() && count <= remaining()) return true;
    fail(wire_errc::truncated);
    return false;
  }

  std::uint64_t leb128(unsigned max_octets) noexcept {
    if (!ok()) return 0;
    std::uint64_t value = 0;
    const auto* at = cursor_;
    for (unsigned i = 0; i < max_octets; ++i) {
      if (at == end_) {
        fail(wire_errc::truncated);
        return 0;
      }
      const auto octet = std::to_integer<std::uint64_t>(*at++);
      const bool last = i + 1 == max_octets;
      // The last octet may only carry the bits that are left of 32 or 64.
      if (last && octet > (max_octets == 5 ? 0x0fU : 0x01U)) break;
      value |= (octet & 0x7f) << (7 * i);
      if ((octet & 0x80) == 0) {
        cursor_ = at;
        return value;
      }
    }
    fail(wire_errc::bad_varint);
    return 0;
  }

  const std::byte* begin_;
  const std::byte* cursor_;
  const std::byte* end_;
  wire_errc error_{};
  std::size_t failed_at_ = 0;
};

}  // namespace kwire::protocol
