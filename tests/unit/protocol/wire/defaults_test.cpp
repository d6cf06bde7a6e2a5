#include "wire/defaults.hpp"

#include <doctest/doctest.h>

#include "dump.hpp"
#include "generator.hpp"
#include "sample.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::sample;

TEST_CASE("defaults: resetting a filled message gives the untouched one") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sample message;
    test::generate(ref(message), 4, seed);
    reset_field(ref(message).value, all);
    CHECK(test::dump(ref(message)) == test::dump(ref(sample{})));
    CHECK(is_default(ref(message).value, all));
  }
}

TEST_CASE("defaults: numbers compare with the one declared") {
  std::int32_t number = 7;
  const value_ref field{&number, type_of<std::int32_t>};
  CHECK(is_default(field, all.def(7)));
  CHECK_FALSE(is_default(field, all));
  reset_field(field, all.def(-1));
  CHECK(number == -1);
}

TEST_CASE("defaults: null and empty are different") {
  std::optional<std::string> text;
  const value_ref field{&text, type_of<std::optional<std::string>>};
  CHECK(is_default(field, all.null().def_null()));
  CHECK_FALSE(is_default(field, all.null()));
  reset_field(field, all.null());
  CHECK(text == "");
  CHECK(is_default(field, all.null()));
  CHECK_FALSE(is_default(field, all.null().def_null()));
}

TEST_CASE("defaults: a structure that may be null is a value unless its default says null") {
  std::optional<sample::item> item;
  const value_ref field{&item, type_of<std::optional<sample::item>>};
  CHECK(is_default(field, all.null().def_null()));
  CHECK_FALSE(is_default(field, all.null()));
  reset_field(field, all.null());
  REQUIRE(item.has_value());
  CHECK(is_default(field, all.null()));
  item->number = 1;
  CHECK_FALSE(is_default(field, all.null()));
  reset_field(field, all.null().def_null());
  CHECK_FALSE(item.has_value());
}

TEST_CASE("defaults: a structure is default when all of it is, unknown fields included") {
  sample::item item;
  const value_ref field{&item, type_of<sample::item>};
  CHECK(is_default(field, all));
  item.text = "x";
  CHECK_FALSE(is_default(field, all));
  item.text.clear();
  item.unknown.add(3, {});
  CHECK_FALSE(is_default(field, all));
  reset_field(field, all);
  CHECK(is_default(field, all));
}
