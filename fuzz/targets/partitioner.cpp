// Keys to partitions, by every rule.
#include "core/producer/partitioner.hpp"

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  core::random_source random{in.number<std::uint32_t>()};
  const auto kind = static_cast<core::partitioner_kind>(in.below(9));
  const auto count = static_cast<std::int32_t>(in.number<std::uint32_t>() & 0x7ffffffe) + 1;
  std::optional<bytes_view> key;
  if (in.flag()) key = in.rest();
  if (const auto chosen = core::partition_of_key(kind, key, count, random)) {
    fuzz::require(*chosen >= 0 && *chosen < count, "a partition that exists");
  }
  return 0;
}
