#include "text.hpp"

#include <charconv>
#include <cstddef>

namespace kwire::cli {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

/// The number behind a backslash, moving `at` behind it: hexadecimal after x, octal after 0, else decimal.
char take_number(std::string_view text, std::size_t& at, int base) {
  unsigned value = 0;
  const auto* first = text.data() + at;
  const auto* last = text.data() + text.size();
  // Two hexadecimal digits make an octet; further ones are text.
  if (base == 16 && last - first > 2) last = first + 2;
  if (base != 16 && last - first > 3) last = first + 3;
  const auto [end, failure] = std::from_chars(first, last, value, base);
  if (failure == std::errc{}) at += static_cast<std::size_t>(end - first);
  return static_cast<char>(value);
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Octets of the UTF-8 sequence at the front; 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = octet(0);
  std::size_t length = 0;
  unsigned char low = 0x80, high = 0xbf;  // of the second octet
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  if (first == 0xe0) low = 0xa0;   // shorter forms exist
  if (first == 0xed) high = 0x9f;  // surrogates
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;  // beyond Unicode
  if (length == 0 || text.size() < length || octet(1) < low || octet(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

void append_escaped(std::string& into, char c) {
  switch (c) {
    case '"': into += "\\\""; return;
    case '\\': into += "\\\\"; return;
    case '\b': into += "\\b"; return;
    case '\f': into += "\\f"; return;
    case '\n': into += "\\n"; return;
    case '\r': into += "\\r"; return;
    case '\t': into += "\\t"; return;
    default: break;
  }
  const auto octet = static_cast<unsigned char>(c);
  into += "\\u00";
  into += hex_digits[octet >> 4];
  into += hex_digits[octet & 15];
}

}  // namespace

std::string unescape(std::string_view text) {
  std::string plain;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at++];
    if (c != '\\' || at == text.size()) {
      plain += c;
      continue;
    }
    const char what = text[at];
    if (what == 'x' && at + 1 < text.size() && is_hex(text[at + 1])) {
      plain += take_number(text, ++at, 16);
    } else if (what >= '0' && what <= '9') {
      plain += take_number(text, at, what == '0' ? 8 : 10);
    } else {
      plain += what == 'n' ? '\n' : what == 't' ? '\t' : what == 'r' ? '\r' : what;
      ++at;
    }
  }
  return plain;
}

void append_number(std::string& into, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  into.append(digits, end);
}

void append_json(std::string& into, std::string_view text) {
  into += '"';
  std::size_t plain = 0;  // start of what can be copied as it is
  std::size_t at = 0;
  while (at < text.size()) {
    const auto octet = static_cast<unsigned char>(text[at]);
    if (octet >= 0x20 && octet < 0x80 && octet != '"' && octet != '\\') {
      ++at;
      continue;
    }
    const auto length = octet < 0x80 ? 0 : sequence_length(text.substr(at));
    if (length > 0) {
      at += length;
      continue;
    }
    into.append(text, plain, at - plain);
    if (octet < 0x80) {
      append_escaped(into, text[at]);
    } else {
      into += "\xef\xbf\xbd";
    }
    plain = ++at;
  }
  into.append(text, plain);
  into += '"';
}

std::string hex(bytes_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * octets.size());
  for (const auto octet : octets) {
    text += digits[std::to_integer<unsigned>(octet) >> 4];
    text += digits[std::to_integer<unsigned>(octet) & 15];
  }
  return text;
}

}  // namespace kwire::cli
