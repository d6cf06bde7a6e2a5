// Whole frames of any kind, taken apart and put together.
#include <kwire/protocol/frame.hpp>

#include "support/check.hpp"
#include "support/memory.hpp"
#include "support/messages.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const bool request = in.flag();
  const auto what = fuzz::select(in, request ? direction::request : direction::response);
  const auto& info = *what.entry->info;
  const auto read = [&](bytes_view octets) {
    return request ? decode_request_frame(octets) : decode_response_frame(octets, info.key, what.version);
  };
  const auto octets = in.rest();
  std::optional<wire_result<frame>> first;
  {
    fuzz::memory_watch watch;
    first.emplace(read(octets));
    // The message itself, however small the input is.
    fuzz::require_memory(watch, octets.size(), 4096);
  }
  if (!*first) {
    fuzz::require(first->error().offset <= octets.size(), "errors lie in the input");
    return 0;
  }
  const auto& found = **first;
  fuzz::require(found.body_at <= octets.size(), "the body lies in the frame");
  writer out;
  fuzz::require(encode_frame(found, out).has_value(), "a frame that was read can be written");
  const auto again = read(out.buffer());
  fuzz::require(again.has_value(), "a frame that was written can be read");
  writer twice;
  fuzz::require(encode_frame(*again, twice).has_value() && twice.buffer() == out.buffer(),
                "decode-encode-decode equality");
  for (std::size_t length = 0; length < out.buffer().size(); length += 1 + out.buffer().size() / 8) {
    fuzz::require(read(bytes_view{out.buffer()}.first(length)).has_error(), "a proper prefix is refused");
  }
  return 0;
}
