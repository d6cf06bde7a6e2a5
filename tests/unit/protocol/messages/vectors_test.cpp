#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <fstream>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <map>
#include <sstream>
#include <string>

#include "dump.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

struct vector_line {
  std::string name;
  std::int16_t version = 0;
  bytes wire;
  std::string json;
};

vector_line parse_line(const std::string& text) {
  std::istringstream in{text};
  vector_line line;
  std::string hex;
  in >> line.name >> line.version >> hex >> std::ws;
  std::getline(in, line.json);
  if (hex != "-") line.wire = test::from_hex(hex);
  return line;
}

/// Octets, and values as JSON, must be what Kafka's own classes made of them.
void expect_same_as_kafka(const message_entry& entry, const vector_line& line) {
  const auto message = entry.make();
  const auto decoded = decode(message.ref(), line.version, line.wire);
  REQUIRE_MESSAGE(decoded.has_value(), decoded.error().message());
  writer out;
  REQUIRE(encode(message.ref(), line.version, out).has_value());
  CHECK(test::to_hex(out.buffer()) == test::to_hex(line.wire));
  CHECK(boost::json::parse(to_json(message.ref(), line.version, json_options{}.show_secrets())) ==
        boost::json::parse(line.json));
}

}  // namespace

TEST_CASE("vectors: octets and JSON are those of Kafka's own classes, at every version") {
  std::ifstream file{KWIRE_TEST_VECTORS "/messages.txt"};
  REQUIRE(file.is_open());
  std::map<std::string, int> versions_seen;
  std::string text;
  while (std::getline(file, text)) {
    const auto line = parse_line(text);
    const auto* entry = find_message(line.name);
    if (entry == nullptr) continue;  // the other test tells which messages have no vectors
    INFO(line.name, " version ", line.version, ": ", line.json);
    versions_seen[line.name] |= 1 << line.version;
    expect_same_as_kafka(*entry, line);
  }
  for (const auto& entry : all_messages()) {
    INFO(std::string{entry.info->name});
    CHECK(versions_seen[std::string{entry.info->name}] ==
          (2 << entry.info->versions.max) - (1 << entry.info->versions.min));
  }
}

TEST_CASE("vectors: an untouched message is the one Kafka's constructor makes") {
  std::ifstream file{KWIRE_TEST_VECTORS "/messages.txt"};
  std::string text;
  std::string previous;
  while (std::getline(file, text)) {
    const auto line = parse_line(text);
    const auto key = line.name + std::to_string(line.version);
    if (std::exchange(previous, key) == key) continue;  // the first line of a version has the defaults
    const auto* entry = find_message(line.name);
    REQUIRE(entry != nullptr);
    INFO(key);
    writer out;
    REQUIRE(encode(entry->make().ref(), line.version, out).has_value());
    CHECK(test::to_hex(out.buffer()) == test::to_hex(line.wire));
  }
}
