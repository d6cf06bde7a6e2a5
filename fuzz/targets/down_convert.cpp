// Batches made fit for brokers before 0.11, and read back as those would.
#include <kwire/protocol/records/message_set.hpp>

#include "support/check.hpp"
#include "support/mutator.hpp"
#include "support/records.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

std::size_t count_records(bytes_view octets, decompressor& unpack) {
  std::size_t count = 0;
  record_set set{octets};
  for (const auto& batch : set) {
    fuzz::require(verify(batch).has_value(), "what was converted has its checksums");
    bytes buffer;
    const auto content = payload(batch, unpack, 4 * fuzz::record_cap, buffer);
    fuzz::require(content.has_value(), "what was converted can be read");
    auto range = records(batch, *content);
    for (record_view record; range.next(record);) ++count;
    fuzz::require(!range.error(), "what was converted reads to its end");
  }
  fuzz::require(!set.error() && set.cut_off() == 0, "what was converted is whole");
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  static compressor pack;
  static decompressor unpack;
  const auto magic = static_cast<std::int8_t>(in.below(3));
  const auto type = static_cast<codec>(in.below(6));
  auto octets = to_bytes(in.rest());
  fuzz::repair_checksums(octets);
  record_set set{octets};
  for (const auto& batch : set) {
    bytes out{std::byte{9}};
    const auto done = down_convert(batch.raw, magic, {type}, pack, unpack, fuzz::record_cap, out);
    fuzz::require(!out.empty() && out[0] == std::byte{9}, "what was there stays");
    if (!done) {
      fuzz::require(out.size() == 1, "a refusal changes nothing");
      continue;
    }
    bytes buffer;
    const auto content = payload(batch, unpack, fuzz::record_cap, buffer);
    fuzz::require(content.has_value(), "only what can be read is converted");
    std::size_t before = 0;
    auto range = records(batch, *content);
    for (record_view record; range.next(record);) ++before;
    fuzz::require(count_records(bytes_view{out}.subspan(1), unpack) == before, "no record is lost");
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return kwire::fuzz::mutate_records(2, data, size, max_size, seed);
}
