// Names of keys, error codes and codecs, and the messages found by them.
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/wire/json.hpp>

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto number = in.number<std::int16_t>();
  const broker_errc code{number};
  (void)meaning(code);
  (void)is_retriable(code);
  (void)needs_metadata_refresh(code);
  (void)make_error_code(code).message();
  if (find(code) != nullptr) fuzz::require(parse_broker_errc(to_string(code)) == code, "codes come back");
  const api key{number};
  if (to_string(key) != "Unknown") fuzz::require(parse_api(to_string(key)) == key, "keys come back");
  const auto text = as_text(in.rest());
  if (const auto found = parse_api(text))
    fuzz::require(to_string(*found).size() == text.size(), "names in any case");
  if (const auto found = parse_broker_errc(text))
    fuzz::require(protocol::find_message(text) == nullptr, "a code is no message");
  if (const auto found = protocol::parse_codec(text)) fuzz::require(name(*found) == text, "codecs come back");
  if (const auto* found = protocol::find_message(text)) {
    fuzz::require(found->info->name == text, "messages have their names");
    (void)protocol::describe_schema(found->make().ref());
  }
  for (const auto log : {protocol::coordinator_log::group, protocol::coordinator_log::transaction,
                         protocol::coordinator_log::share}) {
    (void)protocol::find_message(protocol::record_half{log, number, protocol::record_half::key});
  }
  return 0;
}
