// Messages from JSON: a refusal that says why, or a message that prints as JSON that reads the same.
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/json_reader.hpp>

#include "support/check.hpp"
#include "support/messages.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto what = fuzz::select(in, static_cast<direction>(in.below(4)));
  const auto message = what.entry->make();
  record_sets sets;
  const auto read = from_json(message.ref(), what.version, as_text(in.rest()), sets);
  if (!read) {
    fuzz::require(!read.error().message().empty(), "a refusal says why");
    return 0;
  }
  writer out;
  if (!encode(message.ref(), what.version, out)) return 0;  // a string above Kafka's limit, for instance
  fuzz::require(encoded_size(message.ref(), what.version) == out.buffer().size(),
                "computed size = encoded size");
  const auto again = what.entry->make();
  // Kafka allows strings of 32767 octets; the decoder refuses what the encoder lets through above it.
  if (!decode(again.ref(), what.version, out.buffer())) return 0;
  const auto options = json_options{}.show_secrets();
  fuzz::require(to_json(again.ref(), what.version, options) == to_json(message.ref(), what.version, options),
                "JSON comes back");
  return 0;
}
