// Record sets of any mixture of formats.
#include "support/mutator.hpp"
#include "support/records.hpp"
#include "support/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kwire::fuzz::check_record_set(std::as_bytes(std::span{data, size}));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return kwire::fuzz::mutate_records(0, data, size, max_size, seed);
}
