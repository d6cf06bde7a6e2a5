#include "support/codecs.hpp"

#include "support/check.hpp"
#include "support/memory.hpp"

namespace kwire::fuzz {
namespace {

using namespace protocol;

// What the libraries keep of their own: windows and tables.
constexpr std::size_t library_memory = 10 << 20;
constexpr std::size_t cap = 1 << 18;

void check_decompression(codec type, bytes_view octets, lz4_flavor lz4) {
  decompressor unpack;
  bytes out;
  std::optional<wire_result<bytes_view>> whole;
  {
    memory_watch watch;
    whole.emplace(unpack.decompress(type, octets, cap, out, lz4));
    require_memory(watch, octets.size(), 3 * cap + library_memory);
  }
  require(out.size() <= cap, "the cap holds");
  if (!*whole) return;
  const auto plain = to_bytes(**whole);
  require(plain.size() <= cap, "the cap holds");
  // The same with a used context, and exactly as much room as it takes.
  bytes tight;
  const auto again = unpack.decompress(type, octets, plain.size(), tight, lz4);
  require(again.has_value() && same_bytes(*again, plain), "the exact cap is enough");
  if (plain.empty()) return;
  bytes small;
  const auto refused = unpack.decompress(type, octets, plain.size() - 1, small, lz4);
  require(refused.has_error() && refused.error().code == wire_errc::too_large,
          "one octet above the cap is refused");
  require(small.size() < plain.size(), "the cap holds");
}

}  // namespace

void check_codec(codec type, bytes_view octets, lz4_flavor lz4, snappy_flavor snappy) {
  check_decompression(type, octets, lz4);
  static compressor pack;
  static decompressor unpack;
  bytes packed;
  bytes plain;
  const auto squeezed = pack.compress({type}, octets, packed, lz4, snappy);
  require(squeezed.has_value(), "anything can be compressed");
  const auto back = unpack.decompress(type, *squeezed, octets.size(), plain, lz4);
  require(back.has_value() && same_bytes(*back, octets), "what was compressed comes back");
}

}  // namespace kwire::fuzz
