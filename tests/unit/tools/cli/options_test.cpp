#include "options.hpp"

#include <doctest/doctest.h>

using namespace kwire::cli;

namespace {

constexpr option_spec options[] = {{'o', "offset", "WHERE", ""},
                                   {'K', "key-delimiter", "TEXT", ""},
                                   {'e', "exit", "", ""},
                                   {0, "base64", "", ""}};
const command_spec command{"test", "FILE...", "", "", options, nullptr, 0, 2};

arguments parsed(std::vector<std::string> words) { return parse(command, words); }

std::string refusal(std::vector<std::string> words) {
  try {
    (void)parsed(std::move(words));
  } catch (const usage_error& wrong) {
    return wrong.what();
  }
  return {};
}

}  // namespace

TEST_CASE("values attached, joined by =, or in the next word whatever it looks like") {
  CHECK(parsed({"-K:"}).value("key-delimiter") == ":");
  CHECK(parsed({"-K", ":"}).value("key-delimiter") == ":");
  CHECK(parsed({"--key-delimiter=:="}).value("key-delimiter") == ":=");
  CHECK(parsed({"--key-delimiter", "-e"}).value("key-delimiter") == "-e");
  CHECK(parsed({"-o", "-10"}).value("offset") == "-10");
  CHECK(parsed({"-o-10"}).value("offset") == "-10");
  CHECK(parsed({"--offset="}).value("offset") == "");
}

TEST_CASE("letters can be joined, options and operands mixed") {
  const auto args = parsed({"a", "-qeo", "end", "b", "-v", "-v"});
  CHECK(args.has("quiet"));
  CHECK(args.has("exit"));
  CHECK(args.value("offset") == "end");
  CHECK(args.count("verbose") == 2);
  CHECK(args.operands() == std::vector<std::string>{"a", "b"});
  CHECK(parsed({"--", "-e", "--x"}).operands() == std::vector<std::string>{"-e", "--x"});
  CHECK(parsed({"-"}).operands() == std::vector<std::string>{"-"});
}

TEST_CASE("the last of repeated values counts, all can be had") {
  const auto args = parsed({"-o", "1", "-o", "2"});
  CHECK(args.value("offset") == "2");
  CHECK(args.values("offset") == std::vector<std::string>{"1", "2"});
}

TEST_CASE("what is wrong is said, with a suggestion") {
  CHECK(refusal({"--ofset", "1"}) == "unknown option --ofset; did you mean --offset?");
  CHECK(refusal({"-w"}) == "unknown option -w");
  CHECK(refusal({"-o"}) == "-o needs a value: WHERE");
  CHECK(refusal({"--exit=1"}) == "--exit takes no value");
  CHECK(refusal({"a", "b", "c"}) == "unexpected \"c\"");
  const command_spec strict{"test", "FILE...", "", "", {}, nullptr, 1, 2};
  CHECK_THROWS_AS((void)parse(strict, {}), usage_error);
  const std::vector<std::string> help{"-h"};
  CHECK(parse(strict, help).has("help"));
}

TEST_CASE("numbers within bounds") {
  CHECK(parsed({"-m", "5"}).number("timeout", 1, 10) == 5);
  CHECK_FALSE(parsed({}).number("timeout", 1, 10));
  CHECK_THROWS_AS((void)parsed({"-m", "11"}).number("timeout", 1, 10), usage_error);
  CHECK_THROWS_AS((void)parsed({"-m", "5x"}).number("timeout", 1, 10), usage_error);
  CHECK(parse_number("-7") == -7);
  CHECK_FALSE(parse_number(""));
  CHECK_FALSE(parse_number("99999999999999999999"));
}

TEST_CASE("nearest finds a slip of the finger and nothing far off") {
  const std::string_view known[] = {"topics", "groups"};
  CHECK(nearest("topicz", known) == "topics");
  CHECK(nearest("grops", known) == "groups");
  CHECK_FALSE(nearest("xyzzy", known));
}
