#include "raw_json.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kwire::cli;

TEST_CASE("members of an object as they are written") {
  const auto found = raw_members::of(R"( {"a" : {"b":[1,"}"]} , "c":"x\"y,", "n":-7 ,"a":null} )");
  REQUIRE(found);
  CHECK(found->find("a") == "null");
  CHECK(found->find("c") == R"("x\"y,")");
  CHECK(found->find("n") == "-7");
  CHECK_FALSE(found->has("b"));
  CHECK(raw_members::of("{}"));
}

TEST_CASE("elements of an array as they are written") {
  const auto found = raw_elements(R"(["ab", null,[1,2]])");
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  CHECK((*found)[0] == R"("ab")");
  CHECK((*found)[2] == "[1,2]");
  CHECK(raw_elements("[]")->empty());
}

TEST_CASE("what is no object or array") {
  const std::string whole = R"({"a":[1,{"b":"\\"}],"c":2})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(raw_members::of(whole.substr(0, size)));
  }
  for (const auto* text :
       {"[]", "7", "{}x", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1]", "{a:1}", "{\"a\":]}"}) {
    CAPTURE(text);
    CHECK_FALSE(raw_members::of(text));
  }
  for (const auto* text : {"", "[", "[1", "[1,", "[1,]", "[]]", "{}"}) {
    CAPTURE(text);
    CHECK_FALSE(raw_elements(text));
  }
}

TEST_CASE("strings without escapes") {
  CHECK(raw_string("\"ab\"") == "ab");
  CHECK(raw_string("\"\"") == "");
  for (const auto* text : {"", "\"", "ab", "\"a\\n\"", "7"}) CHECK_FALSE(raw_string(text));
}
