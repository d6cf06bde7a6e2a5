#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "wire/defaults.hpp"
#include "wire/json_writer.hpp"
#include "wire/scalars.hpp"

namespace kwire::protocol {
namespace {

class printer final : public visitor {
 public:
  printer(std::int16_t version, bool flexible, json_options options)
      : out_(options.indentation()),
        version_(version),
        flexible_(flexible),
        secrets_(options.shows_secrets()),
        defaults_(options.shows_defaults()) {}

  void structure(value_ref value) {
    out_.begin_object();
    value.type->describe(value.at, *this);
    out_.end_object();
  }
  std::string take() { return out_.take(); }

 private:
  void visit(std::string_view name, value_ref field, const traits& how) override {
    if (!how.exists(version_)) return;
    if (flexible_ && how.tag_number() >= 0 && !defaults_ && is_default(field, how)) return;
    if (field.type->shape == kind::optional) {
      void* target = field.type->target(field.at);
      if (target == nullptr) {
        out_.key(camel_case(name));
        return out_.null();
      }
      field = {target, field.type->inner};
    }
    const bool sized_only = field.type->shape == kind::records;
    out_.key(camel_case(name) + (sized_only ? "SizeInBytes" : ""));
    if (how.is_secret() && !secrets_) return out_.string("***");
    value(field);
  }

  void value(value_ref field) {
    switch (field.type->shape) {
      case kind::boolean: return out_.boolean(load_scalar(field) != 0);
      case kind::float64: return out_.number(as<double>(field));
      case kind::uuid: return out_.string(to_string(as<uuid>(field)));
      case kind::string: return out_.string(as<std::string>(field));
      case kind::bytes: return out_.base64(as<kwire::bytes>(field));
      case kind::records: return out_.number(static_cast<std::int64_t>(as<bytes_view>(field).size()));
      case kind::array: return array(field);
      case kind::structure: return structure(field);
      default: return out_.number(load_scalar(field));
    }
  }

  void array(value_ref field) {
    out_.begin_array();
    const auto count = field.type->count(field.at);
    for (std::size_t i = 0; i < count; ++i) value(field.element(i));
    out_.end_array();
  }

  json_writer out_;
  std::int16_t version_;
  bool flexible_;
  bool secrets_;
  bool defaults_;
};

}  // namespace

std::string to_json(message_ref message, std::int16_t version, json_options options) {
  printer visitor{version, message.info->is_flexible(version), options};
  visitor.structure(message.value);
  return visitor.take();
}

std::string camel_case(std::string_view snake_case) {
  std::string out;
  out.reserve(snake_case.size());
  bool raise = false;
  for (char c : snake_case) {
    if (c == '_') {
      raise = true;
      continue;
    }
    out += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    raise = false;
  }
  return out;
}

}  // namespace kwire::protocol
