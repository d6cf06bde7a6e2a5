#include <kwire/protocol/ids.hpp>

namespace kwire {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t text_length = 22;  // 128 bits, six a character, the last one carries two

}  // namespace

std::string to_string(const uuid& id) {
  std::string text;
  text.reserve(text_length);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (auto octet : id.octets) {
    bits = (bits << 8) | octet;
    for (held += 8; held >= 6;) {
      held -= 6;
      text += alphabet[(bits >> held) & 0x3f];
    }
  }
  text += alphabet[(bits << (6 - held)) & 0x3f];
  return text;
}

bool parse_uuid(std::string_view text, uuid& id) {
  if (text.size() != text_length) return false;
  uuid value;
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t filled = 0;
  for (char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return false;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8 && filled < value.octets.size()) {
      held -= 8;
      value.octets[filled++] = static_cast<std::uint8_t>(bits >> held);
    }
  }
  id = value;
  return true;
}

}  // namespace kwire
