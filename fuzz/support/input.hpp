#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <kwire/protocol/bytes.hpp>
#include <span>
#include <string_view>

namespace kwire::fuzz {

/// What a target draws its choices from: octets in front decide, and zero once there are none left.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) noexcept : rest_(std::as_bytes(std::span{data, size})) {}

  template <class Int>
  Int number() noexcept {
    Int value{};
    const auto count = std::min(sizeof value, rest_.size());
    if (count > 0) std::memcpy(&value, rest_.data(), count);
    rest_ = rest_.subspan(count);
    return value;
  }
  /// A number below `limit`, from one octet, or two where one is too few.
  std::size_t below(std::size_t limit) noexcept {
    if (limit == 0) return 0;
    return (limit <= 256 ? number<std::uint8_t>() : number<std::uint16_t>()) % limit;
  }
  bool flag() noexcept { return (number<std::uint8_t>() & 1) != 0; }

  bytes_view take(std::size_t count) noexcept {
    const auto taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  /// Octets behind a length of two.
  bytes_view piece() noexcept { return take(number<std::uint16_t>()); }
  std::string_view text() noexcept { return as_text(take(number<std::uint8_t>())); }
  bytes_view rest() const noexcept { return rest_; }
  bool empty() const noexcept { return rest_.empty(); }

 private:
  bytes_view rest_;
};

}  // namespace kwire::fuzz
