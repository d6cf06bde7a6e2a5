// Checksums and hashes: the quick forms equal the plain ones, in parts as in one.
#include <zlib.h>

#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/records/murmur2.hpp>

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto at = in.number<std::uint16_t>();
  const auto seed = in.number<std::uint32_t>();
  const auto all = in.rest();
  const auto cut = std::min<std::size_t>(at, all.size());
  fuzz::require(crc32c(all.subspan(cut), crc32c(all.first(cut), seed)) == crc32c(all, seed),
                "CRC-32C in parts");
  fuzz::require(detail::crc32c_portable(all, seed) == crc32c(all, seed), "CRC-32C portable");
  fuzz::require(detail::crc32c_hardware(all, seed) == crc32c(all, seed), "CRC-32C in hardware");
  const auto plain =
      ::crc32(seed, reinterpret_cast<const unsigned char*>(all.data()), static_cast<unsigned>(all.size()));
  // zlib takes no address as "start over".
  if (!all.empty()) fuzz::require(protocol::crc32(all, seed) == plain, "CRC-32 is zlib's");
  const auto count = static_cast<std::int32_t>(at) + 1;
  const auto partition = murmur2_partition(all, count);
  fuzz::require(partition >= 0 && partition < count, "a partition that exists");
  const auto other = crc32_partition(all, count);
  fuzz::require(other >= 0 && other < count, "a partition that exists");
  return 0;
}
