// Every request by key and version.
#include "support/messages.hpp"
#include "support/mutator.hpp"
#include "support/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kwire::fuzz::input in{data, size};
  const auto what = kwire::fuzz::select(in, kwire::protocol::direction::request);
  kwire::fuzz::check_message(what, in.rest());
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return kwire::fuzz::mutate_message(kwire::protocol::direction::request, 0, data, size, max_size, seed);
}
