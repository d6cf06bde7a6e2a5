#include <doctest/doctest.h>

#include <array>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/message_set.hpp>
#include <string>

using namespace kwire;
using namespace kwire::protocol;

namespace {

constexpr std::size_t cap = 1 << 20;
constexpr int count = 50;

bytes sealed(const batch_stamp& stamp = {}, codec type = codec::none,
             std::span<const header_view> headers = {}) {
  bytes buffer(16384);
  compressor packer;
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  for (int i = 0; i < count; ++i) {
    const auto key = "key-" + std::to_string(i);
    std::optional<bytes_view> value;
    if (i % 5 != 0) value = as_bytes("some value that repeats");
    REQUIRE(builder.append(1000 + i, as_bytes(key), value, headers));
  }
  const auto batch = builder.seal(stamp, type, &packer);
  assign_offset(batch, 700, leader_epoch{1});
  return to_bytes(batch);
}

struct tools {
  compressor packer;
  decompressor unpacker;
  bytes out;

  auto convert(bytes_view batch, int magic, codec type) {
    return down_convert(batch, static_cast<std::int8_t>(magic), type, packer, unpacker, cap, out);
  }
};

}  // namespace

TEST_CASE("a batch survives the way through the old formats") {
  for (const int magic : {0, 1}) {
    for (const auto from : {codec::none, codec::zstd}) {
      for (const auto type : {codec::none, codec::gzip, codec::snappy, codec::lz4}) {
        CAPTURE(magic);
        CAPTURE(name(type));
        tools t;
        REQUIRE(t.convert(sealed({}, from), magic, type).has_value());
        bytes storage;
        int i = 0;
        record_set set{t.out};
        for (const auto& message : set) {
          CHECK(message.magic == magic);
          CHECK(verify(message).has_value());
          const auto content = payload(message, t.unpacker, cap, storage);
          REQUIRE(content.has_value());
          auto range = records(message, *content);
          for (const auto record : range) {
            CHECK(record.offset() == 700 + i);
            CHECK(record.timestamp_ms() == (magic == 0 ? -1 : 1000 + i));
            CHECK(as_text(*record.key()) == "key-" + std::to_string(i));
            CHECK(record.value().has_value() == (i % 5 != 0));
            ++i;
          }
          CHECK_FALSE(range.error());
        }
        CHECK_FALSE(set.error());
        CHECK(i == count);
      }
    }
  }
}

TEST_CASE("a wrapper ends with the last record that is left") {
  bytes buffer(1000);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  REQUIRE(builder.append(1, as_bytes("a"), as_bytes("first")));
  builder.skip_offsets(3);
  REQUIRE(builder.append(1, as_bytes("b"), as_bytes("last")));
  builder.skip_offsets(5);
  tools t;
  REQUIRE(t.convert(builder.seal({}), 1, codec::gzip).has_value());
  record_set set{t.out};
  const auto wrapper = *set.begin();
  bytes storage;
  auto range = records(wrapper, *payload(wrapper, t.unpacker, cap, storage));
  record_view record;
  REQUIRE(range.next(record));
  CHECK(record.offset() == 0);
  REQUIRE(range.next(record));
  CHECK(record.offset() == 4);
}

TEST_CASE("what old formats cannot say is refused, and nothing is written") {
  const std::array headers{header_view{"h", std::nullopt}};
  tools t;
  t.out = to_bytes(as_bytes("before"));
  const auto path = [&](bytes_view batch, int magic = 1, codec type = codec::none) {
    const auto result = t.convert(batch, magic, type);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == wire_errc::not_representable);
    CHECK(as_text(t.out) == "before");
    return result.error().path;
  };
  CHECK(path(sealed({}, codec::none, headers)) == "headers");
  CHECK(path(sealed({producer_id{1}, producer_epoch{0}, 0})) == "producer_id");
  batch_stamp control;
  control.control = true;
  CHECK(path(sealed(control)) == "control");
  CHECK(path(sealed(), 0, codec::zstd) == "compression");
  CHECK(path(sealed(), 2) == "magic");
  CHECK(t.convert({}, 1, codec::none).error().code == wire_errc::truncated);
  CHECK(
      down_convert(sealed({}, codec::gzip), 1, codec::none, t.packer, t.unpacker, 100, t.out).error().code ==
      wire_errc::too_large);
}

TEST_CASE("a batch whose offsets do not rise is not converted") {
  bytes buffer(1024);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  REQUIRE(builder.append(1000, std::nullopt, as_bytes("a")));
  REQUIRE(builder.append(1000, std::nullopt, as_bytes("b")));
  auto batch = to_bytes(builder.seal({}));
  // Swaps the offset deltas of both records: length, attributes and timestamp stand before each.
  const auto second = batch_header_size + (batch.size() - batch_header_size) / 2;
  std::swap(batch[batch_header_size + 3], batch[second + 3]);
  restamp(batch, {});
  for (const auto type : {codec::none, codec::gzip}) {
    tools t;
    CHECK(t.convert(batch, 0, type).error().code == wire_errc::bad_record);
    CHECK(t.out.empty());
  }
}
