#include <algorithm>
#include <cstdint>
#include <kwire/protocol/base64.hpp>

namespace kwire {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void append_base64(std::string& into, bytes_view octets) {
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const auto group = octets.subspan(at, std::min<std::size_t>(3, octets.size() - at));
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = (bits << 8) | (i < group.size() ? std::to_integer<std::uint32_t>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      into += i <= group.size() ? alphabet[(bits >> (18 - 6 * i)) & 0x3f] : '=';
    }
  }
}

std::optional<bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const auto padding = text.size() - (text.find_last_not_of('=') + 1);
  if (padding > 2) return std::nullopt;
  text.remove_suffix(padding);
  bytes out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<std::byte>(bits >> held));
    bits &= (1U << held) - 1;
  }
  if (bits != 0) return std::nullopt;  // octets cut off
  return out;
}

}  // namespace kwire
