// Records printed after a pattern, and as JSON.
#include <boost/json.hpp>

#include "options.hpp"
#include "record_format.hpp"
#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto pattern = in.text();
  const auto topic = in.text();
  const bool base64 = in.flag();
  std::optional<bytes_view> key, value;
  if (in.flag()) key = in.take(in.number<std::uint8_t>());
  if (in.flag()) value = in.piece();
  const auto offset = in.number<std::int64_t>();
  const auto timestamp = in.number<std::int64_t>();
  const auto type = static_cast<timestamp_type>(static_cast<int>(in.below(3)) - 1);
  const record_view record{offset, timestamp, type, 0, key, value, in.rest()};
  const cli::record_origin where{topic, partition_id{1}, node_id{2}};
  std::string out;
  try {
    cli::record_format{pattern, "NULL"}.append(out, where, record);
  } catch (const cli::usage_error&) {
  }
  std::string json;
  cli::append_envelope(json, where, record, base64);
  boost::system::error_code bad;
  (void)boost::json::parse(json, bad);
  fuzz::require(!bad, "the envelope is JSON", [&] { return json; });
  return 0;
}
