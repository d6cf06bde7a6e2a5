#include "wire/json_document.hpp"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <charconv>
#include <random>

using kwire::protocol::parse_json;

TEST_CASE("json document: every kind of value") {
  const auto read =
      parse_json(R"( {"a":[1,-2,18446744073709551615,true,false,null],"b":"\u00fc\n","c":{},"d":1e2} )");
  REQUIRE(read.has_value());
  CHECK(boost::json::serialize(*read) ==
        "{\"a\":[1,-2,18446744073709551615,true,false,null],\"b\":\"\xc3\xbc\\n\",\"c\":{},\"d\":1E2}");
}

TEST_CASE("json document: floating-point numbers are exact") {
  std::mt19937_64 random{1};
  for (int i = 0; i < 20'000; ++i) {
    double value = 0;
    const auto bits = random();
    std::memcpy(&value, &bits, sizeof value);
    if (!(value - value == 0)) continue;  // NaN and infinities
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const auto read = parse_json({text, static_cast<std::size_t>(end - text)});
    REQUIRE(read.has_value());
    CHECK(read->to_number<double>() == value);
  }
}

TEST_CASE("json document: what is wrong is told with its place") {
  CHECK(parse_json("").error().message().starts_with("not JSON at octet 0: "));
  CHECK(parse_json("[1,]").error().message().starts_with("not JSON at octet 3: "));
  CHECK(parse_json("{} {}").error().message() == "something follows the JSON value at octet 3");
  CHECK(parse_json(std::string(100, '[')).has_error());
}
