#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/records/murmur2.hpp>

namespace kwire::protocol {

std::uint32_t murmur2(bytes_view key) noexcept {
  constexpr std::uint32_t seed = 0x9747b28cU;
  constexpr std::uint32_t m = 0x5bd1e995U;
  constexpr int r = 24;
  const auto octet = [&](std::size_t i) { return std::to_integer<std::uint32_t>(key[i]); };

  auto h = seed ^ static_cast<std::uint32_t>(key.size());
  std::size_t at = 0;
  for (; at + 4 <= key.size(); at += 4) {
    auto k = octet(at) | octet(at + 1) << 8 | octet(at + 2) << 16 | octet(at + 3) << 24;
    k *= m;
    k ^= k >> r;
    k *= m;
    h *= m;
    h ^= k;
  }
  const auto left = key.size() - at;
  if (left == 3) h ^= octet(at + 2) << 16;
  if (left >= 2) h ^= octet(at + 1) << 8;
  if (left >= 1) {
    h ^= octet(at);
    h *= m;
  }
  h ^= h >> 13;
  h *= m;
  h ^= h >> 15;
  return h;
}

std::int32_t crc32_partition(bytes_view key, std::int32_t partitions) noexcept {
  return static_cast<std::int32_t>(crc32(key) % static_cast<std::uint32_t>(partitions));
}

}  // namespace kwire::protocol
