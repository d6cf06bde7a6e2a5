// gzip by itself.
#include "support/codecs.hpp"
#include "support/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kwire::fuzz::check_codec(kwire::protocol::codec::gzip, std::as_bytes(std::span{data, size}));
  return 0;
}
