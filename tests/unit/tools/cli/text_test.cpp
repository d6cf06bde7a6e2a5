#include "text.hpp"

#include <doctest/doctest.h>

using namespace kwire;
using namespace kwire::cli;

namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}

}  // namespace

TEST_CASE("escapes as in kcat") {
  CHECK(unescape("a\\nb\\tc\\rd\\\\e") == "a\nb\tc\rd\\e");
  CHECK(unescape("\\x41\\x4a1") == "AJ1");
  CHECK(unescape("\\x1") == "\x01");
  CHECK(unescape("\\65") == "A");
  CHECK(unescape("\\0") == std::string(1, '\0'));
  CHECK(unescape("\\q\\x") == "qx");
  CHECK(unescape("end\\") == "end\\");
}

TEST_CASE("JSON strings escape what they must") {
  CHECK(json("a\"b\\c/\n\t\r\b\f") == R"("a\"b\\c/\n\t\r\b\f")");
  CHECK(json(std::string_view{"\0\x1f\x7f", 3}) == "\"\\u0000\\u001F\x7f\"");
  CHECK(json("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

TEST_CASE("what is no UTF-8 becomes U+FFFD, octet by octet") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(json("\xff") == "\"" + bad + "\"");
  CHECK(json("a\xc3") == "\"a" + bad + "\"");
  CHECK(json("\xc0\x80") == "\"" + bad + bad + "\"");            // a long form of NUL
  CHECK(json("\xed\xa0\x80") == "\"" + bad + bad + bad + "\"");  // a surrogate
  CHECK(json("\xe2\x82z") == "\"" + bad + bad + "z\"");
  CHECK(json("\xf4\x90\x80\x80") == "\"" + bad + bad + bad + bad + "\"");
}

TEST_CASE("numbers of all sizes") {
  std::string out;
  append_number(out, INT64_MIN);
  append_number(out, 0);
  CHECK(out == "-92233720368547758080");
}
