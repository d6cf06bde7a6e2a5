#include "wire/json_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <kwire/protocol/base64.hpp>

namespace kwire::protocol {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

/// What stands at the beginning of some text.
struct character {
  std::size_t octets;
  bool valid;
};

unsigned octet(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool continues(unsigned octet) { return (octet & 0xc0) == 0x80; }

/// Splits malformed UTF-8 the way Java's decoder does, so that both print the same number of U+FFFD.
character next_character(std::string_view text) {
  const auto lead = octet(text, 0);
  const auto second = octet(text, 1);
  if (lead < 0x80) return {1, true};
  if (lead < 0xc2 || lead > 0xf4) return {1, false};
  if (lead < 0xe0) return continues(second) ? character{2, true} : character{1, false};
  if (lead < 0xf0) {
    if (!continues(second) || (lead == 0xe0 && second < 0xa0)) return {1, false};
    if (!continues(octet(text, 2))) return {2, false};
    return {3, !(lead == 0xed && second >= 0xa0)};  // half of a surrogate pair
  }
  if (!continues(second) || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
    return {1, false};
  if (!continues(octet(text, 2))) return {2, false};
  return continues(octet(text, 3)) ? character{4, true} : character{3, false};
}

void append_escape(std::string& out, char control) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (control) {
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    default:
      out += "\\u00";
      out += digits[static_cast<unsigned char>(control) >> 4];
      out += digits[static_cast<unsigned char>(control) & 0xf];
  }
}

}  // namespace

void json_writer::key(std::string_view name) {
  element();
  quoted(name);
  out_ += indent_ > 0 ? ": " : ":";
  after_key_ = true;
}

void json_writer::string(std::string_view text) {
  element();
  quoted(text);
}

void json_writer::quoted(std::string_view text) {
  out_ += '"';
  while (!text.empty()) {
    const auto next = next_character(text);
    const char c = text.front();
    if (!next.valid) {
      out_ += replacement;
    } else if (c == '"' || c == '\\' || (c >= 0 && c < 0x20)) {
      append_escape(out_, c);
    } else {
      out_ += text.substr(0, next.octets);
    }
    text.remove_prefix(next.octets);
  }
  out_ += '"';
}

void json_writer::base64(bytes_view octets) {
  element();
  out_ += '"';
  append_base64(out_, octets);
  out_ += '"';
}

void json_writer::number(std::int64_t value) {
  element();
  out_ += std::to_string(value);
}

void json_writer::number(double value) {
  if (std::isnan(value)) return string("NaN");
  if (std::isinf(value)) return string(value > 0 ? "Infinity" : "-Infinity");
  element();
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  const std::string_view text{buffer.data(), end};
  out_ += text;
  if (text.find_first_of(".e") == text.npos) out_ += ".0";
}

void json_writer::boolean(bool value) {
  element();
  out_ += value ? "true" : "false";
}

void json_writer::null() {
  element();
  out_ += "null";
}

void json_writer::open(char bracket) {
  element();
  out_ += bracket;
  ++depth_;
  first_ = true;
}

void json_writer::close(char bracket) {
  --depth_;
  if (!first_) line_break();
  out_ += bracket;
  first_ = false;
}

void json_writer::element() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!first_) out_ += ',';
  first_ = false;
  line_break();
}

void json_writer::line_break() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(std::size_t{indent_} * depth_, ' ');
}

}  // namespace kwire::protocol
