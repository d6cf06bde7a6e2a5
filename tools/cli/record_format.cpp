#include "record_format.hpp"

#include <algorithm>
#include <kwire/protocol/base64.hpp>
#include <utility>

#include "options.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

constexpr std::string_view tokens = "topkKsSRhT";

std::int64_t length_of(const std::optional<bytes_view>& octets) {
  return octets ? static_cast<std::int64_t>(octets->size()) : -1;
}

void append_big_endian(std::string& into, std::int64_t length) {
  const auto bits = static_cast<std::uint32_t>(length);
  for (const int shift : {24, 16, 8, 0}) into += static_cast<char>(bits >> shift & 0xff);
}

void append_headers(std::string& into, const header_range& headers) {
  bool first = true;
  for (const auto header : headers) {
    if (!std::exchange(first, false)) into += ',';
    into += header.key;
    into += '=';
    into += header.value ? as_text(*header.value) : "NULL";
  }
}

void append_value(std::string& into, const std::optional<bytes_view>& octets, bool base64) {
  if (!octets) {
    into += "null";
  } else if (base64) {
    into += '"';
    append_base64(into, *octets);
    into += '"';
  } else {
    append_json(into, as_text(*octets));
  }
}

}  // namespace

record_format::record_format(std::string_view pattern, std::string null_text)
    : null_text_(std::move(null_text)) {
  std::string_view left = pattern;
  std::string text;
  while (!left.empty()) {
    const auto percent = std::min(left.find('%'), left.size());
    text += unescape(left.substr(0, percent));
    left.remove_prefix(percent);
    if (left.empty()) break;
    const char token = left.size() > 1 ? left[1] : 0;
    left.remove_prefix(left.size() > 1 ? 2 : 1);
    if (token == '%') {
      text += '%';
    } else if (token != 0 && tokens.find(token) != tokens.npos) {
      if (!text.empty()) pieces_.push_back({0, std::exchange(text, {})});
      pieces_.push_back({token, {}});
    } else {
      const auto shown = token == 0 ? std::string{} : std::string{token};
      throw usage_error{"format: unknown token \"%" + shown +
                        "\"; there are %t %p %o %k %K %s %S %R %h %T and %%"};
    }
  }
  if (!text.empty()) pieces_.push_back({0, std::move(text)});
}

void record_format::append_optional(std::string& into, const std::optional<bytes_view>& octets) const {
  into += octets ? as_text(*octets) : std::string_view{null_text_};
}

void record_format::append(std::string& into, const record_origin& where, const record_view& record) const {
  for (const auto& each : pieces_) {
    switch (each.token) {
      case 't': into += where.topic; break;
      case 'p': append_number(into, raw(where.partition)); break;
      case 'o': append_number(into, record.offset()); break;
      case 'k': append_optional(into, record.key()); break;
      case 'K': append_number(into, length_of(record.key())); break;
      case 's': append_optional(into, record.value()); break;
      case 'S': append_number(into, length_of(record.value())); break;
      case 'R': append_big_endian(into, length_of(record.value())); break;
      case 'h': append_headers(into, record.headers()); break;
      case 'T': append_number(into, record.timestamp_ms()); break;
      default: into += each.text; break;
    }
  }
}

void append_envelope(std::string& into, const record_origin& where, const record_view& record, bool base64) {
  into += "{\"topic\":";
  append_json(into, where.topic);
  into += ",\"partition\":";
  append_number(into, raw(where.partition));
  into += ",\"offset\":";
  append_number(into, record.offset());
  if (record.timestamp_type() != timestamp_type::none) {
    into += record.timestamp_type() == timestamp_type::create ? ",\"tstype\":\"create\",\"ts\":"
                                                              : ",\"tstype\":\"logappend\",\"ts\":";
    append_number(into, record.timestamp_ms());
  }
  into += ",\"broker\":";
  append_number(into, raw(where.broker));
  if (!record.headers().empty()) {
    into += ",\"headers\":[";
    bool first = true;
    for (const auto header : record.headers()) {
      if (!std::exchange(first, false)) into += ',';
      append_json(into, header.key);
      into += ',';
      append_value(into, header.value, base64);
    }
    into += ']';
  }
  into += ",\"key\":";
  append_value(into, record.key(), base64);
  into += ",\"payload\":";
  append_value(into, record.value(), base64);
  into += '}';
}

}  // namespace kwire::cli
