#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::test {

/// A record as the Java client reads it back.
struct expected_record {
  std::int64_t offset;
  std::int64_t timestamp;
  std::optional<bytes> key;
  std::optional<bytes> value;
  std::vector<std::pair<std::string, std::optional<bytes>>> headers;
};

struct expected_batch {
  int magic;
  std::int64_t base_offset;
  std::int64_t last_offset;
  std::string codec;
  std::string timestamp_type;
  std::int64_t producer_id;
  int producer_epoch;
  int base_sequence;
  bool transactional;
  bool control;
  std::int64_t max_timestamp;
  int leader_epoch;
  std::optional<std::int64_t> delete_horizon;
  std::vector<expected_record> records;
};

/// A record set that the Java client wrote (tests/vectors/records.txt).
struct vector_set {
  std::string name;
  bytes content;
  std::vector<expected_batch> batches;
};

const std::vector<vector_set>& java_record_sets();

}  // namespace kwire::test
