#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>

namespace kwire::protocol {

/// CRC-32C (Castagnoli) of `input`, as record batches of magic 2 carry it. `seed` is the value over what
/// came before, so that parts can be chained. Uses the processor's instruction where there is one.
std::uint32_t crc32c(bytes_view input, std::uint32_t seed = 0) noexcept;

/// CRC-32 (zlib's) of `input`, as messages of magic 0 and 1 carry it; chains like `crc32c`.
std::uint32_t crc32(bytes_view input, std::uint32_t seed = 0) noexcept;

namespace detail {
/// The two implementations behind `crc32c`, for tests that compare them.
std::uint32_t crc32c_portable(bytes_view input, std::uint32_t seed) noexcept;
/// Falls back to the portable one where `has_hardware_crc32c()` is false.
std::uint32_t crc32c_hardware(bytes_view input, std::uint32_t seed) noexcept;
bool has_hardware_crc32c() noexcept;
}  // namespace detail

}  // namespace kwire::protocol
