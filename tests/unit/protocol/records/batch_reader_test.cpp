// Tests: batch_view.cpp, legacy.cpp, record.cpp, record_range.cpp
#include <doctest/doctest.h>

#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/crc32c.hpp>
#include <string>

#include "vectors.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

constexpr std::size_t cap = 1 << 20;

bool same(std::optional<bytes_view> actual, const std::optional<bytes>& expected) {
  if (actual.has_value() != expected.has_value()) return false;
  return !actual || same_bytes(*actual, *expected);
}

void check_record(const record_view& actual, const test::expected_record& expected) {
  CHECK(actual.offset() == expected.offset);
  CHECK(actual.timestamp_ms() == expected.timestamp);
  CHECK(same(actual.key(), expected.key));
  CHECK(same(actual.value(), expected.value));
  REQUIRE(actual.headers().size() == expected.headers.size());
  std::size_t i = 0;
  for (const auto header : actual.headers()) {
    CHECK(header.key == expected.headers[i].first);
    CHECK(same(header.value, expected.headers[i].second));
    ++i;
  }
  CHECK(i == expected.headers.size());
}

void check_batch(const batch_view& actual, const test::expected_batch& expected) {
  CHECK(actual.magic == expected.magic);
  CHECK(actual.base_offset == expected.base_offset);
  CHECK(actual.last_offset == expected.last_offset);
  CHECK(name(actual.compression) == expected.codec);
  const auto type = actual.timestamp_type();
  CHECK((type == timestamp_type::create) == (expected.timestamp_type == "CreateTime"));
  CHECK((type == timestamp_type::log_append) == (expected.timestamp_type == "LogAppendTime"));
  CHECK(raw(actual.producer_id) == expected.producer_id);
  CHECK(raw(actual.producer_epoch) == expected.producer_epoch);
  CHECK(actual.base_sequence == expected.base_sequence);
  CHECK(actual.transactional() == expected.transactional);
  CHECK(actual.control() == expected.control);
  CHECK(actual.max_timestamp == expected.max_timestamp);
  CHECK(raw(actual.leader_epoch) == expected.leader_epoch);
  CHECK(actual.delete_horizon_ms() == expected.delete_horizon);
}

const test::vector_set& java_set(const std::string& name) {
  for (const auto& set : test::java_record_sets()) {
    if (set.name == name) return set;
  }
  throw std::runtime_error("no vector " + name);
}

bytes sample(int count = 3) {
  bytes buffer(4096);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  for (int i = 0; i < count; ++i) REQUIRE(builder.append(1000 + i, as_bytes("key"), as_bytes("value")));
  buffer.resize(builder.seal({}).size());
  return buffer;
}

void repair(bytes& batch) {
  store(batch.data() + batch_at::crc, crc32c(bytes_view{batch}.subspan(batch_at::attributes)));
}

/// Reads everything that can be read; how it ends is of no interest here, only that it does.
std::size_t read_all(bytes_view input) {
  std::size_t octets = 0;
  decompressor unpacker;
  bytes storage;
  record_set set{input};
  for (const auto& batch : set) {
    (void)verify(batch);
    const auto content = payload(batch, unpacker, cap, storage);
    CHECK(storage.capacity() <= cap);
    if (!content) continue;
    auto range = records(batch, *content);
    for (const auto record : range) {
      CHECK((record.offset() <= batch.last_offset || batch.last_offset == 0));
      octets += record.key() ? record.key()->size() : 0;
      if (const auto value = record.value()) {
        for (const auto octet : *value) octets += std::to_integer<std::size_t>(octet) & 1;
      }
      for (const auto header : record.headers()) octets += header.key.size();
    }
    if (range.error()) CHECK(range.error_info().offset <= content->size());
    (void)validate(batch, *content);
  }
  return octets;
}

}  // namespace

TEST_CASE("what the Java client wrote reads as the Java client reads it") {
  decompressor unpacker;
  bytes storage;
  for (const auto& expected : test::java_record_sets()) {
    CAPTURE(expected.name);
    record_set set{expected.content};
    std::size_t i = 0;
    for (const auto& batch : set) {
      REQUIRE(i < expected.batches.size());
      check_batch(batch, expected.batches[i]);
      CHECK(verify(batch).has_value());
      const auto content = payload(batch, unpacker, cap, storage);
      REQUIRE(content.has_value());
      CHECK(validate(batch, *content).has_value());
      auto range = records(batch, *content);
      std::size_t k = 0;
      for (const auto record : range) {
        REQUIRE(k < expected.batches[i].records.size());
        check_record(record, expected.batches[i].records[k++]);
      }
      CHECK_FALSE(range.error());
      CHECK(k == expected.batches[i].records.size());
      ++i;
    }
    CHECK_FALSE(set.error());
    CHECK(set.cut_off() == 0);
    CHECK(i == expected.batches.size());
  }
}

TEST_CASE("records below the wanted offset are skipped, in all formats") {
  decompressor unpacker;
  bytes storage;
  for (const auto* name : {"v0-gzip", "v1-lz4", "v2-none", "v2-zstd"}) {
    CAPTURE(name);
    record_set set{java_set(name).content};
    const auto batch = *set.begin();
    auto range = records(batch, *payload(batch, unpacker, cap, storage), 1060);
    std::int64_t next = 1060;
    for (const auto record : range) CHECK(record.offset() == next++);
    CHECK(next == batch.next_offset());
  }
}

TEST_CASE("control records say how a transaction ended") {
  for (const bool commit : {false, true}) {
    record_set set{java_set(commit ? "commit" : "abort").content};
    const auto batch = *set.begin();
    auto range = records(batch, batch.body);
    const auto marker = parse_control(*range.begin());
    REQUIRE(marker.has_value());
    CHECK(marker->type == (commit ? control_type::commit : control_type::abort));
    CHECK(marker->coordinator_epoch == 21);
    CHECK(marker->ends_transaction());
  }
  CHECK(parse_control(record_view{}).error().code == wire_errc::bad_record);
}

TEST_CASE("a compacted batch ends where its header says") {
  record_set set{java_set("compacted").content};
  CHECK(set.begin()->next_offset() == 20);
}

TEST_CASE("a last batch that was cut off ends the set without an error") {
  auto two = sample();
  const auto one = two.size();
  const auto again = two;
  two.insert(two.end(), again.begin(), again.end());
  for (std::size_t size = 0; size <= two.size(); ++size) {
    CAPTURE(size);
    record_set set{bytes_view{two}.first(size)};
    std::size_t count = 0;
    for (const auto& batch : set) {
      CHECK(batch.at == count * one);
      ++count;
    }
    CHECK(count == size / one);
    CHECK_FALSE(set.error());
    CHECK(set.cut_off() == size % one);
    CHECK(set.first_batch_too_large() == (size != 0 && size < one));
    CHECK(set.first_batch_size() == (size < 12 ? 0 : one));
  }
}

TEST_CASE("broken headers are errors at the position of the batch") {
  const auto good = sample();
  const auto code_with = [&](std::size_t at, auto value) {
    auto input = good;
    input.insert(input.end(), good.begin(), good.end());
    store(input.data() + good.size() + at, value);
    record_set set{input};
    std::size_t count = 0;
    for (const auto& batch : set) count += batch.raw.size() != 0 ? 1 : 0;
    CHECK(count == 1);
    CHECK(set.error_info().offset == good.size());
    return set.error_info().code;
  };
  CHECK(code_with(batch_at::length, std::int32_t{-1}) == wire_errc::bad_length);
  CHECK(code_with(batch_at::length, std::int32_t{13}) == wire_errc::bad_length);
  CHECK(code_with(batch_at::length, std::int32_t{48}) == wire_errc::bad_length);
  CHECK(code_with(batch_at::magic, std::int8_t{3}) == wire_errc::bad_magic);
  CHECK(code_with(batch_at::magic, std::int8_t{-1}) == wire_errc::bad_magic);
  CHECK(code_with(batch_at::count, std::int32_t{-1}) == wire_errc::bad_count);
  CHECK(code_with(batch_at::last_offset_delta, std::int32_t{-1}) == wire_errc::bad_record);
  CHECK(code_with(batch_at::base_offset, std::numeric_limits<std::int64_t>::max()) == wire_errc::bad_record);
}

TEST_CASE("an unknown codec spoils its batch, not the set") {
  auto input = sample();
  store(input.data() + batch_at::attributes, std::int16_t{6});
  repair(input);
  record_set set{input};
  const auto batch = *set.begin();
  CHECK(verify(batch).has_value());
  CHECK(batch.next_offset() == 3);
  decompressor unpacker;
  bytes storage;
  CHECK(payload(batch, unpacker, cap, storage).error().code == wire_errc::unknown_codec);
}

TEST_CASE("a wrong checksum is found, wherever the bit is") {
  const auto good = sample();
  for (std::size_t bit = batch_at::crc * 8; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= std::byte{1} << (bit % 8);
    record_set set{bad};
    const auto first = set.begin();
    if (first == set.end()) continue;
    CHECK(verify(*first).error().code == wire_errc::bad_crc);
  }
}

TEST_CASE("counts that do not match the records") {
  for (const std::int32_t count : {0, 2, 4, 0x7fffffff}) {
    CAPTURE(count);
    auto input = sample(3);
    store(input.data() + batch_at::count, count);
    record_set set{input};
    const auto batch = *set.begin();
    auto range = records(batch, batch.body);
    int yielded = 0;
    for (const auto record : range) yielded += record.value() ? 1 : 0;
    CHECK(yielded == std::min(count, 3));
    CHECK(range.error());
    CHECK(range.error_info().code == wire_errc::bad_record);
    CHECK_FALSE(validate(batch, batch.body).has_value());
  }
}

TEST_CASE("offsets outside the batch's range end it") {
  auto input = sample(3);
  store(input.data() + batch_at::last_offset_delta, std::int32_t{1});
  record_set set{input};
  const auto batch = *set.begin();
  auto range = records(batch, batch.body);
  int yielded = 0;
  for (const auto record : range) yielded += record.value() ? 1 : 0;
  CHECK(yielded == 2);
  CHECK(range.error());
}

TEST_CASE("wrappers hold no wrappers") {
  const auto& set = java_set("v1-gzip");
  compressor packer;
  bytes storage;
  const auto packed = packer.compress(codec::gzip, set.content, storage);
  REQUIRE(packed.has_value());
  bytes outer(34 + packed->size());
  store(outer.data(), std::int64_t{1066});
  store(outer.data() + 8, static_cast<std::int32_t>(outer.size() - 12));
  store(outer.data() + 16, std::int8_t{1});
  store(outer.data() + 17, std::int8_t{1});
  store(outer.data() + 26, std::int32_t{-1});
  store(outer.data() + 30, static_cast<std::int32_t>(packed->size()));
  std::memcpy(outer.data() + 34, packed->data(), packed->size());
  record_set sets{outer};
  const auto batch = *sets.begin();
  decompressor unpacker;
  bytes out;
  auto range = records(batch, *payload(batch, unpacker, cap, out));
  record_view record;
  CHECK_FALSE(range.next(record));
  CHECK(range.error_info().code == wire_errc::too_deep);
}

TEST_CASE("every proper prefix of a payload ends in an error, never outside") {
  for (const auto* name : {"v2-none", "v1-gzip", "v0-snappy"}) {
    record_set set{java_set(name).content};
    const auto batch = *set.begin();
    decompressor unpacker;
    bytes storage;
    const auto content = *payload(batch, unpacker, cap, storage);
    for (std::size_t size = 0; size < content.size(); ++size) {
      const bytes part = to_bytes(content.first(size));  // so that the sanitizer sees the end
      auto range = records(batch, part);
      for (record_view record; range.next(record);) CHECK(record.offset() <= batch.last_offset);
      // Messages of an old wrapper are not counted: a cut between two of them leaves a shorter set.
      if (batch.magic == 2) CHECK(range.error());
    }
  }
}

TEST_CASE("prefixes and bit flips with the checksum repaired do no harm") {
  for (const auto* name : {"commit", "compacted", "delete-horizon", "mixed", "v2-gzip", "v2-snappy", "v2-lz4",
                           "v2-zstd", "v1-lz4-append", "v0-lz4"}) {
    const auto& content = java_set(name).content;
    for (std::size_t size = 0; size < content.size(); size += 1 + size / 64) {
      read_all(to_bytes(bytes_view{content}.first(size)));
    }
    const std::size_t step = content.size() > 200 ? 7 : 1;  // all bits in the header and in small sets
    for (std::size_t bit = 0; bit < content.size() * 8; bit += bit < 64 * 8 ? 1 : step) {
      auto bad = content;
      bad[bit / 8] ^= std::byte{1} << (bit % 8);
      if (bad.size() > batch_header_size && bad[batch_at::magic] == std::byte{2}) repair(bad);
      read_all(bad);
    }
  }
  const auto batch = sample(4);
  for (std::size_t bit = 0; bit < batch.size() * 8; ++bit) {
    auto bad = batch;
    bad[bit / 8] ^= std::byte{1} << (bit % 8);
    repair(bad);
    read_all(bad);
  }
}
