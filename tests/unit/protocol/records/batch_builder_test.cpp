#include <doctest/doctest.h>

#include <array>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <limits>
#include <random>
#include <string>

#include "vectors.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

constexpr std::size_t cap = 1 << 20;

batch_view only_batch(bytes_view input) {
  record_set set{input};
  const auto first = set.begin();
  REQUIRE_FALSE(first == set.end());
  CHECK(first->raw.size() == input.size());
  CHECK(verify(*first).has_value());
  return *first;
}

std::vector<header_view> headers_of(const test::expected_record& record) {
  std::vector<header_view> headers;
  for (const auto& [key, value] : record.headers) {
    headers.push_back({key, value ? std::optional<bytes_view>{*value} : std::nullopt});
  }
  return headers;
}

std::optional<bytes_view> view(const std::optional<bytes>& field) {
  return field ? std::optional<bytes_view>{*field} : std::nullopt;
}

}  // namespace

TEST_CASE("the same records give the same octets as the Java client's") {
  for (const auto& set : test::java_record_sets()) {
    const auto& batch = set.batches.front();
    if (batch.magic != 2 || batch.codec != "none" || batch.delete_horizon) continue;
    CAPTURE(set.name);
    bytes buffer(set.content.size());
    batch_builder builder;
    builder.open(buffer.data(), buffer.size());
    auto next = batch.base_offset;
    // Under log-append time the records keep the producers' times, which the vectors do not tell.
    if (batch.timestamp_type != "CreateTime") continue;
    for (const auto& record : batch.records) {
      if (record.offset != next) builder.skip_offsets(static_cast<std::int32_t>(record.offset - next));
      next = record.offset + 1;
      REQUIRE(builder.append(record.timestamp, view(record.key), view(record.value), headers_of(record)));
    }
    if (next <= batch.last_offset)
      builder.skip_offsets(static_cast<std::int32_t>(batch.last_offset + 1 - next));
    batch_stamp stamp{producer_id{batch.producer_id},
                      producer_epoch{static_cast<std::int16_t>(batch.producer_epoch)}, batch.base_sequence,
                      batch.transactional};
    stamp.control = batch.control;
    const auto sealed = builder.seal(stamp);
    assign_offset(sealed, batch.base_offset, leader_epoch{batch.leader_epoch});
    CHECK(same_bytes(sealed, set.content));
  }
}

TEST_CASE("a marker is the Java broker's") {
  for (const auto& set : test::java_record_sets()) {
    if (set.name != "commit" && set.name != "abort") continue;
    bytes out;
    write_end_marker(producer_id{4711}, producer_epoch{3},
                     set.name == "commit" ? control_type::commit : control_type::abort, 21, 1700000000123,
                     out);
    assign_offset(out, 55, leader_epoch{7});
    CHECK(same_bytes(out, set.content));
  }
}

TEST_CASE("append says exactly what it takes, and refuses what does not fit") {
  const std::array sizes{0, 1, 63, 64, 8191, 8192, 100'000};
  for (const int size : sizes) {
    for (const int before : {0, 63, 64, 8192}) {
      const bytes value(static_cast<std::size_t>(size), std::byte{'v'});
      const std::array headers{header_view{"name", value}, header_view{"", std::nullopt}};
      for (const auto& some : {std::span<const header_view>{}, std::span<const header_view>{headers}}) {
        bytes buffer(500'000);
        batch_builder builder;
        builder.open(buffer.data(), buffer.size());
        for (int i = 0; i < before; ++i) REQUIRE(builder.append(i, {}, {}));
        const auto exact = builder.next_size(before * 1000, value, value, some);
        CHECK(exact <= batch_builder::record_bound(value, value, some));
        const auto size_before = builder.size();
        bytes tight(size_before + exact - 1);
        builder.relocate(tight.data(), tight.size());
        CHECK_FALSE(builder.append(before * 1000, value, value, some));
        CHECK(builder.size() == size_before);
        CHECK(builder.count() == before);
        bytes fitting(size_before + exact);
        builder.relocate(fitting.data(), fitting.size());
        CHECK(builder.append(before * 1000, value, value, some));
        CHECK(builder.size() == fitting.size());
        const auto batch = only_batch(builder.seal({}));
        CHECK(validate(batch, batch.body).has_value());
      }
    }
  }
}

TEST_CASE("random records come back, plain and compressed, through growing buffers") {
  std::mt19937_64 random(11);
  for (const auto type : {codec::none, codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    compressor packer;
    decompressor unpacker;
    std::vector<test::expected_record> expected;
    bytes buffer(256);
    bytes storage;
    batch_builder builder;
    builder.open(buffer.data(), buffer.size());
    for (int i = 0; i < 500; ++i) {
      test::expected_record record{i, static_cast<std::int64_t>(random() % 1'000'000'000), {}, {}, {}};
      if (random() % 3 != 0) record.key = bytes(random() % 90, std::byte{'k'});
      if (random() % 5 != 0) record.value = bytes(random() % 300, static_cast<std::byte>(random()));
      for (auto n = random() % 4; n > 1; --n) record.headers.emplace_back("h", record.value);
      while (!builder.append(record.timestamp, view(record.key), view(record.value), headers_of(record))) {
        bytes larger(buffer.size() * 2);
        builder.relocate(larger.data(), larger.size());
        buffer = std::move(larger);
      }
      expected.push_back(std::move(record));
    }
    const auto latest = builder.max_timestamp();
    const auto batch = only_batch(builder.seal({}, type, &packer));
    CHECK_FALSE(builder.is_open());
    CHECK(batch.compression == type);
    CHECK(batch.max_timestamp == latest);
    CHECK(batch.count == 500);
    const auto content = payload(batch, unpacker, cap, storage);
    REQUIRE(content.has_value());
    CHECK(validate(batch, *content).has_value());
    auto range = records(batch, *content);
    auto next = expected.begin();
    for (const auto record : range) {
      CHECK(record.timestamp_ms() == next->timestamp);
      CHECK(record.value().has_value() == next->value.has_value());
      CHECK(record.headers().size() == next->headers.size());
      if (record.value()) CHECK(same_bytes(*record.value(), *next->value));
      ++next;
    }
    CHECK(next == expected.end());
  }
}

TEST_CASE("what compression makes larger stays plain") {
  for (const auto type : {codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    bytes buffer(1000);
    compressor packer;
    batch_builder builder;
    builder.open(buffer.data(), buffer.size());
    REQUIRE(builder.append(1, as_bytes("k"), as_bytes("v")));
    CHECK_FALSE(only_batch(builder.seal({}, type, &packer)).compressed());
  }
}

TEST_CASE("another stamp changes the stamp and the checksum alone") {
  bytes buffer(5000);
  compressor packer;
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  for (int i = 0; i < 50; ++i) REQUIRE(builder.append(1, as_bytes("key"), as_bytes("value")));
  const auto sealed = builder.seal({producer_id{1}, producer_epoch{2}, 3, true}, codec::zstd, &packer);
  const auto before = to_bytes(sealed);
  restamp(sealed, {producer_id{1LL << 40}, producer_epoch{9}, 77});
  const auto batch = only_batch(sealed);
  CHECK(raw(batch.producer_id) == 1LL << 40);
  CHECK(raw(batch.producer_epoch) == 9);
  CHECK(batch.base_sequence == 77);
  CHECK_FALSE(batch.transactional());
  CHECK(batch.compression == codec::zstd);
  restamp(sealed, {producer_id{1}, producer_epoch{2}, 3, true});
  CHECK(same_bytes(sealed, before));
}

TEST_CASE("log-append time is every record's") {
  bytes buffer(500);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  REQUIRE(builder.append(1, {}, as_bytes("a")));
  REQUIRE(builder.append(2, {}, as_bytes("b")));
  const auto sealed = builder.seal({});
  set_log_append_time(sealed, 1234);
  const auto batch = only_batch(sealed);
  CHECK(batch.timestamp_type() == timestamp_type::log_append);
  auto range = records(batch, batch.body);
  for (const auto record : range) CHECK(record.timestamp_ms() == 1234);
}

TEST_CASE("timestamps absurdly far apart come back") {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  bytes buffer(500);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  const std::array times{least, most, std::int64_t{0}, std::int64_t{-1}};
  for (const auto time : times) REQUIRE(builder.append(time, {}, {}));
  CHECK(builder.max_timestamp() == most);
  const auto batch = only_batch(builder.seal({}));
  auto range = records(batch, batch.body);
  std::size_t i = 0;
  for (const auto record : range) CHECK(record.timestamp_ms() == times[i++]);
  CHECK(i == times.size());
}

TEST_CASE("an empty batch is one") {
  bytes buffer(batch_header_size);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  CHECK_FALSE(builder.append(1, {}, {}));
  const auto batch = only_batch(builder.seal({}));
  CHECK(batch.count == 0);
  CHECK(validate(batch, batch.body).has_value());
}

TEST_CASE("headers by name") {
  const std::array headers{header_view{"a", as_bytes("1")}, header_view{"b", std::nullopt},
                           header_view{"a", as_bytes("2")}};
  bytes buffer(500);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  REQUIRE(builder.append(1, {}, {}, headers));
  const auto batch = only_batch(builder.seal({}));
  auto range = records(batch, batch.body);
  const auto record = *range.begin();
  CHECK(as_text(*record.header("a")->value) == "1");
  CHECK(as_text(*record.last_header("a")->value) == "2");
  CHECK_FALSE(record.header("b")->value.has_value());
  CHECK_FALSE(record.header("c").has_value());
  CHECK(record_view{}.headers().empty());
}
