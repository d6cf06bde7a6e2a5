#include "core/producer/partitioner.hpp"

#include <kwire/protocol/records/murmur2.hpp>

namespace kwire::core {

std::optional<std::int32_t> partition_of_key(partitioner_kind kind, std::optional<bytes_view> key,
                                             std::int32_t count, random_source& random) noexcept {
  const auto anywhere = [&] {
    return static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(count)));
  };
  switch (kind) {
    case partitioner_kind::murmur2_random:
      if (!key) return std::nullopt;
      return protocol::murmur2_partition(*key, count);
    case partitioner_kind::murmur2: return protocol::murmur2_partition(key.value_or(bytes_view{}), count);
    case partitioner_kind::consistent: return protocol::crc32_partition(key.value_or(bytes_view{}), count);
    case partitioner_kind::consistent_random:
      // librdkafka's rule: an empty key counts as none.
      if (!key || key->empty()) return std::nullopt;
      return protocol::crc32_partition(*key, count);
    case partitioner_kind::random: return anywhere();
  }
  return std::nullopt;
}

}  // namespace kwire::core
