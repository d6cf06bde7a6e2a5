// Tests: compressor.cpp, decompressor.cpp
#include <doctest/doctest.h>
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/wire/writer.hpp>
#include <random>
#include <string>

using namespace kwire;
using namespace kwire::protocol;

namespace {

constexpr std::array all_codecs{codec::gzip, codec::snappy, codec::lz4, codec::zstd};

bytes text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += "row " + std::to_string(i * 7919 % 1009) + ", ";
  return to_bytes(as_bytes(text).first(size));
}

bytes noise_of(std::size_t size) {
  bytes data(size);
  std::mt19937 random(3);
  for (auto& octet : data) octet = static_cast<std::byte>(random());
  return data;
}

bytes packed_by(compression how, const bytes& in, lz4_flavor lz4 = lz4_flavor::standard,
                snappy_flavor snappy = snappy_flavor::xerial) {
  compressor packer;
  bytes storage;
  const auto result = packer.compress(how, in, storage, lz4, snappy);
  REQUIRE(result.has_value());
  return to_bytes(*result);
}

void check_back(codec type, const bytes& packed, const bytes& expected,
                lz4_flavor lz4 = lz4_flavor::standard) {
  decompressor unpacker;
  bytes out;
  for (const std::size_t cap : {expected.size(), expected.size() + 1, expected.size() * 2 + 100}) {
    out = bytes{};
    const auto result = unpacker.decompress(type, packed, cap, out, lz4);
    REQUIRE(result.has_value());
    CHECK(same_bytes(*result, expected));
    CHECK(out.capacity() <= cap);
  }
  if (expected.empty()) return;
  out = bytes{};
  CHECK(unpacker.decompress(type, packed, expected.size() - 1, out, lz4).error().code ==
        wire_errc::too_large);
  CHECK(out.capacity() < expected.size());
}

}  // namespace

TEST_CASE("names of codecs") {
  for (const auto type : {codec::none, codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    CHECK(parse_codec(name(type)) == type);
  }
  CHECK_FALSE(parse_codec("brotli"));
  CHECK(name(codec{7}).empty());
}

TEST_CASE("every codec gives back what it took, at every size") {
  for (const auto type : all_codecs) {
    CAPTURE(name(type));
    for (const std::size_t size : {0, 1, 100, 4096, 32768, 32769, 65536, 300'000}) {
      check_back(type, packed_by(type, text_of(size)), text_of(size));
      check_back(type, packed_by(type, noise_of(size)), noise_of(size));
    }
  }
}

TEST_CASE("contexts and storage are reused, and survive a move") {
  compressor packer;
  decompressor unpacker;
  bytes packed;
  bytes out;
  for (int round = 0; round < 3; ++round) {
    for (const auto type : all_codecs) {
      const auto data = text_of(50'000 >> round);
      const auto result = packer.compress(type, data, packed);
      const auto back = unpacker.decompress(type, *result, 1 << 20, out);
      CHECK(same_bytes(*back, data));
    }
    auto moved = std::move(packer);
    packer = std::move(moved);
    auto taken = std::move(unpacker);
    unpacker = std::move(taken);
  }
}

TEST_CASE("levels are Kafka's") {
  const auto data = text_of(1000);
  compressor packer;
  for (const auto type : {codec::gzip, codec::lz4, codec::zstd}) {
    const auto range = *levels(type);
    CAPTURE(name(type));
    for (const int level : {range.min, range.fallback, range.max}) {
      CHECK(range.contains(level));
      check_back(type, packed_by({type, level}, data), data);
    }
    CHECK_FALSE(range.contains(range.max + 1));
    CHECK(packer.compress({type, range.max + 1}, data).error().code == wire_errc::not_representable);
    CHECK(packer.compress({type, range.min - 3}, data).error().path == "level");
  }
  CHECK_FALSE(levels(codec::gzip)->contains(0));
  CHECK_FALSE(levels(codec::snappy));
  CHECK(packer.compress(codec{5}, data).error().code == wire_errc::unknown_codec);
}

TEST_CASE("snappy comes with and without xerial's framing") {
  const auto data = text_of(100'000);
  const auto framed = packed_by(codec::snappy, data);
  const auto bare = packed_by(codec::snappy, data, lz4_flavor::standard, snappy_flavor::bare);
  CHECK(as_text(framed).substr(0, 8) == std::string_view("\x82SNAPPY\0", 8));
  check_back(codec::snappy, framed, data);
  check_back(codec::snappy, bare, data);
  auto twice = framed;
  twice.insert(twice.end(), framed.begin(), framed.end());
  auto expected = data;
  expected.insert(expected.end(), data.begin(), data.end());
  check_back(codec::snappy, twice, expected);
}

TEST_CASE("gzip members, lz4 and zstd frames may follow each other") {
  const auto data = text_of(70'000);
  auto expected = data;
  expected.insert(expected.end(), data.begin(), data.end());
  for (const auto type : {codec::gzip, codec::lz4, codec::zstd}) {
    auto twice = packed_by(type, data);
    const auto again = twice;
    twice.insert(twice.end(), again.begin(), again.end());
    check_back(type, twice, expected);
  }
}

TEST_CASE("magic 0 has lz4 frames with the old header checksum") {
  const auto data = text_of(70'000);
  const auto standard = packed_by(codec::lz4, data);
  const auto legacy = packed_by(codec::lz4, data, lz4_flavor::legacy_header_checksum);
  CHECK_FALSE(same_bytes(standard, legacy));
  check_back(codec::lz4, standard, data, lz4_flavor::legacy_header_checksum);
  check_back(codec::lz4, legacy, data, lz4_flavor::legacy_header_checksum);
  decompressor unpacker;
  bytes out;
  CHECK(unpacker.decompress(codec::lz4, legacy, 1 << 20, out).error().code == wire_errc::bad_compression);
}

TEST_CASE("zstd frames are of version 1 of the format; what may be skipped is skipped") {
  const auto data = text_of(70'000);
  auto packed = packed_by(codec::zstd, data);
  const auto skippable = as_bytes(std::string_view{"\x53\x2a\x4d\x18\x03\0\0\0abc", 11});
  packed.insert(packed.end(), skippable.begin(), skippable.end());
  check_back(codec::zstd, packed, data);
  // Empty frames of version 0.6, one after the other.
  std::string old;
  for (int i = 0; i < 3; ++i) old += std::string_view{"\x26\xb5\x2f\xfd\0\0\0\0", 8};
  decompressor unpacker;
  bytes out;
  CHECK(unpacker.decompress(codec::zstd, as_bytes(old), 1 << 20, out).error().code ==
        wire_errc::bad_compression);
  packed.insert(packed.end(), as_bytes(old).begin(), as_bytes(old).end());
  CHECK(unpacker.decompress(codec::zstd, packed, 1 << 20, out).error().code == wire_errc::bad_compression);
}

TEST_CASE("zstd frames without a content size, lz4 frames with linked blocks and content size") {
  const auto data = text_of(500'000);
  bytes packed(ZSTD_compressBound(data.size()));
  auto* context = ZSTD_createCCtx();
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  for (std::size_t at = 0; at < data.size(); at += 1000) {  // a stream does not know its size
    ZSTD_inBuffer in{data.data() + at, 1000, 0};
    ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
  }
  ZSTD_inBuffer none{nullptr, 0, 0};
  ZSTD_compressStream2(context, &out, &none, ZSTD_e_end);
  ZSTD_freeCCtx(context);
  packed.resize(out.pos);
  check_back(codec::zstd, packed, data);

  LZ4F_preferences_t how{};
  how.frameInfo.contentSize = data.size();
  how.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  how.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
  packed.resize(LZ4F_compressFrameBound(data.size(), &how));
  packed.resize(LZ4F_compressFrame(packed.data(), packed.size(), data.data(), data.size(), &how));
  check_back(codec::lz4, packed, data);
  check_back(codec::lz4, packed, data, lz4_flavor::legacy_header_checksum);
}

TEST_CASE("a bomb stops at the cap, whatever it claims") {
  const bytes zeros(64 << 20);
  decompressor unpacker;
  for (const auto type : all_codecs) {
    CAPTURE(name(type));
    const auto packed = packed_by(type, zeros);
    for (const std::size_t cap : {0, 1, 5000, 1 << 20}) {
      bytes out;
      CHECK(unpacker.decompress(type, packed, cap, out).error().code == wire_errc::too_large);
      CHECK(out.capacity() <= cap);
    }
  }
}

TEST_CASE("claimed sizes alone allocate nothing") {
  decompressor unpacker;
  bytes out;
  // Snappy: a length of 2^30 and nothing behind it.
  const auto snappy = as_bytes(std::string_view("\x80\x80\x80\x80\x04\x00", 6));
  CHECK(unpacker.decompress(codec::snappy, snappy, std::size_t{1} << 31, out).error().code ==
        wire_errc::bad_compression);
  CHECK(out.capacity() < 1 << 16);
  // zstd: a single segment of 2^30 octets, cut off behind its header.
  const auto zstd = as_bytes(std::string_view("\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x40", 9));
  CHECK(unpacker.decompress(codec::zstd, zstd, std::size_t{1} << 31, out).error().code ==
        wire_errc::bad_compression);
  CHECK(out.capacity() < 1 << 16);
}

TEST_CASE("every proper prefix is refused, and changed bits do no harm") {
  decompressor unpacker;
  const auto data = text_of(3000);
  for (const auto type : all_codecs) {
    for (const auto flavor : {lz4_flavor::standard, lz4_flavor::legacy_header_checksum}) {
      CAPTURE(name(type));
      const auto packed = packed_by(type, data, flavor);
      for (std::size_t size = 0; size < packed.size(); ++size) {
        bytes out;
        const auto part = to_bytes(bytes_view{packed}.first(size));
        const auto result = unpacker.decompress(type, part, 1 << 20, out, flavor);
        // Blocks of xerial's framing are not counted: the empty stream behind its header is one, too.
        CHECK((!result.has_value() || (type == codec::snappy && size == 16)));
      }
      for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
        auto bad = packed;
        bad[bit / 8] ^= std::byte{1} << (bit % 8);
        bytes out;
        (void)unpacker.decompress(type, bad, 10'000, out, flavor);
        CHECK(out.capacity() <= 10'000);
      }
    }
  }
}
