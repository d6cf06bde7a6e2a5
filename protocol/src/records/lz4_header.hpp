#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <kwire/protocol/bytes.hpp>

namespace kwire::protocol::lz4_frame {

inline constexpr std::size_t magic_size = 4;
inline constexpr std::size_t max_header_size = 19;

/// XXH32 with seed 0 of fewer than 16 octets, which is all that a frame header needs.
inline std::uint32_t short_xxh32(bytes_view input) noexcept {
  constexpr std::uint32_t p1 = 2654435761U, p2 = 2246822519U, p3 = 3266489917U, p4 = 668265263U,
                          p5 = 374761393U;
  const auto octet = [&](std::size_t i) { return std::to_integer<std::uint32_t>(input[i]); };
  auto h = p5 + static_cast<std::uint32_t>(input.size());
  std::size_t at = 0;
  for (; at + 4 <= input.size(); at += 4) {
    const auto word = octet(at) | octet(at + 1) << 8 | octet(at + 2) << 16 | octet(at + 3) << 24;
    h = std::rotl(h + word * p3, 17) * p4;
  }
  for (; at < input.size(); ++at) h = std::rotl(h + octet(at) * p5, 11) * p1;
  h = (h ^ (h >> 15)) * p2;
  h = (h ^ (h >> 13)) * p3;
  return h ^ (h >> 16);
}

inline std::byte checksum(bytes_view covered) noexcept {
  return static_cast<std::byte>(short_xxh32(covered) >> 8);
}

/// Octets of the frame header at the beginning of `in`, or 0 when `in` ends before it does.
inline std::size_t header_size(bytes_view in) noexcept {
  if (in.size() < magic_size + 3) return 0;
  const auto flags = std::to_integer<unsigned>(in[magic_size]);
  const auto size = magic_size + 3 + ((flags & 0x08) != 0 ? 8U : 0U) + ((flags & 0x01) != 0 ? 4U : 0U);
  return in.size() < size ? 0 : size;
}

}  // namespace kwire::protocol::lz4_frame
