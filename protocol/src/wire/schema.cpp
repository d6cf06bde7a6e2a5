#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "wire/json_writer.hpp"

namespace kwire::protocol {
namespace {

std::string_view name_of(kind shape) {
  switch (shape) {
    case kind::boolean: return "bool";
    case kind::int8: return "int8";
    case kind::int16: return "int16";
    case kind::uint16: return "uint16";
    case kind::int32: return "int32";
    case kind::uint32: return "uint32";
    case kind::int64: return "int64";
    case kind::float64: return "float64";
    case kind::uuid: return "uuid";
    case kind::string: return "string";
    case kind::bytes: return "bytes";
    case kind::records: return "records";
    case kind::array: return "array";
    case kind::optional: return "optional";
    case kind::structure: return "struct";
  }
  return "";
}

/// `0-12`, `3+`, `7`.
std::string range(std::int16_t first, std::int16_t last) {
  auto text = std::to_string(first);
  if (last == never) return text + "+";
  return first == last ? text : text + "-" + std::to_string(last);
}

class dumper final : public visitor {
 public:
  explicit dumper(json_writer& out) : out_(out) {}

 private:
  void visit(std::string_view name, value_ref field, const traits& how) override {
    const auto* type = field.type;
    if (type->shape == kind::optional) type = type->inner;
    const bool many = type->shape == kind::array;
    if (many) type = type->inner;

    out_.begin_object();
    text("name", camel_case(name));
    text("type", std::string{many ? "[]" : ""} + std::string{name_of(type->shape)});
    text("versions", range(how.first_version(), how.last_version()));
    if (field.type->shape == kind::optional) {
      text("nullableVersions", range(how.first_nullable(), how.last_version()));
    }
    if (how.tag_number() >= 0) {
      out_.key("tag");
      out_.number(std::int64_t{how.tag_number()});
      text("taggedVersions", range(how.first_version(), how.last_version()));
    }
    fallback(type->shape, how);
    if (how.is_classic()) text("flexibleVersions", "none");
    flag("ignorable", how.is_ignorable());
    flag("mapKey", how.is_key());
    flag("secret", how.is_secret());
    if (type->shape == kind::structure) {
      out_.key("fields");
      out_.begin_array();
      type->describe_sample(*this);
      out_.end_array();
    }
    out_.end_object();
  }

  void fallback(kind shape, const traits& how) {
    if (how.null_by_default()) return text("default", "null");
    if (how.fallback() == 0) return;
    text("default", shape == kind::boolean ? "true" : std::to_string(how.fallback()));
  }
  void text(std::string_view key, std::string_view value) {
    out_.key(key);
    out_.string(value);
  }
  void flag(std::string_view key, bool on) {
    if (!on) return;
    out_.key(key);
    out_.boolean(true);
  }

  json_writer& out_;
};

std::string_view type_of_message(const message_info& info) {
  if (info.half.log != coordinator_log::none) {
    return info.half.which == record_half::key ? "coordinator-key" : "coordinator-value";
  }
  switch (info.way) {
    case direction::request: return "request";
    case direction::response: return "response";
    case direction::stored: return "data";
    case direction::header: return "header";
  }
  return "";
}

}  // namespace

std::string describe_schema(message_ref message, json_options options) {
  const auto& info = *message.info;
  json_writer out{options.indentation()};
  out.begin_object();
  const auto number = info.key == no_api ? info.half.type : raw(info.key);
  if (number >= 0) {
    out.key("apiKey");
    out.number(std::int64_t{number});
  }
  out.key("type");
  out.string(type_of_message(info));
  out.key("name");
  out.string(info.name);
  out.key("validVersions");
  out.string(range(info.versions.min, info.versions.max));
  out.key("flexibleVersions");
  out.string(info.flexible == never ? "none" : range(info.flexible, never));
  out.key("latestVersionUnstable");
  out.boolean(info.stable().max < info.versions.max);
  out.key("fields");
  out.begin_array();
  dumper fields{out};
  message.value.type->describe(message.value.at, fields);
  out.end_array();
  out.end_object();
  return out.take();
}

}  // namespace kwire::protocol
