// Tests: record_printer.cpp
#include "record_format.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "options.hpp"
#include "record_printer.hpp"

using namespace kwire;
using namespace kwire::cli;

namespace {

// Headers as a record has them: a=1, n without a value.
using namespace std::string_view_literals;
constexpr auto headers =
    "\4\2a\2"
    "1"
    "\2n\1"sv;
const record_origin origin{"orders", partition_id{3}, node_id{9}};

record_view sample() {
  return {42, 1500, timestamp_type::create, 0, as_bytes("key"), as_bytes("value"), as_bytes(headers)};
}
record_view nulls() { return {43, -1, timestamp_type::none, 0, std::nullopt, std::nullopt}; }

std::string formatted(std::string_view pattern, const record_view& record, std::string null_text = {}) {
  std::string out;
  record_format{pattern, std::move(null_text)}.append(out, origin, record);
  return out;
}

std::string envelope(const record_view& record, bool base64 = false) {
  std::string out;
  append_envelope(out, origin, record, base64);
  return out;
}

/// What a printer with these options writes of both records.
std::string printed(const std::vector<std::string>& words) {
  const command_spec command{"", "", "", "", print_options, nullptr, 0, 0};
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  {
    output out{ends[1]};
    record_printer printer{parse(command, words), out};
    printer.leaders[{"orders", partition_id{3}}] = node_id{9};
    printer.enter({"orders", partition_id{3}});
    printer.print(sample());
    printer.print(nulls());
  }
  ::close(ends[1]);
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(::read(ends[0], text.data(), text.size())));
  ::close(ends[0]);
  return text;
}

}  // namespace

TEST_CASE("every token of kcat") {
  CHECK(formatted("%t %p %o %k %K %s %S %h %T %%", sample()) ==
        "orders 3 42 key 3 value 5 a=1,n=NULL 1500 %");
  CHECK(formatted("%k|%K|%s|%S|%T", nulls()) == "|-1||-1|-1");
  CHECK(formatted("%k %s", nulls(), "NULL") == "NULL NULL");
  CHECK(formatted("%R%s", sample()) == std::string{"\0\0\0\5value", 9});
  CHECK(formatted("%R", nulls()) == "\xff\xff\xff\xff");
  CHECK(formatted("\\x41%o\\n\\t", sample()) == "A42\n\t");
}

TEST_CASE("an unknown token is refused") {
  CHECK_THROWS_AS(record_format{"%z"}, usage_error);
  CHECK_THROWS_AS(record_format{"abc%"}, usage_error);
}

TEST_CASE("the envelope is kcat's") {
  CHECK(envelope(sample()) ==
        R"({"topic":"orders","partition":3,"offset":42,"tstype":"create","ts":1500,"broker":9,)"
        R"("headers":["a","1","n",null],"key":"key","payload":"value"})");
  CHECK(envelope(nulls()) ==
        R"({"topic":"orders","partition":3,"offset":43,"broker":9,"key":null,"payload":null})");
  CHECK(envelope(sample(), true) ==
        R"({"topic":"orders","partition":3,"offset":42,"tstype":"create","ts":1500,"broker":9,)"
        R"("headers":["a","MQ==","n",null],"key":"a2V5","payload":"dmFsdWU="})");
}

TEST_CASE("the envelope is JSON whatever the octets are") {
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  const record_view record{1, 1, timestamp_type::log_append, 0, as_bytes(every), as_bytes(every)};
  const auto parsed = boost::json::parse(envelope(record));
  CHECK(parsed.at("tstype").as_string() == "logappend");
  CHECK(parsed.at("payload").as_string().starts_with(std::string_view{"\0\1\2", 3}));
}

TEST_CASE("printing by options") {
  CHECK(printed({}) == "value\n\n");
  CHECK(printed({"-Z", "-K", "%"}) == "key%value\nNULL%NULL\n");
  CHECK(printed({"-D", ";"}) == "value;;");
  CHECK(printed({"-u", "-f", "%o,"}) == "42,43,");
  CHECK(printed({"-J"}) == envelope(sample()) + "\n" + envelope(nulls()) + "\n");
  CHECK_THROWS_AS(printed({"-J", "-f", "%o"}), usage_error);
  CHECK_THROWS_AS(printed({"--base64"}), usage_error);
}
