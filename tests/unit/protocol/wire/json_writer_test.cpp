#include "wire/json_writer.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "dump.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

std::string as_json(std::string_view text) {
  json_writer out{0};
  out.string(text);
  return out.take();
}

/// An object with a bit of everything.
std::string document(unsigned indent) {
  json_writer out{indent};
  out.begin_object();
  out.key("a");
  out.begin_array();
  out.number(std::int64_t{INT64_MIN});
  out.boolean(true);
  out.null();
  out.begin_object();
  out.end_object();
  out.end_array();
  out.key("b");
  out.begin_object();
  out.key("c");
  out.number(0.5);
  out.end_object();
  out.key("d");
  out.begin_array();
  out.end_array();
  out.end_object();
  return out.take();
}

}  // namespace

TEST_CASE("json_writer: commas and brackets") {
  CHECK(document(0) == R"({"a":[-9223372036854775808,true,null,{}],"b":{"c":0.5},"d":[]})");
}

TEST_CASE("json_writer: indented") {
  CHECK(document(1) == R"({
 "a": [
  -9223372036854775808,
  true,
  null,
  {}
 ],
 "b": {
  "c": 0.5
 },
 "d": []
})");
}

TEST_CASE("json_writer: strings are escaped and made valid UTF-8 as Java does it") {
  CHECK(as_json("a\"b\\c\n\r\t\b\f\x01\x7f") == "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\x7f\"");
  CHECK(as_json("gr\xc3\xbc\xc3\x9f \xe2\x98\x83 \xf0\x9f\x98\x80") ==
        "\"gr\xc3\xbc\xc3\x9f \xe2\x98\x83 \xf0\x9f\x98\x80\"");
  const auto replaced = [](std::string_view text) {
    const auto json = as_json(std::string{text});
    std::size_t count = 0;
    for (std::size_t at = 0; (at = json.find("\xef\xbf\xbd", at)) != std::string::npos; at += 3) ++count;
    return count;
  };
  // Counts as new String(octets, UTF_8) gives them.
  CHECK(replaced("\x80") == 1);
  CHECK(replaced("\xc0\xaf") == 2);
  CHECK(replaced("\xc3") == 1);
  CHECK(replaced("\xe0\x80\x80") == 3);
  CHECK(replaced("\xe2\x98") == 1);
  CHECK(replaced("\xe2\x28\xa1") == 2);
  CHECK(replaced("\xed\xa0\x80") == 1);
  CHECK(replaced("\xf0\x9f\x98") == 1);
  CHECK(replaced("\xf0\x80\x80\x80") == 4);
  CHECK(replaced("\xf4\x90\x80\x80") == 4);
  CHECK(replaced("\xf5\x80") == 2);
}

TEST_CASE("json_writer: doubles stay doubles, and what JSON has no number for is text") {
  for (auto [value, text] : {std::pair{0.0, "0.0"},
                             {-0.0, "-0.0"},
                             {-61040.0, "-61040.0"},
                             {0.1, "0.1"},
                             {1e300, "1e+300"},
                             {std::numeric_limits<double>::quiet_NaN(), "\"NaN\""},
                             {std::numeric_limits<double>::infinity(), "\"Infinity\""},
                             {-std::numeric_limits<double>::infinity(), "\"-Infinity\""}}) {
    json_writer out{0};
    out.number(value);
    CHECK(out.take() == text);
  }
}

TEST_CASE("json_writer: octets in base64 with padding") {
  for (auto [hex, text] : {std::pair{"", "\"\""},
                           {"66", "\"Zg==\""},
                           {"666f", "\"Zm8=\""},
                           {"666f6f", "\"Zm9v\""},
                           {"666f6f62", "\"Zm9vYg==\""},
                           {"fbfffe", "\"+//+\""}}) {
    json_writer out{0};
    out.base64(test::from_hex(hex));
    CHECK(out.take() == text);
  }
}
