// Whatever was decoded prints as JSON, which is JSON and gives the same message when it is read.
#include <boost/json.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/json_reader.hpp>
#include <kwire/protocol/wire/record_fields.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <vector>

#include "support/check.hpp"
#include "support/messages.hpp"
#include "support/target.hpp"
#include "wire/scalars.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

/// Whether JSON can carry a message, its record sets aside.
class survey final : public visitor {
 public:
  explicit survey(std::int16_t version) : version_(version) {}

  void structure(value_ref value) {
    lossless = lossless && value.type->unknown(value.at)->empty();
    value.type->describe(value.at, *this);
  }
  bool lossless = true;

 private:
  void visit(std::string_view, value_ref field, const traits& how) override {
    if (!how.exists(version_)) return;
    if (field.type->shape != kind::optional) return value(field);
    void* target = field.type->target(field.at);
    if (target != nullptr) value({target, field.type->inner});
  }
  void value(value_ref field) {
    switch (field.type->shape) {
      // Octets that are no UTF-8 become U+FFFD; the payloads of NaN are lost.
      case kind::string: lossless = lossless && is_plain(as<std::string>(field)); return;
      case kind::float64: lossless = lossless && as<double>(field) == as<double>(field); return;
      case kind::structure: return structure(field);
      case kind::array:
        for (std::size_t i = 0; i < field.type->count(field.at); ++i) value(field.element(i));
        return;
      default: return;
    }
  }
  static bool is_plain(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }

  std::int16_t version_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto indent = static_cast<unsigned>(in.below(4));
  const auto what = fuzz::select(in, static_cast<direction>(in.below(4)));
  const auto message = what.entry->make();
  if (!decode(message.ref(), what.version, in.rest())) return 0;
  const auto masked = to_json(message.ref(), what.version, json_options{}.indent(indent));
  boost::system::error_code bad;
  (void)boost::json::parse(masked, bad);
  fuzz::require(!bad, "what is printed is JSON", [&] { return masked; });

  survey found{what.version};
  found.structure(message.ref().value);
  const auto text = to_json(message.ref(), what.version, json_options{}.show_secrets().indent(indent));
  const auto content = record_fields(message.ref(), what.version);
  record_sets sets{content};
  const auto again = what.entry->make();
  const auto read = from_json(again.ref(), what.version, text, sets);
  fuzz::require(read.has_value(), "what is printed can be read",
                [&] { return read.error().message() + "\n" + text; });
  if (!found.lossless) return 0;
  writer first, second;
  (void)encode(message.ref(), what.version, first);
  (void)encode(again.ref(), what.version, second);
  fuzz::require(first.buffer() == second.buffer(), "JSON carries the whole message", [&] { return text; });
  return 0;
}
