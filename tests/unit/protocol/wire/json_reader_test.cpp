#include <doctest/doctest.h>

#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/json_reader.hpp>

#include "dump.hpp"
#include "generator.hpp"
#include "sample.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::sample;

namespace {

std::string refusal(std::string_view text, std::int16_t version = 4) {
  sample message;
  record_sets sets;
  const auto done = from_json(ref(message), version, text, sets);
  return done.has_value() ? "accepted" : done.error().message();
}

/// The record sets of a message, in the order of its fields.
class record_collector final : public visitor {
 public:
  std::vector<std::optional<bytes_view>> found;

 private:
  void visit(std::string_view, value_ref field, const traits&) override { value(field); }
  void value(value_ref field) {
    const auto* type = field.type;
    if (type->shape == kind::optional) {
      void* target = type->target(field.at);
      if (target != nullptr) return value({target, type->inner});
      if (type->inner->shape == kind::records) found.emplace_back();
    } else if (type->shape == kind::records) {
      found.emplace_back(*static_cast<bytes_view*>(field.at));
    } else if (type->shape == kind::structure) {
      type->describe(field.at, *this);
    } else if (type->shape == kind::array) {
      for (std::size_t i = 0; i < type->count(field.at); ++i) value(field.element(i));
    }
  }
};

}  // namespace

TEST_CASE("json reader: every message at every version is read back from what the printer writes") {
  for (const auto& entry : all_messages()) {
    for (auto version = entry.info->versions.min; version <= entry.info->versions.max; ++version) {
      INFO(std::string{entry.info->name}, " version ", version);
      const auto original = entry.make();
      // Strings of JSON carry UTF-8 alone, and so do those of the generator.
      test::generate(original.ref(), version, 11);
      writer wire;
      REQUIRE(encode(original.ref(), version, wire).has_value());
      const auto printed = to_json(original.ref(), version, json_options{}.show_secrets());

      record_collector records;
      original.ref().value.type->describe(original.ref().value.at, records);
      record_sets sets{records.found};
      const auto again = entry.make();
      const auto done = from_json(again.ref(), version, printed, sets);
      REQUIRE_MESSAGE(done.has_value(), done.error().message());
      CHECK(to_json(again.ref(), version, json_options{}.show_secrets()) == printed);
      CHECK(!sets.next().has_value());
    }
  }
}

TEST_CASE("json reader: what is left out has its default, whatever was there before") {
  sample message;
  message.offset = 5;
  message.note = "old";
  message.items.resize(3);
  message.unknown.add(50, test::from_hex("00"));
  record_sets sets;
  REQUIRE(from_json(ref(message), 4, R"({"name":"n","extra":{"number":-3}})", sets).has_value());
  CHECK(message.offset == -1);
  CHECK(!message.note.has_value());
  CHECK(message.items.empty());
  CHECK(message.unknown.empty());
  CHECK(message.name == "n");
  REQUIRE(message.extra.has_value());
  CHECK(message.extra->number == -3);
}

TEST_CASE("json reader: record sets in base64, or from outside when only their size is told") {
  sample message;
  record_sets sets;
  REQUIRE(from_json(ref(message), 4, R"({"records":"AQID"})", sets).has_value());
  REQUIRE(message.records.has_value());
  CHECK(test::to_hex(*message.records) == "010203");

  const auto octets = test::from_hex("0a0b");
  const std::vector<std::optional<bytes_view>> given{octets};
  record_sets from_outside{given};
  REQUIRE(from_json(ref(message), 4, R"({"recordsSizeInBytes":2})", from_outside).has_value());
  REQUIRE(message.records.has_value());
  CHECK(test::to_hex(*message.records) == "0a0b");

  CHECK(refusal(R"({"recordsSizeInBytes":2})") ==
        "records: only the size of the record set is told; give its octets in base64 under this name");
}

TEST_CASE("json reader: numbers over their whole range, and nothing beyond") {
  sample message;
  record_sets sets;
  REQUIRE(
      from_json(ref(message), 1, R"({"port":65535,"mask":4294967295,"offset":-9223372036854775808})", sets)
          .has_value());
  CHECK(message.port == 65535);
  CHECK(message.mask == 4294967295);
  CHECK(message.offset == INT64_MIN);
  CHECK(refusal(R"({"port":65536})", 1) == "port: 65536 is not within 0 to 65535");
  CHECK(refusal(R"({"mask":-1})") == "mask: -1 is not within 0 to 4294967295");
  CHECK(
      refusal(R"({"offset":9223372036854775808})").starts_with("offset: 9223372036854775808 is not within"));
  CHECK(refusal(R"({"offset":1.5})").starts_with("offset: expected a whole number"));
}

TEST_CASE("json reader: floating point, with the values that JSON has no numbers for") {
  sample message;
  record_sets sets;
  for (auto text : {"0.1", "-2.5e-300", "7.0", "\"NaN\"", "\"Infinity\"", "\"-Infinity\""}) {
    const auto member = std::string{R"("ratio":)"} + text;
    REQUIRE(from_json(ref(message), 4, "{" + member + "}", sets).has_value());
    CHECK(to_json(message, 4).find(member + ",") != std::string::npos);
  }
  CHECK(refusal(R"({"ratio":"one"})") == R"(ratio: expected a number, found "one")");
}

TEST_CASE("json reader: a refusal names the member and what to do") {
  CHECK(refusal(R"({"items":[{"number":1},{"nmuber":2}]})") ==
        "items[1].nmuber: no such field; there are: number, text");
  CHECK(refusal(R"({"mask":1})", 0) == "mask: this field begins with version 1");
  CHECK(refusal(R"({"port":1})", 2) == "port: this field ended with version 1");
  CHECK(refusal(R"({"name":null})") == "name: null is not allowed here in this version");
  CHECK(refusal(R"({"note":null})", 0) == "note: null is not allowed here in this version");
  CHECK(refusal(R"({"name":7})") == "name: expected a string, found 7");
  CHECK(refusal(R"({"flag":1})") == "flag: expected true or false, found 1");
  CHECK(refusal(R"({"items":{}})") == "items: expected an array, found an object");
  CHECK(refusal(R"({"payload":"a"})") == R"(payload: expected octets in base64, found "a")");
  CHECK(refusal(R"({"id":"a"})") == R"(id: expected an id of 22 characters in base64url, found "a")");
  CHECK(refusal(R"({"secret":"***"})") == "secret: a masked secret; print it unmasked or fill it in");
  CHECK(refusal("[]") == "expected an object, found an array");
  CHECK(refusal("{").starts_with("not JSON at octet 1: "));
  CHECK(refusal("{} x") == "something follows the JSON value at octet 3");
  CHECK(refusal("{}", 5) == "no version 5 of SampleRequest");
}
