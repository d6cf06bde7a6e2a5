#pragma once

#include <array>
#include <cstddef>
#include <kwire/protocol/bytes.hpp>

namespace kwire::protocol::xerial {

/// snappy-java's stream: this, two 32-bit versions, then blocks, each behind its 32-bit length.
inline constexpr std::array<unsigned char, 8> magic{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
inline constexpr std::size_t header_size = 16;
inline constexpr std::size_t block_size = 32 * 1024;

inline bool starts(bytes_view in) noexcept {
  return in.size() >= header_size && std::memcmp(in.data(), magic.data(), magic.size()) == 0;
}

}  // namespace kwire::protocol::xerial
