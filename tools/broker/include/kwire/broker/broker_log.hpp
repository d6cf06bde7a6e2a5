#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire {

/// A copy of a record that an embedded broker holds.
struct broker_record {
  std::int64_t offset = -1;
  std::int64_t timestamp_ms = -1;  ///< since 1970
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

/// What a partition of an embedded broker held when it was asked: later appends do not show. Keeps the
/// batches alive; safe to read from several threads.
class [[gnu::visibility("default")]] broker_log {
 public:
  /// Number of records, by the batches' headers; those of aborted transactions count, markers do not.
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  std::int64_t start_offset() const noexcept;
  /// The offset that the next record gets.
  std::int64_t end_offset() const noexcept;
  std::size_t batches() const noexcept;

  /// Copies of the records in order of their offsets, decompressed. Throws `std::runtime_error` when a
  /// batch does not parse (the broker takes such batches unless `check_records` is on).
  std::vector<broker_record> records() const;

 private:
  friend class broker;
  struct content;
  explicit broker_log(std::shared_ptr<const content> held) : content_(std::move(held)) {}
  std::shared_ptr<const content> content_;
};

}  // namespace kwire
