#include "commands.hpp"
#include "decode_ndjson.hpp"
#include "session.hpp"

namespace kwire::cli {
namespace {

constexpr option_spec options[] = {
    {0, "ndjson", "",
     "answer programs: one JSON object a line on standard input, one on standard output, until input ends"},
};

int run(session& here) {
  if (here.args().has("ndjson")) return run_ndjson(here);
  throw usage_error{"say what to read: --ndjson"};
}

}  // namespace

const command_spec decode_command{
    "decode",
    "",
    "octets of the protocol as text, and back",
    "With --ndjson a line asks to decode {\"api\",\"key\",\"version\",\"kind\",\"hex\"} or, with "
    "\"op\":\"encode\", "
    "to encode {..., \"json\",\"records\"}. The kinds are request, response, request_frame, response_frame, "
    "header, data (stored messages) and records (record batches). The answer has \"json\" in the layout of "
    "Kafka's own converters, secrets included, \"hex\", which is the object encoded anew, and \"records\", "
    "the "
    "record sets in it; or \"error\". Lengths of frames are left out everywhere.",
    options,
    run,
    0,
    0};

}  // namespace kwire::cli
