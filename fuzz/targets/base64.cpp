// Base64 and ids as text.
#include <kwire/protocol/base64.hpp>
#include <kwire/protocol/ids.hpp>

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto octets = std::as_bytes(std::span{data, size});
  std::string text;
  append_base64(text, octets);
  const auto back = from_base64(text);
  fuzz::require(back.has_value() && same_bytes(*back, octets), "octets come back from base64");
  if (const auto read = from_base64(as_text(octets))) {
    std::string again;
    append_base64(again, *read);
    fuzz::require(again.size() == size, "what was read has the length of what is written");
  }
  uuid id;
  if (parse_uuid(as_text(octets), id)) fuzz::require(to_string(id).size() == 22, "ids have 22 characters");
  if (size >= 16) {
    std::ranges::copy(std::span{data, 16}, id.octets.begin());
    uuid other;
    fuzz::require(parse_uuid(to_string(id), other) && other == id, "ids come back from text");
  }
  return 0;
}
