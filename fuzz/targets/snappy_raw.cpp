// Bare snappy.
#include "support/codecs.hpp"
#include "support/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kwire::fuzz::check_codec(kwire::protocol::codec::snappy, std::as_bytes(std::span{data, size}),
                           kwire::protocol::lz4_flavor::standard, kwire::protocol::snappy_flavor::bare);
  return 0;
}
