#include <algorithm>
#include <kwire/protocol/wire/limits.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "wire/least_size.hpp"
#include "wire/path.hpp"

namespace kwire::protocol {
namespace {

/// An unknown tagged field takes two octets at least. Their list doubles as it grows, and holds the old
/// entries beside the new ones for a moment; the smallest tags and sizes, whose octets are fewest, end at
/// 128.
constexpr double unknown_ratio = 3 * sizeof(unknown_fields::entry) / 2.0;
/// A string that just does not fit its object takes 31 octets for 16.
constexpr double string_ratio = 2;

class worst_array final : public visitor {
 public:
  worst_array(std::int16_t version, bool flexible) : version_(version), flexible_(flexible) {
    if (flexible) worst_.ratio = unknown_ratio;
  }
  const memory_limit& worst() const noexcept { return worst_; }

 private:
  void visit(std::string_view name, value_ref field, const traits& how) override {
    if (!how.exists(version_) || !path_.push(name)) return;
    value(field.type);
    path_.pop();
  }

  void value(const type_info* type) {
    switch (type->shape) {
      case kind::string: return note(string_ratio);
      case kind::optional: return value(type->inner);
      case kind::structure: return type->describe_sample(*this);
      case kind::array: {
        const auto least = std::max<std::size_t>(1, least_size{version_, flexible_}.of(type->inner));
        note(static_cast<double>(type->inner->size) / static_cast<double>(least));
        return value(type->inner);
      }
      default: return;
    }
  }

  void note(double ratio) {
    if (ratio > worst_.ratio) worst_ = {ratio, path_.text()};
  }

  std::int16_t version_;
  bool flexible_;
  path path_;
  memory_limit worst_;
};

}  // namespace

memory_limit memory_limit_of(message_ref message, std::int16_t version) {
  worst_array visitor{version, message.info->is_flexible(version)};
  message.value.type->describe(message.value.at, visitor);
  return visitor.worst();
}

}  // namespace kwire::protocol
