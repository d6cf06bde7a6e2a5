// Record sets as JSON and back, and written anew.
#include <boost/json.hpp>
#include <kwire/protocol/records/json.hpp>

#include "support/check.hpp"
#include "support/records.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

constexpr std::size_t cap = 1 << 18;

void from_octets(bytes set) {
  fuzz::repair_checksums(set);
  const auto text = records_to_json(set, cap);
  if (!text) {
    fuzz::require(text.error().offset <= set.size(), "errors lie in the set");
    return;
  }
  boost::system::error_code bad;
  (void)boost::json::parse(*text, bad);
  fuzz::require(!bad, "what is printed is JSON", [&] { return *text; });
  bytes anew;
  fuzz::require(rewrite_records(set, cap, anew).has_value(), "what can be printed can be written anew",
                [&] { return *text; });
  fuzz::check_record_set(anew);
  bytes twice;
  fuzz::require(rewrite_records(anew, cap, twice).has_value() && twice == anew,
                "what was written anew stays as it is", [&] { return *text; });
  bytes read;
  const auto done = records_from_json(*text, read);
  fuzz::require(done.has_value(), "what is printed can be read",
                [&] { return done.error().message() + "\n" + *text; });
  fuzz::check_record_set(read);
}

void from_text(std::string_view text) {
  bytes set;
  const auto done = records_from_json(text, set);
  if (!done) {
    fuzz::require(!done.error().message().empty(), "a refusal says why");
    return;
  }
  fuzz::check_record_set(set);
  record_set all{set};
  for (const auto& batch : all) fuzz::require(verify(batch).has_value(), "what is written has its checksums");
  fuzz::require(!all.error() && all.cut_off() == 0, "what is written is whole");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  if (in.flag()) {
    from_text(as_text(in.rest()));
  } else {
    from_octets(to_bytes(in.rest()));
  }
  return 0;
}
