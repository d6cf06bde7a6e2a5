// The JSON parser itself against Boost's own: both take the same texts.
#include <boost/json.hpp>

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/memory.hpp"
#include "support/target.hpp"
#include "wire/json_document.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(std::as_bytes(std::span{data, size}));
  const auto ours = protocol::parse_json(text);
  boost::system::error_code bad;
  const auto theirs = boost::json::parse(text, bad);
  if (bad) return 0;
  // Ours may be stricter (numbers out of range), never of another shape.
  if (ours) fuzz::require(ours->kind() == theirs.kind() || theirs.is_number(), "the same kind of value");
  if (!ours) fuzz::require(!ours.error().message().empty(), "a refusal says why");
  return 0;
}
