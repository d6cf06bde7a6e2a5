#include "produce_input.hpp"

#include "text.hpp"

namespace kwire::cli {

produce_input::produce_input(const arguments& args)
    : key_(args.value("key")), empty_is_null_(args.has("null")) {
  if (const auto text = args.value("delimiter")) delimiter_ = unescape(*text);
  if (const auto text = args.value("key-delimiter")) {
    key_delimiter_ = unescape(*text);
    if (key_delimiter_.empty()) throw usage_error{"-K: the delimiter is empty"};
  }
  if (delimiter_.empty()) throw usage_error{"-D: the delimiter is empty"};
  for (const auto& text : args.values("header")) {
    const auto equals = text.find('=');
    if (text.empty() || equals == 0) throw usage_error{"-H " + text + ": expected NAME=VALUE"};
    if (equals == text.npos) {
      headers_.emplace_back(text, std::nullopt);
    } else {
      headers_.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
  }
}

std::optional<std::string_view> produce_input::fixed_key() const {
  return key_ ? std::optional<std::string_view>{*key_} : std::nullopt;
}

std::optional<record_parts> produce_input::line(std::string_view text) const {
  if (text.empty() && !empty_is_null_) return std::nullopt;
  record_parts parts{fixed_key(), text};
  const auto at = key_delimiter_.empty() ? text.npos : text.find(key_delimiter_);
  if (at != text.npos) {
    parts.value = text.substr(at + key_delimiter_.size());
    const auto own = text.substr(0, at);
    if (!own.empty() || !empty_is_null_) parts.key = own;
  }
  if (empty_is_null_ && parts.value->empty()) parts.value.reset();
  return parts;
}

record_parts produce_input::whole(std::string_view text) const { return {fixed_key(), text}; }

}  // namespace kwire::cli
