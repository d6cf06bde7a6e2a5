#include "wire/defaults.hpp"

#include "wire/scalars.hpp"

namespace kwire::protocol {
namespace {

class resetter final : public visitor {
  void visit(std::string_view, value_ref field, const traits& how) override { reset_field(field, how); }
};

class default_check final : public visitor {
 public:
  bool all_default = true;

 private:
  void visit(std::string_view, value_ref field, const traits& how) override {
    all_default = all_default && is_default(field, how);
  }
};

}  // namespace

void reset_field(value_ref field, const traits& how) {
  switch (field.type->shape) {
    case kind::uuid: as<uuid>(field) = {}; return;
    case kind::string: as<std::string>(field).clear(); return;
    case kind::bytes: as<kwire::bytes>(field).clear(); return;
    case kind::records: as<bytes_view>(field) = {}; return;
    case kind::array: field.type->resize(field.at, 0); return;
    case kind::optional:
      if (how.null_by_default()) {
        field.type->reset(field.at);
      } else {
        reset_field({field.type->engage(field.at), field.type->inner}, how);
      }
      return;
    case kind::structure: {
      resetter all_fields;
      field.type->describe(field.at, all_fields);
      field.type->unknown(field.at)->clear();
      return;
    }
    default: store_scalar(field, how.fallback());
  }
}

bool is_default(value_ref field, const traits& how) {
  switch (field.type->shape) {
    case kind::uuid: return as<uuid>(field).is_zero();
    case kind::string: return as<std::string>(field).empty();
    case kind::bytes: return as<kwire::bytes>(field).empty();
    case kind::records: return as<bytes_view>(field).empty();
    case kind::array: return field.type->count(field.at) == 0;
    case kind::optional: {
      void* target = field.type->target(field.at);
      if (target == nullptr || how.null_by_default()) return (target == nullptr) == how.null_by_default();
      return is_default({target, field.type->inner}, how);
    }
    case kind::structure: {
      default_check check;
      field.type->describe(field.at, check);
      return check.all_default && field.type->unknown(field.at)->empty();
    }
    default: return load_scalar(field) == how.fallback();
  }
}

}  // namespace kwire::protocol
