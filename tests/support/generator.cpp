#include "generator.hpp"

#include <array>
#include <cstring>
#include <kwire/protocol/wire/visitor.hpp>
#include <random>

#include "wire/defaults.hpp"
#include "wire/scalars.hpp"

namespace kwire::test {
namespace {

using namespace kwire::protocol;

constexpr std::uint32_t first_unknown_tag = 1000;

class generator final : public visitor {
 public:
  generator(std::int16_t version, bool flexible, std::uint64_t seed)
      : random_(seed), version_(version), flexible_(flexible) {}

  void structure(value_ref value) {
    ++depth_;
    value.type->describe(value.at, *this);
    auto& unknown = *value.type->unknown(value.at);
    unknown.clear();
    if (flexible_ && one_in(4)) unknown.add(first_unknown_tag, octets(below(5)));
    if (flexible_ && one_in(8)) unknown.add(first_unknown_tag + 7, octets(below(200)));
    --depth_;
  }

 private:
  void visit(std::string_view, value_ref field, const traits& how) override {
    const bool tagged = flexible_ && how.tag_number() >= 0;
    if (!how.exists(version_) || (tagged && one_in(3))) return reset_field(field, how);
    if (field.type->shape != kind::optional) return value(field);
    if (how.nullable(version_) && one_in(5)) return field.type->reset(field.at);
    value({field.type->engage(field.at), field.type->inner});
  }

  void value(value_ref field) {
    switch (field.type->shape) {
      case kind::uuid: std::memcpy(field.at, octets(16).data(), 16); return;
      case kind::string: as<std::string>(field) = text(); return;
      case kind::bytes: as<kwire::bytes>(field) = to_bytes(octets(below(20))); return;
      case kind::records: as<bytes_view>(field) = octets(below(40)); return;
      case kind::array: return array(field);
      case kind::structure: return structure(field);
      case kind::float64: as<double>(field) = static_cast<double>(number()) / 3; return;
      default: store_scalar(field, number());
    }
  }

  void array(value_ref field) {
    const auto count = below(depth_ > 2 ? 2 : 4);
    field.type->resize(field.at, count);
    for (std::size_t i = 0; i < count; ++i) value(field.element(i));
  }

  std::int64_t number() {
    constexpr std::array<std::int64_t, 5> edges{0, 1, -1, INT64_MIN, INT64_MAX};
    const auto which = below(8);
    if (which < edges.size()) return edges[which];
    return which == 5 ? static_cast<std::int64_t>(below(300)) : static_cast<std::int64_t>(random_());
  }

  std::string text() {
    switch (below(5)) {
      case 0: return "";
      case 1: return std::string(120 + below(20), 'l');  // the length of a length changes at 127
      case 2: return "gr\xc3\xbc\xc3\x9f \"quoted\"\n";
      default: return "topic-" + std::to_string(below(1000));
    }
  }

  /// Octets that outlive the message, for record sets are views.
  bytes_view octets(std::size_t count) {
    static const auto pool = [] {
      std::array<std::byte, 4096> filled;
      std::mt19937_64 source{1};
      for (auto& octet : filled) octet = static_cast<std::byte>(source());
      return filled;
    }();
    return bytes_view{pool}.subspan(below(pool.size() - count), count);
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_in(std::size_t n) { return below(n) == 0; }

  std::mt19937_64 random_;
  std::int16_t version_;
  bool flexible_;
  int depth_ = 0;
};

}  // namespace

void generate(protocol::message_ref message, std::int16_t version, std::uint64_t seed) {
  generator filler{version, message.info->is_flexible(version), seed};
  filler.structure(message.value);
}

}  // namespace kwire::test
