// Every stored message, by itself and behind its version or type.
#include "support/check.hpp"
#include "support/memory.hpp"
#include "support/messages.hpp"
#include "support/mutator.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto what = fuzz::select(in, direction::stored);
  fuzz::check_message(what, in.rest());

  const auto message = what.entry->make();
  wire_result<std::int16_t> found{std::int16_t{0}};
  {
    fuzz::memory_watch watch;
    found = decode_stored(message.ref(), in.rest());
    fuzz::require_memory(watch, in.rest().size());
  }
  if (!found) {
    fuzz::require(found.error().offset <= in.rest().size(), "errors lie in the input");
    return 0;
  }
  const auto known = std::min(*found, what.entry->info->versions.max);
  writer out;
  fuzz::require(encode_stored(message.ref(), known, out).has_value(), "what was decoded can be encoded");
  const auto again = what.entry->make();
  const auto back = decode_stored(again.ref(), out.buffer());
  fuzz::require(back.has_value() && *back == known, "stored messages keep their version");
  writer twice;
  (void)encode_stored(again.ref(), known, twice);
  fuzz::require(twice.buffer() == out.buffer(), "decode-encode-decode equality");
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return kwire::fuzz::mutate_message(kwire::protocol::direction::stored, 0, data, size, max_size, seed);
}
