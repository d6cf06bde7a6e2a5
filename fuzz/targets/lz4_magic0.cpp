// LZ4 frames with the header checksum of magic 0.
#include "support/codecs.hpp"
#include "support/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kwire::fuzz::check_codec(kwire::protocol::codec::lz4, std::as_bytes(std::span{data, size}),
                           kwire::protocol::lz4_flavor::legacy_header_checksum);
  return 0;
}
