// Tests: field_names.cpp
#include "decode/lines.hpp"

#include <doctest/doctest.h>

#include "decode/field_names.hpp"

using namespace kwire;
using namespace kwire::cli;

TEST_CASE("decode lines: the offset stands in front, the depth is told by blanks") {
  std::string text;
  lines out{text};
  out.at(12, 1, "name: 3");
  out.plain(0, "more");
  CHECK(text == "      12    name: 3\n          more\n");
}

TEST_CASE("decode lines: a dump marks the place, also behind the end") {
  const std::string octets = "0123456789abcdefXYZ";
  std::string text;
  lines{text}.dump(as_bytes(octets), 17);
  CHECK(text.find("      16   58>59 5a ") != text.npos);
  CHECK(text.find("XYZ\n") != text.npos);
  text.clear();
  lines{text}.dump(as_bytes(octets), 4711);
  CHECK(text.find(" 58 59 5a>..") != text.npos);
  text.clear();
  lines{text}.dump(as_bytes(octets).first(16), 16);
  CHECK(text.find(">..") != text.npos);
}

TEST_CASE("decode lines: octets read as text when they are text, and are cut between characters") {
  CHECK(show_octets(as_bytes("plain \"text\""), 64) == R"("plain \"text\"")");
  CHECK(show_octets(as_bytes("\xff\x01"), 64) == "0xff01");
  CHECK(show_octets(as_bytes("abcdef"), 3) == R"("abc"... (6 octets))");
  CHECK(show_octets(as_bytes("a\xc3\xa4z"), 2) == R"("a"... (4 octets))");
  CHECK(show_octets({}, 3) == R"("")");
  CHECK_FALSE(is_readable(as_bytes("\xc3")));
  CHECK_FALSE(is_readable(as_bytes(std::string_view{"\0", 1})));
}

TEST_CASE("decode lines: times") {
  CHECK(show_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(show_time(1700000000123) == "2023-11-14T22:13:20.123Z");
  CHECK(show_time(-1) == "-1");
  CHECK(show_time(INT64_MAX) == std::to_string(INT64_MAX));
}

TEST_CASE("decode: numbers that stand for something") {
  CHECK(meaning_of("MetadataResponse", "error_code", 3) == "UNKNOWN_TOPIC_OR_PARTITION");
  CHECK(meaning_of("MetadataResponse", "error_code", 4711) == "UNKNOWN(4711)");
  CHECK(meaning_of("RequestHeader", "request_api_key", 18) == "ApiVersions");
  CHECK(meaning_of("ListOffsetsRequest", "timestamp", -2) == "earliest");
  CHECK(meaning_of("ListOffsetsResponse", "timestamp", 1700000000123) == "2023-11-14T22:13:20.123Z");
  CHECK(meaning_of("DescribeAclsRequest", "resource_type_filter", 2) == "TOPIC");
  CHECK(meaning_of("DescribeConfigsRequest", "resource_type", 4) == "BROKER");
  CHECK(meaning_of("FetchRequest", "max_wait_ms", 500).empty());
}
