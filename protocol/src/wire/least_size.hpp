#pragma once

#include <kwire/protocol/wire/visitor.hpp>

#include "wire/scalars.hpp"

namespace kwire::protocol {

/// Adds up the fewest octets a structure can take at a version.
class least_size final : public visitor {
 public:
  least_size(std::int16_t version, bool flexible) noexcept : version_(version), flexible_(flexible) {}

  std::size_t of(const type_info* type) {
    switch (type->shape) {
      case kind::uuid: return 16;
      case kind::string: return flexible_ ? 1 : 2;
      case kind::bytes:
      case kind::records:
      case kind::array: return flexible_ ? 1 : 4;
      case kind::optional: return type->inner->shape == kind::structure ? 1 : of(type->inner);
      case kind::structure: return structure(type);
      default: return scalar_size(type->shape);
    }
  }

 private:
  std::size_t structure(const type_info* type) {
    least_size inner{version_, flexible_};
    type->describe_sample(inner);
    return inner.sum_ + (flexible_ ? 1 : 0);
  }
  void visit(std::string_view, value_ref field, const traits& how) override {
    if (how.exists(version_) && !(flexible_ && how.tag_number() >= 0)) sum_ += of(field.type);
  }

  std::int16_t version_;
  bool flexible_;
  std::size_t sum_ = 0;
};

}  // namespace kwire::protocol
