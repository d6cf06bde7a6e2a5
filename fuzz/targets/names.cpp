// Names of keys, error codes and codecs, and the messages found by them.
#include <boost/system/system_error.hpp>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/records/json.hpp>
#include <kwire/protocol/version.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/limits.hpp>

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/memory.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

/// What is known of a message besides its fields, for every version.
void check_facts(const protocol::message_entry& entry) {
  const auto message = entry.make();
  (void)protocol::describe_schema(message.ref());
  for (auto version = entry.info->versions.min; version <= entry.info->versions.max; ++version) {
    const auto limit = protocol::memory_limit_of(message.ref(), version);
    fuzz::require(limit.ratio <= static_cast<double>(fuzz::memory_ratio), "memory is bound by the input",
                  [&] { return std::string{entry.info->name} + " " + limit.path; });
  }
  if (entry.facts == nullptr) return;
  fuzz::require(to_string(entry.facts->routing) != "unknown", "routes have names");
  for (const auto since : entry.facts->since()) {
    const auto named = parse_release(since);
    fuzz::require(named.has_value(), "releases can be read");
    const auto usable = entry.facts->in(*named, entry.info->versions);
    fuzz::require(usable.empty() || usable.max <= entry.info->versions.max, "only versions that exist");
  }
}

/// An error as an exception, which is how a caller that does not look at results learns of it.
void check_thrown(std::int16_t number) {
  const protocol::wire_error why{static_cast<protocol::wire_errc>(number), 3, "topics"};
  try {
    protocol::wire_result<void>{why}.value();
    fuzz::broken("errors that nobody looks at are thrown", "");
  } catch (const boost::system::system_error& e) {
    fuzz::require(std::string_view{e.what()}.find(why.message()) != std::string_view::npos, "it says why");
  }
}

}  // namespace

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
  check_thrown(number);
  (void)name(protocol::control_type{number});
  fuzz::require(!version_string().empty(), "the library has a version");
  const auto text = as_text(in.rest());
  if (const auto made = parse_release(text)) {
    fuzz::require(made->major >= 0 && made->minor >= 0, "releases have no signs");
  }
  if (const auto found = parse_api(text))
    fuzz::require(to_string(*found).size() == text.size(), "names in any case");
  if (const auto found = parse_broker_errc(text))
    fuzz::require(protocol::find_message(text) == nullptr, "a code is no message");
  if (const auto found = protocol::parse_codec(text)) {
    fuzz::require(name(*found) == text, "codecs come back");
    (void)levels(*found);
  }
  if (const auto* found = protocol::find_message(text)) {
    fuzz::require(found->info->name == text, "messages have their names");
    check_facts(*found);
  }
  for (const auto log : {protocol::coordinator_log::group, protocol::coordinator_log::transaction,
                         protocol::coordinator_log::share}) {
    (void)protocol::find_message(protocol::record_half{log, number, protocol::record_half::key});
  }
  return 0;
}
