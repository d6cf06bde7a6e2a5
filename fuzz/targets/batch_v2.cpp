// Batches of magic 2 whose length, magic and checksum are right, so that what lies behind them is reached.
#include <kwire/protocol/wire/writer.hpp>

#include "support/records.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto octets = to_bytes(std::as_bytes(std::span{data, size}));
  if (octets.size() >= protocol::batch_header_size) {
    protocol::store(octets.data() + protocol::batch_at::length,
                    static_cast<std::int32_t>(octets.size() - protocol::batch_prefix_size));
    octets[protocol::batch_at::magic] = std::byte{2};
    fuzz::repair_checksums(octets);
  }
  fuzz::check_record_set(octets);
  return 0;
}
