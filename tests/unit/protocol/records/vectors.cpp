#include "vectors.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#ifndef KWIRE_TEST_VECTORS
#define KWIRE_TEST_VECTORS "tests/vectors"
#endif

namespace kwire::test {
namespace {

std::optional<bytes> parse_hex(const std::string& text) {
  if (text == "null") return std::nullopt;
  bytes out;
  if (text == "-") return out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

expected_record parse_record(std::istringstream& line) {
  expected_record record{};
  std::string key;
  std::string value;
  line >> record.offset >> record.timestamp >> key >> value;
  record.key = parse_hex(key);
  record.value = parse_hex(value);
  for (std::string header; line >> header;) {
    const auto equals = header.find('=');
    const auto name = *parse_hex(header.substr(0, equals));
    record.headers.emplace_back(as_text(name), parse_hex(header.substr(equals + 1)));
  }
  return record;
}

expected_batch parse_batch(std::istringstream& line) {
  expected_batch batch{};
  std::string horizon;
  line >> std::boolalpha >> batch.magic >> batch.base_offset >> batch.last_offset >> batch.codec >>
      batch.timestamp_type >> batch.producer_id >> batch.producer_epoch >> batch.base_sequence >>
      batch.transactional >> batch.control >> batch.max_timestamp >> batch.leader_epoch >> horizon;
  if (horizon != "none") batch.delete_horizon = std::stoll(horizon);
  return batch;
}

std::vector<vector_set> load() {
  const std::string path = std::string(KWIRE_TEST_VECTORS) + "/records.txt";
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::vector<vector_set> sets;
  for (std::string text; std::getline(in, text);) {
    std::istringstream line(text);
    std::string kind;
    line >> kind;
    if (kind == "set") {
      std::string hex;
      line >> sets.emplace_back().name >> hex;
      sets.back().content = *parse_hex(hex);
    } else if (kind == "batch") {
      sets.back().batches.push_back(parse_batch(line));
    } else {
      sets.back().batches.back().records.push_back(parse_record(line));
    }
  }
  return sets;
}

}  // namespace

const std::vector<vector_set>& java_record_sets() {
  static const auto sets = load();
  return sets;
}

}  // namespace kwire::test
