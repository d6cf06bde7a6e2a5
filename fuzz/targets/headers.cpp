// Request and response headers: as described, and as the functions for the hot paths read and write them.
#include <kwire/protocol/frame.hpp>
#include <kwire/protocol/header.hpp>

#include "support/check.hpp"
#include "support/messages.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

void check_request(bytes_view octets) {
  reader in{octets};
  const auto header = decode_request_header(in);
  if (!header) return fuzz::require(header.error().offset <= octets.size(), "errors lie in the input");
  const auto* entry = find_message(header->key, direction::request);
  if (entry == nullptr || !entry->info->versions.contains(header->version)) return;
  writer out;
  encode_header(*header, *entry->info, out);
  reader again{out.buffer()};
  const auto back = decode_request_header(again);
  fuzz::require(back.has_value() && back->client_id == header->client_id && back->key == header->key &&
                    back->version == header->version && back->correlation == header->correlation,
                "request headers come back");
  // The described form must read what the functions write.
  request_header described;
  const auto described_version = header_version(*entry->info, header->version);
  fuzz::require(decode(described, described_version, out.buffer()).has_value(),
                "both forms of a header agree");
  fuzz::require(described.client_id.has_value() == (described_version > 0 && header->client_id.has_value()) ||
                    described_version == 0,
                "both forms agree on the client id");
}

void check_response(fuzz::input& in) {
  const auto what = fuzz::select(in, direction::response);
  reader from{in.rest()};
  const auto correlation = decode_response_header(from, *what.entry->info, what.version);
  response_header described;
  reader other{in.rest()};
  const auto same = decode_front(ref(described), header_version(*what.entry->info, what.version), other);
  // The described form is stricter about tagged fields, never laxer.
  if (same) {
    fuzz::require(
        correlation.has_value() && *correlation == described.correlation && from.offset() == other.offset(),
        "both forms of a response header agree");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  switch (in.below(3)) {
    case 0: check_request(in.rest()); break;
    case 1: check_response(in); break;
    default: fuzz::check_message(fuzz::select(in, direction::header), in.rest());
  }
  return 0;
}
