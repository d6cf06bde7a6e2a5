#include "decode_ndjson.hpp"

#include <algorithm>
#include <kwire/protocol/frame.hpp>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/records/json.hpp>
#include <kwire/protocol/wire/record_fields.hpp>

#include "options.hpp"
#include "raw_json.hpp"
#include "record_splitter.hpp"
#include "session.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

using namespace kwire::protocol;

/// Of all that one line decompresses to.
constexpr std::size_t decompressed_cap = std::size_t{256} << 20;
constexpr int standard_input = 0;

/// Why a line cannot be answered.
struct refusal {
  std::string why;
};
template <class T>
using outcome = boost::system::result<T, refusal>;

/// One line, taken apart; views into it.
struct question {
  std::string_view api;
  std::string_view kind;
  std::int16_t key = -1;
  std::int16_t version = 0;
  bool encode = false;
  bytes octets;           // to decode
  std::string_view json;  // to encode
  std::vector<std::optional<bytes>> sets;

  /// For the reader of JSON.
  std::vector<std::optional<bytes_view>> set_views() const { return {sets.begin(), sets.end()}; }
};

struct answer {
  std::string json;  // stays empty when encoding
  bytes octets;
  std::vector<std::optional<bytes_view>> sets{};
};

refusal refused(const wire_error& error) { return {error.message()}; }
refusal refused(const json_error& error) { return {"json: " + error.message()}; }

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  bytes out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<std::byte>(high * 16 + low);
  }
  return out;
}

void append_hex(std::string& into, bytes_view octets) {
  into += '"';
  into += hex(octets);
  into += '"';
}

bool read_number(const raw_members& line, std::string_view name, std::int16_t& into) {
  const auto text = line.find(name);
  const auto value = text ? parse_number(*text) : std::nullopt;
  if (!value || *value < INT16_MIN || *value > INT16_MAX) return false;
  into = static_cast<std::int16_t>(*value);
  return true;
}

bool read_sets(std::string_view text, std::vector<std::optional<bytes>>& into) {
  const auto elements = raw_elements(text);
  if (!elements) return false;
  for (const auto element : *elements) {
    auto& set = into.emplace_back();
    if (element == "null") continue;
    const auto digits = raw_string(element);
    if (digits) set = from_hex(*digits);
    if (!set) return false;
  }
  return true;
}

outcome<question> read_question(const raw_members& line) {
  question asked;
  const auto text = [&](std::string_view name) {
    const auto value = line.find(name);
    return value ? raw_string(*value).value_or("") : std::string_view{};
  };
  asked.api = text("api");
  asked.kind = text("kind");
  if (line.has("key") && !read_number(line, "key", asked.key)) return refusal{"key: expected a number"};
  if (!read_number(line, "version", asked.version)) return refusal{"version: expected a number"};
  if (line.has("op") && text("op") != "encode" && text("op") != "decode") {
    return refusal{"op: expected \"decode\" or \"encode\""};
  }
  asked.encode = text("op") == "encode";
  if (asked.encode) {
    const auto json = line.find("json");
    if (!json) return refusal{"json: missing; it is what to encode"};
    asked.json = *json;
    const auto sets = line.find("records");
    if (sets && !read_sets(*sets, asked.sets)) {
      return refusal{"records: expected an array of strings in hex, or null"};
    }
    return asked;
  }
  const auto digits = line.find("hex") ? raw_string(*line.find("hex")) : std::nullopt;
  auto octets = digits ? from_hex(*digits) : std::nullopt;
  if (!octets) return refusal{"hex: expected an even number of hex digits"};
  asked.octets = std::move(*octets);
  return asked;
}

/// What key and name mean together.
outcome<const message_entry*> find_api(const question& asked, direction way) {
  const auto* found = asked.key < 0 ? nullptr : find_message(api{asked.key}, way);
  const auto named = parse_api(asked.api);
  // The name that key 74 had until Kafka 4.1.
  const bool old_name = asked.key == 74 && asked.api == "ListClientMetricsResources";
  const bool agree = asked.api.empty() || old_name || (named && *named == api{asked.key});
  if (found == nullptr || !agree) {
    return refusal{"no api of key " + std::to_string(asked.key) + " and name \"" + std::string{asked.api} +
                   "\"; give Kafka's, e.g. key 3 and \"Metadata\""};
  }
  return found;
}

outcome<const message_entry*> find_named(const question& asked, direction way) {
  const auto* found = find_message(asked.api);
  if (found == nullptr || found->info->way != way) {
    return refusal{"no " + std::string{asked.kind} + " is named \"" + std::string{asked.api} + '"'};
  }
  return found;
}

json_options whole() { return json_options{}.show_secrets(); }

using coder = wire_result<void> (*)(message_ref, std::int16_t, writer&);

/// Reads JSON into a message; all sets that came with it must have a field.
outcome<void> fill(const any_message& message, std::int16_t version, std::string_view json,
                   record_sets& sets) {
  const auto done = from_json(message.ref(), version, json, sets);
  if (!done) return refused(done.error());
  return {};
}

outcome<answer> encode_message(const question& asked, const any_message& message, coder write) {
  const auto views = asked.set_views();
  record_sets sets{views};
  if (auto done = fill(message, asked.version, asked.json, sets); !done) return done.error();
  if (sets.next()) return refusal{"records: there are more than fields for them"};
  writer out;
  if (auto done = write(message.ref(), asked.version, out); !done) return refused(done.error());
  return answer{"", std::move(out.buffer())};
}

outcome<answer> show_message(const question& asked, const any_message& message, coder write) {
  writer out;
  if (auto done = write(message.ref(), asked.version, out); !done) return refused(done.error());
  return answer{to_json(message.ref(), asked.version, whole()), std::move(out.buffer()),
                record_fields(message.ref(), asked.version)};
}

outcome<answer> one_message(const question& asked, const message_entry& entry) {
  const auto message = entry.make();
  const coder write = [](message_ref m, std::int16_t version, writer& out) {
    return encode(m, version, out);
  };
  if (asked.encode) return encode_message(asked, message, write);
  if (auto done = decode(message.ref(), asked.version, asked.octets); !done) return refused(done.error());
  return show_message(asked, message, write);
}

/// With the version in front or, of the key of a log's record, the record's type.
outcome<answer> stored_message(const question& asked, const message_entry& entry) {
  const auto message = entry.make();
  const coder write = [](message_ref m, std::int16_t v, writer& out) { return encode_stored(m, v, out); };
  if (asked.encode) return encode_message(asked, message, write);
  if (!entry.info->versions.contains(asked.version)) return refused({wire_errc::unsupported_version});
  const auto version = decode_stored(message.ref(), asked.octets);
  if (!version) return refused(version.error());
  const bool is_key =
      entry.info->half.log != coordinator_log::none && entry.info->half.which == record_half::key;
  reader front{asked.octets};
  if (!is_key && front.fixed<std::int16_t>() != asked.version) {
    return refusal{"the octets begin with another version than " + std::to_string(asked.version)};
  }
  return show_message(asked, message, write);
}

outcome<answer> encode_frame_of(const question& asked, const message_entry& entry, direction way) {
  frame made{
      way == direction::request ? any_message::of<request_header>() : any_message::of<response_header>(),
      entry.make(), asked.version};
  const auto parts = raw_members::of(asked.json);
  if (!parts || !parts->has("header") || !parts->has("body")) {
    return refusal{"json: expected an object with header and body"};
  }
  const auto views = asked.set_views();
  record_sets sets{views};
  if (auto done = fill(made.header, made.header_version(), *parts->find("header"), sets); !done) {
    return refusal{"header: " + done.error().why};
  }
  if (auto done = fill(made.body, asked.version, *parts->find("body"), sets); !done) return done.error();
  if (sets.next()) return refusal{"records: there are more than fields for them"};
  writer out;
  if (auto done = encode_frame(made, out); !done) return refused(done.error());
  return answer{"", std::move(out.buffer())};
}

outcome<answer> whole_frame(const question& asked, const message_entry& entry, direction way) {
  if (!entry.info->versions.contains(asked.version)) return refused({wire_errc::unsupported_version});
  if (asked.encode) return encode_frame_of(asked, entry, way);
  auto read = way == direction::request ? decode_request_frame(asked.octets)
                                        : decode_response_frame(asked.octets, entry.info->key, asked.version);
  if (!read) return refused(read.error());
  if (read->body.info().key != entry.info->key || read->version != asked.version) {
    return refusal{"the header tells another api or version: " + std::string{read->body.info().name} + " " +
                   std::to_string(read->version)};
  }
  writer out;
  if (auto done = encode_frame(*read, out); !done) return refused(done.error());
  const auto version = read->header_version();
  return answer{"{\"headerVersion\":" + std::to_string(version) +
                    ",\"header\":" + to_json(read->header.ref(), version, whole()) +
                    ",\"body\":" + to_json(read->body.ref(), read->version, whole()) + "}",
                std::move(out.buffer()), record_fields(read->body.ref(), read->version)};
}

outcome<answer> record_batches(const question& asked) {
  answer out;
  if (asked.encode) {
    if (auto done = records_from_json(asked.json, out.octets); !done) return refused(done.error());
    return out;
  }
  auto text = records_to_json(asked.octets, decompressed_cap);
  if (!text) return refused(text.error());
  if (auto done = rewrite_records(asked.octets, decompressed_cap, out.octets); !done) {
    return refused(done.error());
  }
  out.json = std::move(*text);
  return out;
}

outcome<answer> work(const question& asked) {
  if (asked.kind == "records") return record_batches(asked);
  const bool named = asked.kind == "header" || asked.kind == "data";
  const bool asks = asked.kind.starts_with("request");
  const bool framed = asked.kind.ends_with("_frame");
  const bool known = asked.kind == "request" || asked.kind == "response" || asked.kind == "request_frame" ||
                     asked.kind == "response_frame";
  if (!named && !known) {
    return refusal{
        "kind: expected request, response, request_frame, response_frame, header, data or records"};
  }
  const auto way = asked.kind == "header" ? direction::header
                   : asked.kind == "data" ? direction::stored
                   : asks                 ? direction::request
                                          : direction::response;
  const auto entry = named ? find_named(asked, way) : find_api(asked, way);
  if (!entry) return entry.error();
  if (framed) return whole_frame(asked, **entry, way);
  return asked.kind == "data" ? stored_message(asked, **entry) : one_message(asked, **entry);
}

std::string answer_to(const raw_members& line, const outcome<answer>& found) {
  std::string text = "{";
  if (const auto id = line.find("id"); id && parse_number(*id)) text += "\"id\":" + std::string{*id} + ",";
  if (!found) {
    text += "\"error\":";
    append_json(text, found.error().why);
    return text + "}";
  }
  if (!found->json.empty()) text += "\"json\":" + found->json + ",";
  text += "\"hex\":";
  append_hex(text, found->octets);
  if (!found->sets.empty()) {
    text += ",\"records\":[";
    for (const auto& set : found->sets) {
      if (text.back() != '[') text += ',';
      set ? append_hex(text, *set) : void(text += "null");
    }
    text += ']';
  }
  return text + "}";
}

}  // namespace

std::string answer_line(std::string_view line) {
  const auto members = raw_members::of(line);
  if (!members) return "{\"error\":\"the line is not one JSON object\"}";
  try {
    const auto asked = read_question(*members);
    return answer_to(*members, asked ? work(*asked) : outcome<answer>{asked.error()});
  } catch (const std::bad_alloc&) {
    return answer_to(*members, refusal{"out of memory"});
  }
}

int run_ndjson(session& here) {
  record_splitter lines{standard_input, "\n", stop_descriptor()};
  while (const auto line = lines.next()) {
    here.out().write(answer_line(*line));
    here.out().write("\n");
    here.out().flush();
    if (here.out().closed()) return 0;
  }
  if (lines.failure().empty()) return 0;
  throw failure{"reading standard input: " + lines.failure()};
}

}  // namespace kwire::cli
