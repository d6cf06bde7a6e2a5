// Old message sets as the embedded broker takes them in, and gives them out again.
#include "core/old_records.hpp"
#include "support/check.hpp"
#include "support/mutator.hpp"
#include "support/records.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {
// Small enough for thousands of bombs in a second.
constexpr std::size_t cap = 1024 * 1024;
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const bool check_crc = in.flag();
  const auto magic = static_cast<std::int8_t>(in.below(2));
  auto octets = to_bytes(in.rest());
  if (!check_crc) fuzz::repair_checksums(octets);
  const auto made = embedded::up_convert(octets, check_crc, cap);
  if (made) {
    const bytes_view whole{made->storage.get(), made->size};
    protocol::record_set set{whole};
    auto first = set.begin();
    fuzz::require(first != set.end() && first->magic == 2 && first->raw.size() == whole.size(),
                  "the outcome is one batch");
    fuzz::require(protocol::verify(*first).has_value(), "the outcome has its checksum");
    fuzz::check_record_set(whole);
    const auto back = embedded::down_convert(whole, magic, cap);
    if (back) fuzz::check_record_set(*back);
  }
  if (const auto direct = embedded::down_convert(octets, magic, cap)) fuzz::check_record_set(*direct);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return kwire::fuzz::mutate_records(2, data, size, max_size, seed);
}
