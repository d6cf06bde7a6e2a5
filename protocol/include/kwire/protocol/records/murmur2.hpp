#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>

namespace kwire::protocol {

/// The hash of Kafka's Java partitioner (murmur2, seed 0x9747b28c), bit for bit.
std::uint32_t murmur2(bytes_view key) noexcept;

/// Drops the sign bit, as Java's `Utils.toPositive` does (this is not the absolute value).
constexpr std::int32_t to_positive(std::uint32_t hash) noexcept {
  return static_cast<std::int32_t>(hash & 0x7fffffffU);
}

/// Partition for a key by Java's default rule; `partitions` is above zero.
inline std::int32_t murmur2_partition(bytes_view key, std::int32_t partitions) noexcept {
  return to_positive(murmur2(key)) % partitions;
}

/// Partition for a key by librdkafka's `consistent` rule (CRC-32); `partitions` is above zero.
std::int32_t crc32_partition(bytes_view key, std::int32_t partitions) noexcept;

}  // namespace kwire::protocol
