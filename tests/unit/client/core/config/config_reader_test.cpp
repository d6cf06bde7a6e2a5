#include "core/config/config_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace kwire;
using core::config_reader;
using core::setting_visitor;

namespace {

enum class mood : std::uint8_t { good, bad };
constexpr core::choice moods[] = {{"good", 0}, {"fine", 0}, {"bad", 1}};

struct sample {
  std::string name = "n";
  std::string password;
  std::vector<std::string> list;
  bool flag = false;
  std::int64_t count = 7;
  std::chrono::milliseconds wait{100};
  mood how = mood::good;

  void describe(setting_visitor& v) {
    v.text("name", name, {.doc = "A name.", .aliases = "alias.one alias.two"});
    v.text("password", password, {.doc = "A secret.", .aliases = "pass", .secret = true});
    v.words("list", list, {.doc = "Words."});
    v.flag("flag", flag, {.doc = "On or off."});
    v.number("count", count, {.doc = "A number.", .min = 1, .max = 10});
    v.time("wait.ms", wait, {.doc = "A time.", .min = 0});
    v.one_of("mood", how, moods, {.doc = "How it is."});
  }
};

/// All faults of a configuration, one a line; empty when there is none.
std::string faults(const config& properties, sample& into) {
  config_reader reader{properties};
  reader.read(into);
  try {
    reader.finish();
    return {};
  } catch (const config_error& e) {
    std::string text;
    for (const auto& fault : e.faults()) text += fault + "\n";
    CHECK(std::string{e.what()}.find(e.faults().front()) != std::string::npos);
    return text;
  }
}

std::string faults(const config& properties) {
  sample into;
  return faults(properties, into);
}

}  // namespace

TEST_CASE("config: keys of other clients do nothing, and say so, or are refused with the reason") {
  sample s;
  config_reader reader{
      config{"statistics.interval.ms=1000\nsocket.nagle.disable=true\nkey.serializer=\nname=x"}};
  reader.read(s);
  reader.finish();
  REQUIRE(reader.notices().size() == 1);  // the second asks for what happens anyway, the third for nothing
  CHECK(reader.notices()[0] ==
        "statistics.interval.ms has no effect: metrics() tells the numbers when asked");
  CHECK(faults("dr_cb=x\nsasl.password=hidden\nqueuing.strategy=lifo\nqueuing.strategie=lifo") ==
        "dr_cb: not supported: give produce a callback\n"
        "sasl.password: not supported: SASL is not there yet\n"
        "queuing.strategy: not supported: records of a partition keep their order\n"
        "queuing.strategie: unknown key\n");
}

TEST_CASE("config: every kind of value") {
  sample s;
  CHECK(faults("name=x y\nlist=a, b,,c\nflag=true\ncount=10\nwait.ms=0\nmood=bad", s) == "");
  CHECK(s.name == "x y");
  CHECK(s.list == std::vector<std::string>{"a", "b", "c"});
  CHECK(s.flag);
  CHECK(s.count == 10);
  CHECK(s.wait.count() == 0);
  CHECK(s.how == mood::bad);
  for (const auto* yes : {"true", "1", "yes", "on"}) {
    sample t;
    CHECK(faults(config{{"flag", yes}}, t) == "");
    CHECK(t.flag);
  }
  for (const auto* no : {"false", "0", "no", "off"}) {
    sample t;
    t.flag = true;
    CHECK(faults(config{{"flag", no}}, t) == "");
    CHECK_FALSE(t.flag);
  }
}

TEST_CASE("config: what is wrong with a value") {
  struct row {
    const char* text;
    const char* says;
  };
  const row rows[] = {{"count=0", "count=0: must be within 1..10"},
                      {"count=11", "must be within 1..10"},
                      {"count=", "must be a whole number"},
                      {"count=7x", "must be a whole number"},
                      {"count=0x7", "must be a whole number"},
                      {"count=99999999999999999999", "must be a whole number"},
                      {"wait.ms=-1", "wait.ms=-1: must be within 0.."},
                      {"wait.ms=1.5", "must be a whole number"},
                      {"flag=maybe", "flag=maybe: must be true or false"},
                      {"flag=TRUE", "must be true or false"},
                      {"mood=so so", "must be one of good fine bad"},
                      {"cuont=3", "cuont: unknown key; did you mean count?"},
                      {"alias.tow=3", "did you mean alias.two?"},
                      {"zzzzzzzzzzzz=3", "zzzzzzzzzzzz: unknown key\n"},
                      {"=3", ": unknown key"}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto found = faults(row.text);
    CAPTURE(found);
    CHECK(found.find(row.says) != std::string::npos);
    CHECK(std::ranges::count(found, '\n') == 1);
  }
}

TEST_CASE("config: all faults at once") {
  const auto found = faults("count=0\nflag=?\nunknown.key=1\nname=a\nalias.one=b\nmood=worse");
  CHECK(std::ranges::count(found, '\n') == 5);
}

TEST_CASE("config: aliases name the same option; saying two things is a fault") {
  sample s;
  CHECK(faults("alias.two=x", s) == "");
  CHECK(s.name == "x");
  CHECK(faults("alias.two=x\nname=x", s) == "");
  CHECK(faults("name=a\nname=b", s) == "");  // the later line wins, as in a properties file
  CHECK(s.name == "b");
  CHECK(faults("name=a\nalias.two=b").find("name=a contradicts alias.two=b") != std::string::npos);
  CHECK(faults("alias.one=a\nalias.two=b") != "");
  CHECK(faults("name=a\nalias.one=b\nname=b") ==
        "name=a contradicts alias.one=b: they are the same option\n");
  config_reader reader{config{"alias.one=x"}};
  reader.read(s);
  CHECK(reader.given("name"));
  CHECK_FALSE(reader.given("alias.one"));
  CHECK_FALSE(reader.given("count"));
}

TEST_CASE("config: secrets are shown nowhere") {
  const auto found = faults("password=hunter2\npass=swordfish");
  CHECK(found.find("password") != std::string::npos);
  CHECK(found.find("hunter2") == std::string::npos);
  CHECK(found.find("swordfish") == std::string::npos);
  sample s;
  s.password = "hunter2";
  const auto text = core::print([&](setting_visitor& v) { s.describe(v); });
  CHECK(text.find("password=***\n") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
  s.password.clear();
  CHECK(core::print([&](setting_visitor& v) { s.describe(v); }).find("password=\n") != std::string::npos);
  for (const auto& row : core::document([&](setting_visitor& v) { s.describe(v); })) {
    CHECK(row.fallback.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("config: the documentation has a row for each key") {
  sample s;
  s.list = {"a", "b"};
  const auto rows = core::document([&](setting_visitor& v) { s.describe(v); });
  REQUIRE(rows.size() == 7);
  CHECK(rows[0].aliases == "alias.one alias.two");
  CHECK(rows[2].fallback == "a,b");
  CHECK(rows[4].range == "1..10");
  CHECK(rows[5].type == "milliseconds");
  CHECK(rows[6].range == "good, fine, bad");
  CHECK(rows[6].fallback == "good");
}

TEST_CASE("config: the text form") {
  const config c{"# comment\n\n  a = b = c \r\nflag\n d=\n"};
  const std::vector<config::property> expected{{"a", "b = c"}, {"flag", ""}, {"d", ""}};
  CHECK(c.properties() == expected);
  config both;
  both.set("x", "1").add(c).parse("y=2");
  CHECK(both.properties().size() == 5);
  CHECK_THROWS_AS(config{}.load("/nonexistent/file"), config_error);
}
