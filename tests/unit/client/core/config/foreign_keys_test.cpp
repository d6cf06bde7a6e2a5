#include "core/config/foreign_keys.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "core/config/admin_settings.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/config_reader.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/config/producer_settings.hpp"

using namespace kwire;
using core::config_reader;
using core::find_foreign_key;

namespace {

/// What a handle says of one property; empty: nothing.
std::string fault_of(std::string_view role, const config& properties) {
  config_reader reader{properties};
  core::client_settings client;
  core::producer_settings producer;
  core::consumer_settings consumer;
  core::admin_settings admin;
  reader.read(client);
  if (role == "producer" || role == "P") producer.read(reader);
  if (role == "admin") reader.read(admin);
  if (role == "consumer" || role == "C") {
    reader.read(consumer);
    consumer.check(reader);
  }
  try {
    reader.finish();
    return {};
  } catch (const config_error& e) {
    return e.faults().front();
  }
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields{{}};
  for (const char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

}  // namespace

TEST_CASE(
    "foreign keys: every key of Java's and librdkafka's clients is taken with its default, or told why not") {
  // Of kwire's own keys: what the peer's default is, that kwire does not take.
  const std::set<std::string> refused_defaults{"enable.auto.commit",
                                               "auto.commit.enable"};  // need a group.id here
  std::ifstream file{KWIRE_TEST_VECTORS "/config_names.txt"};
  REQUIRE(file);
  int keys = 0;
  std::string line;
  while (std::getline(file, line)) {
    const auto fields = split(line);
    REQUIRE(fields.size() == 4);
    auto value = fields[3];
    if (value.empty() || value == "inherit") continue;  // none, or that of another table
    if (value.starts_with("class ")) value = "range";
    ++keys;
    std::vector<std::string> roles{fields[1]};
    if (fields[1] == "*") roles = {"producer", "consumer"};
    for (const auto& role : roles) {
      CAPTURE(line);
      CAPTURE(role);
      const auto fault = fault_of(role, config{{fields[2], value}});
      const auto* foreign = find_foreign_key(fields[2]);
      const bool refused = foreign != nullptr && foreign->verdict == core::foreign_verdict::refused;
      CHECK(fault.find("unknown key") == std::string::npos);
      if (!refused && !refused_defaults.contains(fields[2])) CHECK(fault == "");
    }
  }
  CHECK(keys > 330);
}

TEST_CASE(
    "foreign keys: defaults of others ask for nothing, but where TLS, SASL and Java classes are meant") {
  std::ifstream file{KWIRE_TEST_VECTORS "/config_names.txt"};
  REQUIRE(file);
  std::string line;
  while (std::getline(file, line)) {
    const auto fields = split(line);
    const auto* foreign = find_foreign_key(fields[2]);
    if (foreign == nullptr || fields[3].empty()) continue;
    if (foreign->name == "ssl.*" || foreign->name == "sasl.*" || foreign->name == "enable.metrics.push")
      continue;
    if (foreign->verdict == core::foreign_verdict::no_effect) continue;
    CAPTURE(line);
    CHECK(foreign->asks_for_nothing(fields[3]));
  }
}

TEST_CASE("foreign keys: a star stands for every end, and harmless values are whole words") {
  REQUIRE(find_foreign_key("sasl.oauthbearer.scope") != nullptr);
  CHECK(find_foreign_key("sasl.oauthbearer.scope")->name == "sasl.*");
  CHECK(find_foreign_key("saslx") == nullptr);
  CHECK(find_foreign_key("metric.reporter") == nullptr);
  const auto* metrics = find_foreign_key("metrics.num.samples");
  REQUIRE(metrics != nullptr);
  CHECK(metrics->asks_for_nothing("2"));
  CHECK(metrics->asks_for_nothing("30000"));
  CHECK(metrics->asks_for_nothing(""));
  CHECK_FALSE(metrics->asks_for_nothing("3"));
  CHECK_FALSE(metrics->asks_for_nothing("2 INFO"));
}

TEST_CASE("foreign keys: none is a setting of every handle, and each has a reason") {
  std::set<std::string_view> names;
  core::client_settings client;
  for (const auto& row : core::document([&](core::setting_visitor& v) { client.describe(v); })) {
    CAPTURE(row.key);
    CHECK(find_foreign_key(row.key) == nullptr);
  }
  for (const auto& line : core::foreign_keys()) {
    CAPTURE(line.name);
    CHECK(names.insert(line.name).second);
    CHECK(line.why.size() > 10);
  }
}
