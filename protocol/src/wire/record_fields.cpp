#include <kwire/protocol/wire/record_fields.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "wire/scalars.hpp"

namespace kwire::protocol {
namespace {

class collector final : public visitor {
 public:
  explicit collector(std::int16_t version) : version_(version) {}

  void value(value_ref field) {
    switch (field.type->shape) {
      case kind::records: found.emplace_back(as<bytes_view>(field)); return;
      case kind::structure: field.type->describe(field.at, *this); return;
      case kind::array:
        if (!may_hold(*field.type->inner)) return;
        for (std::size_t i = 0; i < field.type->count(field.at); ++i) value(field.element(i));
        return;
      default: return;
    }
  }

  std::vector<std::optional<bytes_view>> found;

 private:
  static bool may_hold(const type_info& element) { return element.shape == kind::structure; }

  void visit(std::string_view, value_ref field, const traits& how) override {
    if (!how.exists(version_)) return;
    if (field.type->shape != kind::optional) return value(field);
    if (void* target = field.type->target(field.at); target != nullptr) {
      value({target, field.type->inner});
    } else if (field.type->inner->shape == kind::records) {
      found.emplace_back(std::nullopt);
    }
  }

  std::int16_t version_;
};

}  // namespace

std::vector<std::optional<bytes_view>> record_fields(message_ref message, std::int16_t version) {
  collector sets{version};
  sets.value(message.value);
  return std::move(sets.found);
}

}  // namespace kwire::protocol
