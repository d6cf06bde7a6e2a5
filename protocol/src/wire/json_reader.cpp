#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <kwire/protocol/base64.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/json_reader.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <limits>
#include <stdexcept>

#include "wire/defaults.hpp"
#include "wire/json_document.hpp"
#include "wire/path.hpp"
#include "wire/scalars.hpp"

namespace kwire::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view size_suffix = "SizeInBytes";

struct limits {
  std::int64_t least;
  std::int64_t most;
};

template <class Int>
constexpr limits limits_of() {
  return {std::numeric_limits<Int>::min(), std::numeric_limits<Int>::max()};
}

limits limits_of(kind shape) {
  switch (shape) {
    case kind::int8: return limits_of<std::int8_t>();
    case kind::int16: return limits_of<std::int16_t>();
    case kind::uint16: return limits_of<std::uint16_t>();
    case kind::int32: return limits_of<std::int32_t>();
    case kind::uint32: return limits_of<std::uint32_t>();
    default: return limits_of<std::int64_t>();
  }
}

/// A value as an error shows it: short, whatever it is.
std::string shown(const json::value& value) {
  constexpr std::size_t most = 40;
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  auto text = json::serialize(value);
  if (text.size() > most) text.replace(most, std::string::npos, "...");
  return text;
}

/// Fills one structure from one JSON object, and so on inwards.
class json_reader final : public visitor {
 public:
  json_reader(std::int16_t version, record_sets& sets) : sets_(sets), version_(version) {}

  void structure(value_ref target, const json::value& value) {
    const auto* members = value.if_object();
    if (members == nullptr) return expected("an object", value);
    const auto outer = level_;
    level_ = {members};
    target.type->describe(target.at, *this);
    target.type->unknown(target.at)->clear();
    if (ok_ && level_.used != members->size()) unknown_member(target);
    level_ = outer;
  }

  bool ok() const noexcept { return ok_; }
  json_error error() const { return error_; }

 private:
  struct level {
    const json::object* members = nullptr;
    std::size_t used = 0;
  };

  void visit(std::string_view name, value_ref field, const traits& how) override {
    if (!ok_) return;
    const auto camel = camel_case(name);
    const auto* value = level_.members->if_contains(camel);
    if (!how.exists(version_)) {
      reset_field(field, how);
      return value == nullptr ? void() : absent(camel, how);
    }
    if (!path_.push(camel)) return fail("nested too deeply");
    const bool sized =
        value == nullptr && is_records(field) && level_.members->contains(camel + std::string{size_suffix});
    if (value != nullptr || sized) ++level_.used;
    if (sized || (value != nullptr && value->is_null() && is_records(field))) {
      given_records(field, how, sized);
    } else if (value != nullptr) {
      nullable(field, how, *value);
    } else {
      reset_field(field, how);
    }
    path_.pop();
  }

  static bool is_records(value_ref field) {
    const auto* type = field.type->shape == kind::optional ? field.type->inner : field.type;
    return type->shape == kind::records;
  }

  /// The next of the given sets; without one an empty set stands for a size and null for null.
  void given_records(value_ref field, const traits& how, bool sized) {
    const auto next = sets_.next();
    const std::optional<bytes_view> content = next    ? *next
                                              : sized ? std::optional{bytes_view{}}
                                                      : std::nullopt;
    if (!next && sized) {
      return fail("only the size of the record set is told; give its octets in base64 under this name");
    }
    if (!content) return null(field, how);
    if (field.type->shape == kind::optional) field = {field.type->engage(field.at), field.type->inner};
    as<bytes_view>(field) = *content;
  }

  void null(value_ref field, const traits& how) {
    if (field.type->shape != kind::optional || !how.nullable(version_)) {
      return fail("null is not allowed here in this version");
    }
    field.type->reset(field.at);
  }

  void nullable(value_ref field, const traits& how, const json::value& value) {
    if (value.is_null()) return null(field, how);
    if (how.is_secret() && value.is_string() && value.get_string() == "***") {
      return fail("a masked secret; print it unmasked or fill it in");
    }
    if (field.type->shape == kind::optional) field = {field.type->engage(field.at), field.type->inner};
    plain(field, value);
  }

  void plain(value_ref field, const json::value& value) {
    switch (field.type->shape) {
      case kind::boolean:
        if (!value.is_bool()) return expected("true or false", value);
        return store_scalar(field, value.get_bool() ? 1 : 0);
      case kind::float64: return float64(field, value);
      case kind::structure: return structure(field, value);
      case kind::array: return array(field, value);
      case kind::uuid:
      case kind::string:
      case kind::bytes:
      case kind::records: return text(field, value);
      default: return number(field, value);
    }
  }

  void number(value_ref field, const json::value& value) {
    const auto range = limits_of(field.type->shape);
    if (!value.is_int64() && !value.is_uint64()) return expected("a whole number", value);
    const bool fits = value.is_int64() && value.get_int64() >= range.least && value.get_int64() <= range.most;
    if (!fits) {
      return fail(shown(value) + " is not within " + std::to_string(range.least) + " to " +
                  std::to_string(range.most));
    }
    store_scalar(field, value.get_int64());
  }

  void float64(value_ref field, const json::value& value) {
    using infinite = std::numeric_limits<double>;
    if (value.is_number()) {
      as<double>(field) = value.to_number<double>();
    } else if (value == "NaN") {
      as<double>(field) = infinite::quiet_NaN();
    } else if (value == "Infinity" || value == "-Infinity") {
      as<double>(field) = value == "Infinity" ? infinite::infinity() : -infinite::infinity();
    } else {
      expected("a number", value);
    }
  }

  void text(value_ref field, const json::value& value) {
    if (!value.is_string()) return expected("a string", value);
    const std::string_view content = value.get_string();
    switch (field.type->shape) {
      case kind::string: as<std::string>(field).assign(content); return;
      case kind::uuid:
        if (!parse_uuid(content, as<uuid>(field)))
          return expected("an id of 22 characters in base64url", value);
        return;
      default:
        auto octets = from_base64(content);
        if (!octets) return expected("octets in base64", value);
        if (field.type->shape == kind::bytes) {
          as<kwire::bytes>(field) = std::move(*octets);
        } else {
          as<bytes_view>(field) = sets_.keep(std::move(*octets));
        }
    }
  }

  void array(value_ref field, const json::value& value) {
    const auto* elements = value.if_array();
    if (elements == nullptr) return expected("an array", value);
    field.type->resize(field.at, elements->size());
    for (std::size_t i = 0; i < elements->size() && ok_; ++i) {
      path_.at(i);
      plain(field.element(i), (*elements)[i]);
    }
  }

  /// A member of another version: says which.
  void absent(const std::string& name, const traits& how) {
    path_.push(name);
    if (version_ < how.first_version()) {
      fail("this field begins with version " + std::to_string(how.first_version()));
    } else {
      fail("this field ended with version " + std::to_string(how.last_version()));
    }
    path_.pop();
  }

  void unknown_member(value_ref structure);

  void expected(std::string_view what, const json::value& found) {
    fail("expected " + std::string{what} + ", found " + shown(found));
  }
  void fail(std::string problem) {
    if (!ok_) return;
    ok_ = false;
    error_ = {path_.text(), std::move(problem)};
  }

  record_sets& sets_;
  std::int16_t version_;
  bool ok_ = true;
  level level_;
  path path_;
  json_error error_;
};

/// The names that a structure's object may have at a version.
class member_names final : public visitor {
 public:
  explicit member_names(std::int16_t version) : version_(version) {}
  std::vector<std::string> names;

 private:
  void visit(std::string_view name, value_ref, const traits& how) override {
    if (how.exists(version_)) names.push_back(camel_case(name));
  }
  std::int16_t version_;
};

void json_reader::unknown_member(value_ref structure) {
  member_names known{version_};
  structure.type->describe(structure.at, known);
  std::string list;
  for (const auto& name : known.names) list += (list.empty() ? "" : ", ") + name;
  for (const auto& member : *level_.members) {
    std::string_view name = member.key();
    if (name.ends_with(size_suffix)) name.remove_suffix(size_suffix.size());
    if (std::ranges::find(known.names, name) != known.names.end()) continue;
    path_.push(member.key());
    fail("no such field; there are: " + list);
    path_.pop();
  }
}

}  // namespace

std::string json_error::message() const { return path.empty() ? problem : path + ": " + problem; }

void throw_exception_from_error(const json_error& e, const boost::source_location&) {
  throw std::runtime_error(e.message());
}

boost::system::result<void, json_error> from_json(message_ref message, std::int16_t version,
                                                  std::string_view text, record_sets& sets) {
  if (!message.info->versions.contains(version)) {
    return json_error{"", "no version " + std::to_string(version) + " of " + std::string{message.info->name}};
  }
  const auto value = parse_json(text);
  if (!value) return value.error();
  json_reader reader{version, sets};
  reader.structure(message.value, *value);
  if (!reader.ok()) return reader.error();
  return {};
}

}  // namespace kwire::protocol
