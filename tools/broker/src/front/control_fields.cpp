#include "front/control_fields.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace kwire::embedded {
namespace {

namespace json = boost::json;

[[noreturn]] void wrong(std::string_view name, const json::value& value, const std::string& wanted) {
  throw control_mistake{"\"" + std::string{name} + "\" is " + wanted + ", not " + json::serialize(value)};
}

std::string listed(const std::vector<std::string_view>& names) {
  if (names.empty()) return "this takes no fields";
  std::string all = "known are";
  for (const auto name : names) all += (all.back() == 'e' ? " " : ", ") + std::string{name};
  return all;
}

}  // namespace

control_fields::control_fields(std::string_view text, const std::vector<std::string_view>& known) {
  if (text.find_first_not_of(" \t\r\n") == text.npos) return;
  boost::system::error_code failed;
  json::parse_options how;
  how.max_depth = 8;
  auto parsed = json::parse(text, failed, {}, how);
  if (failed) throw control_mistake{"the body is no JSON: " + failed.message()};
  if (!parsed.is_object()) throw control_mistake{"the body is no JSON object but " + json::serialize(parsed)};
  fields_ = std::move(parsed.get_object());
  for (const auto& field : fields_) {
    if (std::ranges::find(known, std::string_view{field.key()}) != known.end()) continue;
    throw control_mistake{"there is no field \"" + std::string{field.key()} + "\"; " + listed(known)};
  }
}

const json::value* control_fields::find(std::string_view name) const {
  const auto* found = fields_.if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string> control_fields::text(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) wrong(name, *value, "a string");
  return std::string{value->get_string()};
}

std::optional<std::int64_t> control_fields::number(std::string_view name, std::int64_t least,
                                                   std::int64_t most) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto* given = value->if_int64();
  if (given == nullptr || *given < least || *given > most) {
    wrong(name, *value, "a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return *given;
}

std::optional<bool> control_fields::flag(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) wrong(name, *value, "true or false");
  return value->get_bool();
}

std::vector<std::pair<std::string, std::string>> control_fields::settings(std::string_view name) const {
  std::vector<std::pair<std::string, std::string>> all;
  const auto* value = find(name);
  if (value == nullptr) return all;
  if (!value->is_object()) wrong(name, *value, "an object like {\"retention.bytes\": \"1000\"}");
  for (const auto& one : value->get_object()) {
    if (one.value().is_structured() || one.value().is_null()) wrong(one.key(), one.value(), "a plain value");
    all.emplace_back(one.key(), one.value().is_string() ? std::string{one.value().get_string()}
                                                        : json::serialize(one.value()));
  }
  return all;
}

}  // namespace kwire::embedded
