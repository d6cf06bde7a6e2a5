// LZ4 frames by themselves.
#include "support/codecs.hpp"
#include "support/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kwire::fuzz::check_codec(kwire::protocol::codec::lz4, std::as_bytes(std::span{data, size}));
  return 0;
}
