#pragma once

#include <kwire/protocol/records/batch_reader.hpp>

#include "script.hpp"

namespace kwire::embedded::test {

/// A key and a value; null is a tombstone.
struct keyed {
  std::string key;
  std::optional<std::string> value;
};

/// A sealed batch of these records, stamped as `make_batch` does.
inline bytes make_keyed(const std::vector<keyed>& content, batch_options how = {}) {
  bytes buffer(64 * 1024);
  protocol::batch_builder builder;
  protocol::compressor packer;
  builder.open(buffer.data(), buffer.size());
  const std::vector<header_view> headers{{"h", as_bytes("v")}};
  auto at = how.timestamp;
  for (const auto& [key, value] : content) {
    std::optional<bytes_view> shown;
    if (value) shown = as_bytes(*value);
    const auto with = how.headers ? std::span<const header_view>{headers} : std::span<const header_view>{};
    REQUIRE(builder.append(at++, as_bytes(key), shown, with));
  }
  return to_bytes(builder.seal(how.stamp, protocol::compression{how.codec}, &packer));
}

/// What a partition holds, in one line: "3:k=v" for each record, "[3-5]" for a batch without any, "!4" for a
/// batch with a marker. Every batch is checked as a reader would.
inline std::string shown(const partition& where) {
  std::string line;
  std::int64_t end = 0;
  for (const auto& entry : where.log.entries()) {
    protocol::record_set set{entry.batch.content};
    const auto batch = *set.begin();
    CHECK(batch.raw.size() == entry.batch.content.size());
    CHECK(protocol::verify(batch).has_value());
    CHECK(batch.base_offset == entry.base_offset);
    CHECK(batch.last_offset == entry.last_offset);
    CHECK(batch.max_timestamp == entry.max_timestamp);
    CHECK(batch.count == entry.count);
    CHECK(batch.base_offset >= end);
    end = batch.next_offset();
    if (!line.empty()) line += ' ';
    if (batch.count == 0 || batch.control()) {
      line += batch.count == 0
                  ? "[" + std::to_string(batch.base_offset) + "-" + std::to_string(batch.last_offset) + "]"
                  : "!" + std::to_string(batch.base_offset);
      continue;
    }
    protocol::decompressor unpacker;
    bytes buffer;
    const auto plain = protocol::payload(batch, unpacker, 1 << 20, buffer);
    REQUIRE(plain.has_value());
    CHECK(protocol::validate(batch, *plain).has_value());
    std::string inside;
    auto range = protocol::records(batch, *plain);
    for (const auto& record : range) {
      if (!inside.empty()) inside += ' ';
      inside +=
          std::to_string(record.offset()) + ":" + std::string{as_text(record.key().value_or(bytes_view{}))};
      if (record.value()) inside += "=" + std::string{as_text(*record.value())};
    }
    line += inside;
  }
  return line;
}

}  // namespace kwire::embedded::test
