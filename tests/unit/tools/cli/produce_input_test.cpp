#include "produce_input.hpp"

#include <doctest/doctest.h>

#include "commands.hpp"

using namespace kwire::cli;

namespace {

produce_input input(const std::vector<std::string>& words) {
  return produce_input{parse(produce_command, words)};
}

using part = std::optional<std::string_view>;

void check(const std::optional<record_parts>& parts, part key, part value) {
  REQUIRE(parts);
  CHECK(parts->key == key);
  CHECK(parts->value == value);
}

}  // namespace

TEST_CASE("lines with and without a key, as in kcat") {
  const auto plain = input({});
  check(plain.line("a:b"), {}, "a:b");
  CHECK_FALSE(plain.line(""));
  const auto keyed = input({"-K", "::"});
  check(keyed.line("a::b::c"), "a", "b::c");
  check(keyed.line("nokey"), {}, "nokey");
  check(keyed.line("::v"), "", "v");
  check(keyed.line("k::"), "k", "");
}

TEST_CASE("-Z makes what is empty null") {
  const auto null = input({"-Z", "-K:"});
  check(null.line("k:"), "k", {});
  check(null.line(":v"), {}, "v");
  check(null.line(""), {}, {});
}

TEST_CASE("a fixed key serves records without one of their own") {
  const auto fixed = input({"-k", "all", "-K:"});
  check(fixed.line("a:b"), "a", "b");
  check(fixed.line("b"), "all", "b");
  check(fixed.whole("a:b\n"), "all", "a:b\n");
}

TEST_CASE("headers and delimiters") {
  const auto all = input({"-H", "a=1=2", "-H", "n", "-H", "e=", "-D", "\\t"});
  REQUIRE(all.headers().size() == 3);
  CHECK(all.headers()[0] == produce_input::header{"a", "1=2"});
  CHECK(all.headers()[1] == produce_input::header{"n", std::nullopt});
  CHECK(all.headers()[2] == produce_input::header{"e", ""});
  CHECK(all.delimiter() == "\t");
  CHECK_THROWS_AS(input({"-H", "=x"}), usage_error);
  CHECK_THROWS_AS(input({"-D", ""}), usage_error);
  CHECK_THROWS_AS(input({"-K", ""}), usage_error);
}
