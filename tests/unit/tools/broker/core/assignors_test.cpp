// Tests: simple_assignor.cpp, uniform_balance.cpp
#include "core/assignors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace kwire::embedded {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

uuid id_of(const std::string& text) {
  uuid id;
  REQUIRE(parse_uuid(text, id));
  return id;
}

topic_partitions read_assignment(const std::string& text) {
  topic_partitions read;
  for (const auto& topic : split(text, '+')) {
    const auto parts = split(topic, ':');
    for (const auto& index : split(parts.at(1), '.')) read[id_of(parts[0])].insert(std::stoi(index));
  }
  return read;
}

std::map<std::string, assignor_input::member> read_members(const std::string& text) {
  std::map<std::string, assignor_input::member> read;
  for (const auto& one : split(text, ';')) {
    const auto parts = split(one, '/');
    auto& member = read[parts.at(0)];
    if (!parts.at(1).empty()) member.instance_id = parts[1];
    if (parts.size() > 2) {
      for (const auto& topic : split(parts[2], ',')) member.topics.insert(id_of(topic));
    }
    if (parts.size() > 3) member.current = read_assignment(parts[3]);
  }
  return read;
}

TEST_CASE("assignments are those of Kafka's own assignors") {
  std::ifstream file{KWIRE_TEST_VECTORS "/assignments.txt"};
  int lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    CAPTURE(line);
    const auto parts = split(line, ' ');
    REQUIRE(parts.size() == 4);
    assignor_input input;
    for (const auto& topic : split(parts[1], ',')) {
      const auto pair = split(topic, ':');
      input.partitions[id_of(pair.at(0))] = std::stoi(pair.at(1));
    }
    input.members = read_members(parts[2]);
    const auto assign = find_assignor(parts[0]);
    REQUIRE(bool{assign != nullptr});
    auto result = assign(input);
    for (const auto& [id, expected] : read_members(parts[3])) {
      CAPTURE(id);
      CHECK(result[id] == expected.current);
    }
  }
  CHECK(lines == 148);
}

uuid topic(std::uint8_t number) {
  uuid id;
  id.octets[15] = number;
  return id;
}

assignor_input share_group(std::size_t members, std::int32_t partitions) {
  assignor_input input;
  input.partitions[topic(1)] = partitions;
  for (std::size_t i = 0; i < members; ++i) input.members["m" + std::to_string(i)].topics = {topic(1)};
  return input;
}

/// How many members have each partition.
std::vector<std::size_t> holders(const assignor_result& result, std::int32_t partitions) {
  std::vector<std::size_t> held(static_cast<std::size_t>(partitions));
  for (const auto& [id, given] : result) {
    for (const auto& [which, indexes] : given) {
      for (const auto index : indexes) ++held[static_cast<std::size_t>(index)];
    }
  }
  return held;
}

TEST_CASE("a share group's partitions reach every member, and every partition somebody") {
  for (std::size_t members = 1; members <= 9; ++members) {
    for (std::int32_t partitions = 1; partitions <= 9; ++partitions) {
      CAPTURE(members);
      CAPTURE(partitions);
      auto input = share_group(members, partitions);
      const auto result = assign_simple(input);
      std::size_t least = 99;
      std::size_t most = 0;
      for (const auto& [id, given] : result) {
        least = std::min(least, count(given));
        most = std::max(most, count(given));
      }
      CHECK(least >= 1);
      CHECK(most - least <= 1);
      const auto held = holders(result, partitions);
      CHECK(std::ranges::min(held) >= 1);
      for (auto& [id, member] : input.members) member.current = result.at(id);
      CHECK(assign_simple(input) == result);
    }
  }
}

TEST_CASE("members of a share group that differ in their topics have their part of each") {
  auto input = share_group(3, 4);
  input.partitions[topic(2)] = 2;
  input.members["m0"].topics = {topic(2)};
  input.members["m1"].topics = {topic(1), topic(2)};
  input.members["m2"].topics = {topic(1)};
  const auto result = assign_simple(input);
  CHECK_FALSE(result.at("m0").contains(topic(1)));
  CHECK(result.at("m0").at(topic(2)).size() == 1);
  CHECK(result.at("m1").at(topic(1)).size() == 2);
  CHECK(result.at("m2").at(topic(1)).size() == 2);
  CHECK(assign_simple(share_group(0, 4)).empty());
}

TEST_CASE("ids are ordered as Java orders them, and unknown assignors are none") {
  auto low = topic(1);
  low.octets[0] = 0x80;
  CHECK(java_less(low, topic(1)));
  CHECK_FALSE(java_less(topic(1), low));
  CHECK_FALSE(java_less(low, low));
  CHECK(bool{find_assignor("sticky") == nullptr});
}

}  // namespace
}  // namespace kwire::embedded
