#include "support/values.hpp"

#include <kwire/protocol/wire/visitor.hpp>

#include "wire/scalars.hpp"

namespace kwire::fuzz {
namespace {

using namespace protocol;

class collector final : public visitor {
 public:
  explicit collector(bytes& to) : to_(to) {}

  void structure(value_ref value) {
    value.type->describe(value.at, *this);
    const auto unknown = value.type->unknown(value.at)->entries();
    number(unknown.size());
    for (const auto& entry : unknown) {
      number(entry.tag);
      octets(entry.content);
    }
  }

 private:
  void visit(std::string_view, value_ref field, const traits&) override { value(field); }

  void value(value_ref field) {
    switch (field.type->shape) {
      case kind::uuid: return octets(std::as_bytes(std::span{as<uuid>(field).octets}));
      case kind::string: return octets(as_bytes(as<std::string>(field)));
      case kind::bytes: return octets(as<kwire::bytes>(field));
      case kind::records: return octets(as<bytes_view>(field));
      case kind::structure: return structure(field);
      case kind::optional: {
        void* target = field.type->target(field.at);
        number(target != nullptr);
        if (target != nullptr) value({target, field.type->inner});
        return;
      }
      case kind::array: {
        const auto count = field.type->count(field.at);
        number(count);
        for (std::size_t i = 0; i < count; ++i) value(field.element(i));
        return;
      }
      default: number(static_cast<std::uint64_t>(load_scalar(field)));
    }
  }

  void number(std::uint64_t value) {
    const auto at = to_.size();
    to_.resize(at + sizeof value);
    std::memcpy(to_.data() + at, &value, sizeof value);
  }
  void octets(bytes_view content) {
    number(content.size());
    to_.insert(to_.end(), content.begin(), content.end());
  }

  bytes& to_;
};

}  // namespace

void append_values(message_ref message, bytes& to) {
  collector visitor{to};
  visitor.structure(message.value);
}

}  // namespace kwire::fuzz
