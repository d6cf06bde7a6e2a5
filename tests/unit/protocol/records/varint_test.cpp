#include <doctest/doctest.h>

#include <array>
#include <kwire/protocol/records/varint.hpp>
#include <optional>
#include <random>
#include <vector>

using namespace kwire::protocol;

namespace {

// As the format is defined, octet by octet: what the quick forms have to agree with.

std::vector<std::byte> plain_write(std::int64_t value) {
  auto raw = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  std::vector<std::byte> octets;
  for (; raw >= 0x80; raw >>= 7) octets.push_back(static_cast<std::byte>((raw & 0x7f) | 0x80));
  octets.push_back(static_cast<std::byte>(raw));
  return octets;
}

struct parsed {
  std::size_t size;
  std::int64_t value;
};

std::optional<parsed> plain_read(std::span<const std::byte> from) {
  std::uint64_t raw = 0;
  for (std::size_t i = 0; i < 10 && i < from.size(); ++i) {
    const auto octet = std::to_integer<std::uint64_t>(from[i]);
    if (i == 9 && octet > 1) return std::nullopt;  // beyond 64 bits
    raw |= (octet & 0x7f) << (7 * i);
    if (octet < 0x80) {
      return parsed{i + 1, static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1)};
    }
  }
  return std::nullopt;
}

void check_read(std::span<const std::byte> from) {
  std::int64_t value = 0;
  const auto* behind = detail::load_varint(from.data(), from.data() + from.size(), value);
  const auto expected = plain_read(from);
  REQUIRE((behind != nullptr) == expected.has_value());
  if (!expected) return;
  REQUIRE(static_cast<std::size_t>(behind - from.data()) == expected->size);
  REQUIRE(value == expected->value);
}

void check_value(std::int64_t value) {
  const auto expected = plain_write(value);
  std::array<std::byte, 10> octets{};
  const auto written = [&](const std::byte* end) {
    return std::vector<std::byte>(octets.data(), octets.data() + (end - octets.data()));
  };
  REQUIRE(written(detail::put_varint(octets.data(), value)) == expected);
  REQUIRE(written(store_varint(octets.data(), value)) == expected);
  REQUIRE(varint_size(value) == expected.size());
  REQUIRE(detail::quick_varint_size(value) == expected.size());
  if (expected.size() <= 2) {
    const auto raw = zigzag(value);
    REQUIRE(written(detail::put_short(octets.data(), raw)) == expected);
    std::uint32_t back = 0;
    REQUIRE(detail::load_short(octets.data(), back) == octets.data() + expected.size());
    REQUIRE(back == raw);
    REQUIRE(detail::from_zigzag(back) == value);
  }
  for (std::size_t cut = 0; cut <= expected.size(); ++cut) check_read(std::span{expected}.first(cut));
}

}  // namespace

TEST_CASE(
    "varint: the quick forms are the plain one, for all short values, every length's ends and at random") {
  for (std::int64_t value = -70'000; value <= 70'000; ++value) check_value(value);
  for (int bits = 0; bits < 64; ++bits) {
    const auto edge = static_cast<std::int64_t>(std::uint64_t{1} << bits);
    for (std::int64_t off = -2; off <= 2; ++off) {
      check_value(
          static_cast<std::int64_t>(static_cast<std::uint64_t>(edge) + static_cast<std::uint64_t>(off)));
    }
  }
  std::mt19937_64 random{11};
  for (int i = 0; i < 100'000; ++i) check_value(static_cast<std::int64_t>(random() >> (random() % 64)));
}

TEST_CASE("varint: octets that are none are refused as the plain reader refuses them") {
  std::mt19937_64 random{12};
  std::vector<std::byte> octets;
  for (int i = 0; i < 200'000; ++i) {
    octets.resize(random() % 12);
    for (auto& octet : octets) octet = static_cast<std::byte>(random() % 4 == 0 ? random() : random() | 0x80);
    check_read(octets);
  }
}
