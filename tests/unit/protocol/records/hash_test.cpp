// Tests: crc32c.cpp, murmur2.cpp
#include <doctest/doctest.h>

#include <array>
#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/records/murmur2.hpp>
#include <random>

using namespace kwire;
using namespace kwire::protocol;

TEST_CASE("crc32c has the published check values") {
  CHECK(crc32c(as_bytes("123456789")) == 0xe3069283U);
  CHECK(crc32c({}) == 0);
  // RFC 3720, B.4
  bytes block(32);
  CHECK(crc32c(block) == 0x8a9136aaU);
  block.assign(32, std::byte{0xff});
  CHECK(crc32c(block) == 0x62a8ab43U);
  for (std::size_t i = 0; i < 32; ++i) block[i] = static_cast<std::byte>(i);
  CHECK(crc32c(block) == 0x46dd794eU);
}

TEST_CASE("the two crc32c implementations agree at every length and alignment, and chain") {
  bytes data(60'000);
  std::mt19937 random(7);
  for (auto& octet : data) octet = static_cast<std::byte>(random());
  const auto check = [&](std::size_t at, std::size_t size) {
    const auto part = bytes_view{data}.subspan(at, size);
    const auto seed = static_cast<std::uint32_t>(random());
    const auto expected = detail::crc32c_portable(part, seed);
    CHECK(detail::crc32c_hardware(part, seed) == expected);
    CHECK(crc32c(part.subspan(size / 3), crc32c(part.first(size / 3), seed)) == expected);
  };
  for (std::size_t size = 0; size < 900; ++size) check(size % 9, size);
  for (const std::size_t size : {3 * 8192 - 1, 3 * 8192, 3 * 8192 + 1, 2 * 3 * 8192 + 777, 59'990})
    check(3, size);
}

TEST_CASE("crc32 is zlib's") {
  CHECK(crc32(as_bytes("123456789")) == 0xcbf43926U);
  CHECK(crc32(as_bytes("456789"), crc32(as_bytes("123"))) == 0xcbf43926U);
}

TEST_CASE("murmur2 is the Java client's") {
  CHECK(to_positive(murmur2(as_bytes("NY"))) == 649138875);
  CHECK(to_positive(murmur2({})) == 275646681);
  CHECK(to_positive(murmur2(as_bytes("order-1"))) == 1221710326);
  constexpr std::array<unsigned char, 11> packed{0xaa, 0x70, 0x61, 0x67, 0x65, 0x5f,
                                                 0x76, 0x69, 0x65, 0x77, 0x73};
  CHECK(to_positive(murmur2(std::as_bytes(std::span{packed}))) == 1412405416);
  // org.apache.kafka.common.utils.UtilsTest.testMurmur2
  CHECK(static_cast<std::int32_t>(murmur2(as_bytes("21"))) == -973932308);
  CHECK(static_cast<std::int32_t>(murmur2(as_bytes("foobar"))) == -790332482);
  CHECK(static_cast<std::int32_t>(murmur2(as_bytes("a-little-bit-long-string"))) == -985981536);
  CHECK(static_cast<std::int32_t>(murmur2(as_bytes("a-little-bit-longer-string"))) == -1486304829);
  CHECK(static_cast<std::int32_t>(murmur2(as_bytes("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"))) ==
        -58897971);
  CHECK(static_cast<std::int32_t>(murmur2(as_bytes("abc"))) == 479470107);
}

TEST_CASE("partitions of keys") {
  CHECK(crc32(as_bytes("NY")) == 1033148708U);
  CHECK(crc32(as_bytes("order-1")) == 3769860079U);
  CHECK(crc32_partition(as_bytes("order-1"), 7) == static_cast<std::int32_t>(3769860079U % 7));
  CHECK(murmur2_partition(as_bytes("NY"), 12) == 649138875 % 12);
}
