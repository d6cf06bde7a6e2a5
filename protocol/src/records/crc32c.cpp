#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <kwire/protocol/records/crc32c.hpp>
#include <limits>
#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace kwire::protocol {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78U;  // Castagnoli, bit-reversed

using table = std::array<std::uint32_t, 256>;

/// slices[k][b]: what octet b does to the remainder when k more octets follow.
constexpr std::array<table, 8> make_slices() {
  std::array<table, 8> slices{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    std::uint32_t crc = octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    slices[0][octet] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t octet = 0; octet < 256; ++octet) {
      const auto before = slices[k - 1][octet];
      slices[k][octet] = (before >> 8) ^ slices[0][before & 0xff];
    }
  }
  return slices;
}
constexpr auto slices = make_slices();

std::uint64_t load64(const std::byte* at) noexcept {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

#if defined(__x86_64__) || defined(__aarch64__)

// The instruction has a latency of three cycles and a throughput of one, so three independent lanes run at
// the speed of one. To join the lanes, the remainder of the first is moved over the length of the next,
// which is multiplication by a fixed matrix: four table look-ups.
constexpr std::size_t long_lane = 8192;
constexpr std::size_t short_lane = 256;

using matrix = std::array<std::uint32_t, 32>;
using shift_table = std::array<table, 4>;

constexpr std::uint32_t times(const matrix& m, std::uint32_t vector) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; vector != 0; ++i, vector >>= 1) {
    if ((vector & 1) != 0) sum ^= m[i];
  }
  return sum;
}

/// Table of the operator that appends `octets` (a power of two) zero octets to a message.
constexpr shift_table make_shift(std::size_t octets) {
  matrix op{};
  op[0] = polynomial;  // one zero bit
  for (std::size_t i = 1; i < 32; ++i) op[i] = 1U << (i - 1);
  for (std::size_t bits = 1; bits < octets * 8; bits *= 2) {
    matrix square{};
    for (std::size_t i = 0; i < 32; ++i) square[i] = times(op, op[i]);
    op = square;
  }
  shift_table shift{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    for (std::uint32_t k = 0; k < 4; ++k) shift[k][octet] = times(op, octet << (8 * k));
  }
  return shift;
}
constexpr auto long_shift = make_shift(long_lane);
constexpr auto short_shift = make_shift(short_lane);

std::uint32_t moved(const shift_table& shift, std::uint32_t crc) noexcept {
  return shift[0][crc & 0xff] ^ shift[1][(crc >> 8) & 0xff] ^ shift[2][(crc >> 16) & 0xff] ^
         shift[3][crc >> 24];
}

#if defined(__x86_64__)
#define KWIRE_CRC_TARGET __attribute__((target("sse4.2")))
KWIRE_CRC_TARGET inline std::uint64_t step64(std::uint64_t crc, std::uint64_t data) noexcept {
  return _mm_crc32_u64(crc, data);
}
KWIRE_CRC_TARGET inline std::uint64_t step8(std::uint64_t crc, std::byte data) noexcept {
  return _mm_crc32_u8(static_cast<std::uint32_t>(crc), static_cast<unsigned char>(data));
}
#else
#define KWIRE_CRC_TARGET __attribute__((target("+crc")))
KWIRE_CRC_TARGET inline std::uint64_t step64(std::uint64_t crc, std::uint64_t data) noexcept {
  return __crc32cd(static_cast<std::uint32_t>(crc), data);
}
KWIRE_CRC_TARGET inline std::uint64_t step8(std::uint64_t crc, std::byte data) noexcept {
  return __crc32cb(static_cast<std::uint32_t>(crc), static_cast<std::uint8_t>(data));
}
#endif

template <std::size_t Lane>
KWIRE_CRC_TARGET std::uint64_t three_lanes(std::uint64_t crc, const std::byte*& at, std::size_t& left,
                                           const shift_table& shift) noexcept {
  while (left >= 3 * Lane) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (const auto* end = at + Lane; at != end; at += 8) {
      crc = step64(crc, load64(at));
      second = step64(second, load64(at + Lane));
      third = step64(third, load64(at + 2 * Lane));
    }
    crc = moved(shift, static_cast<std::uint32_t>(crc)) ^ second;
    crc = moved(shift, static_cast<std::uint32_t>(crc)) ^ third;
    at += 2 * Lane;
    left -= 3 * Lane;
  }
  return crc;
}

KWIRE_CRC_TARGET std::uint32_t run_hardware(bytes_view input, std::uint32_t seed) noexcept {
  const auto* at = input.data();
  auto left = input.size();
  std::uint64_t crc = ~seed;
  crc = three_lanes<long_lane>(crc, at, left, long_shift);
  crc = three_lanes<short_lane>(crc, at, left, short_shift);
  for (; left >= 8; at += 8, left -= 8) crc = step64(crc, load64(at));
  for (; left != 0; ++at, --left) crc = step8(crc, *at);
  return ~static_cast<std::uint32_t>(crc);
}
#undef KWIRE_CRC_TARGET
#endif

bool detect() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse4.2") != 0;
#elif defined(__aarch64__)
  return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#else
  return false;
#endif
}

}  // namespace

namespace detail {

std::uint32_t crc32c_portable(bytes_view input, std::uint32_t seed) noexcept {
  const auto* at = input.data();
  auto left = input.size();
  std::uint32_t crc = ~seed;
  for (; left >= 8; at += 8, left -= 8) {
    auto word = load64(at);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    word ^= crc;
    crc = 0;
    for (unsigned k = 0; k < 8; ++k) crc ^= slices[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (; left != 0; ++at, --left) {
    crc = (crc >> 8) ^ slices[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xff];
  }
  return ~crc;
}

bool has_hardware_crc32c() noexcept {
  static const bool present = detect();
  return present;
}

std::uint32_t crc32c_hardware(bytes_view input, std::uint32_t seed) noexcept {
#if defined(__x86_64__) || defined(__aarch64__)
  if (has_hardware_crc32c()) return run_hardware(input, seed);
#endif
  return crc32c_portable(input, seed);
}

}  // namespace detail

std::uint32_t crc32c(bytes_view input, std::uint32_t seed) noexcept {
  return detail::crc32c_hardware(input, seed);
}

std::uint32_t crc32(bytes_view input, std::uint32_t seed) noexcept {
  uLong crc = seed;
  while (!input.empty()) {  // zlib counts in 32 bits
    const auto part = std::min<std::size_t>(input.size(), std::numeric_limits<uInt>::max());
    crc = ::crc32(crc, reinterpret_cast<const Bytef*>(input.data()), static_cast<uInt>(part));
    input = input.subspan(part);
  }
  return static_cast<std::uint32_t>(crc);
}

}  // namespace kwire::protocol
