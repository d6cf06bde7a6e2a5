#include "decode/frame_printer.hpp"

#include <fmt/format.h>

#include <kwire/protocol/header.hpp>
#include <kwire/protocol/wire/json.hpp>

#include "decode/field_printer.hpp"
#include "decode/frame_facts.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

using protocol::any_message;
using protocol::direction;

/// What the header in front says, as far as it can be read.
struct heading {
  api key = no_api;
  std::int16_t version = 0;
  std::optional<std::int32_t> correlation;
  std::optional<std::string> client;
};

heading heading_of(const seen_frame& seen) {
  heading found{seen.key, seen.version, {}, {}};
  protocol::reader in{seen.octets};
  if (seen.way == direction::request) {
    if (const auto header = protocol::decode_request_header(in)) {
      return {header->key, header->version, raw(header->correlation), header->client_id};
    }
    protocol::reader front{seen.octets};
    const api key{front.fixed<std::int16_t>()};
    const auto version = front.fixed<std::int16_t>();
    if (front.ok()) found = {key, version, {}, {}};
    return found;
  }
  const auto correlation = in.fixed<std::int32_t>();
  if (in.ok()) found.correlation = correlation;
  if (!seen.client.empty()) found.client = seen.client;
  return found;
}

std::string time_text(const wall_time& time) {
  auto text = show_time(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count());
  text.insert(text.size() - 1, fmt::format("{:03}", time.time_since_epoch().count() % 1000));
  return text;
}

std::string prefix_of(const std::optional<wall_time>& time, const std::string& connection) {
  return (time ? time_text(*time) + "  " : "") + (connection.empty() ? "" : connection + "  ");
}

std::string headline(const seen_frame& seen, const heading& head) {
  const bool request = seen.way == direction::request;
  auto text = prefix_of(seen.time, seen.connection) +
              fmt::format("{} v{} {}", head.key == no_api ? "Unknown" : to_string(head.key), head.version,
                          request ? "request" : "response");
  if (head.correlation) text += fmt::format(", correlation {}", *head.correlation);
  if (head.client) {
    text += ", client ";
    append_json(text, *head.client);
  }
  text += fmt::format(", {} octets", seen.octets.size());
  if (seen.latency) {
    text += fmt::format(", after {:.3f} ms", static_cast<double>(seen.latency->count()) / 1000);
  }
  return text;
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
  json += fmt::format(R"({}"{}":)", json.size() > 1 ? "," : "", name);
  append_json(json, value);
}

std::string json_head(const seen_frame& seen, const heading& head) {
  std::string json = "{";
  if (seen.time) append_member(json, "time", time_text(*seen.time));
  if (!seen.connection.empty()) append_member(json, "connection", seen.connection);
  append_member(json, "direction", seen.way == direction::request ? "request" : "response");
  append_member(json, "api", head.key == no_api ? "Unknown" : to_string(head.key));
  json += fmt::format(R"(,"apiKey":{},"version":{})", raw(head.key), head.version);
  if (head.correlation) json += fmt::format(R"(,"correlationId":{})", *head.correlation);
  if (head.client) append_member(json, "clientId", *head.client);
  json += fmt::format(R"(,"size":{})", seen.octets.size());
  if (seen.latency) json += fmt::format(R"(,"latencyUs":{})", seen.latency->count());
  return json;
}

/// Lines of the header, then of the body, as far as they can be read.
bool print_parts(const seen_frame& seen, const heading& head, const decode_view& view,
                 const record_set_printer& on_records, lines& out) {
  const auto* described = protocol::find_message(head.key, seen.way);
  const auto header = seen.way == direction::request ? any_message::of<protocol::request_header>()
                                                     : any_message::of<protocol::response_header>();
  const std::int16_t plain = seen.way == direction::request ? 1 : 0;
  const auto version =
      described != nullptr ? protocol::header_version(*described->info, head.version) : plain;
  protocol::reader in{seen.octets};
  out.at(0, 0, "header:");
  if (print_fields(header.ref(), version, in, 1, view, {}, out).error) return false;
  if (described == nullptr || !described->info->versions.contains(head.version)) return false;
  out.at(in.offset(), 0, "body:");
  return !print_fields(described->make().ref(), head.version, in, 1, view, on_records, out).error;
}

protocol::wire_error named_as_kafka(protocol::wire_error why) {
  why.path = protocol::camel_case(why.path);
  return why;
}

/// What to do about an error that its own text does not tell.
std::string advice(const heading& head, const protocol::wire_error& why) {
  if (why.code != protocol::wire_errc::unsupported_version) return {};
  const auto* described = protocol::find_message(head.key, direction::request);
  if (described == nullptr) {
    return fmt::format("; there is no API with key {}: is it a response (--response --api NAME --version N)?",
                       raw(head.key));
  }
  const auto known = described->info->versions;
  return fmt::format("; {} has versions {} to {}", to_string(head.key), known.min, known.max);
}

}  // namespace

protocol::wire_result<protocol::frame> read_frame(const seen_frame& from) {
  if (from.way == direction::request) return protocol::decode_request_frame(from.octets);
  return protocol::decode_response_frame(from.octets, from.key, from.version);
}

bool frame_printer::print(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read) {
  const bool sound = json_ ? print_json(seen, read) : print_text(seen, read);
  to_->relieve();
  return sound;
}

bool frame_printer::print_text(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read) {
  const auto head = heading_of(seen);
  lines out{*to_};
  to_->write(headline(seen, head) + "\n");
  bool sound = true;
  const record_set_printer on_records = [&](bytes_view octets, std::size_t at, unsigned depth) {
    sound = records_.print(octets, at, depth, out) && sound;
  };
  print_parts(seen, head, view_, on_records, out);
  if (read) return sound;
  const auto why = named_as_kafka(read.error());
  out.plain(0, "error: " + why.message() + advice(head, why));
  // What is around the fault may be a password.
  const auto* described = protocol::find_message(head.key, seen.way);
  const bool hidden = !view_.secrets && described != nullptr &&
                      may_hold_secrets(described->make().ref().value.type, head.version);
  if (hidden) {
    out.plain(0, "the octets around it are not shown: they may hold secrets (--show-secrets)");
  } else {
    out.dump(seen.octets, why.offset);
  }
  return false;
}

bool frame_printer::print_json(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read) {
  const auto head = heading_of(seen);
  auto json = json_head(seen, head);
  bool sound = true;
  if (read) {
    const auto options = protocol::json_options{}.show_secrets(view_.secrets);
    json += R"(,"header":)" + to_json(read->header.ref(), read->header_version(), options);
    json += R"(,"body":)" + to_json(read->body.ref(), read->version, options);
    const auto sets = record_sets_of(read->body.ref(), read->version);
    for (std::size_t i = 0; i < sets.size(); ++i) {
      json += i == 0 ? R"(,"records":[)" : ",";
      if (!sets[i]) {
        json += "null";
      } else {
        sound = records_.append(json, *sets[i]) && sound;
      }
    }
    if (!sets.empty()) json += ']';
    const auto unknown = facts_of(read->header.ref(), read->header_version()).unknown +
                         facts_of(read->body.ref(), read->version).unknown;
    if (unknown > 0) json += fmt::format(R"(,"unknownFields":{})", unknown);
  } else {
    const auto why = named_as_kafka(read.error());
    append_member(json, "error", why.message() + advice(head, why));
    append_member(json, "errorPath", why.path);
    json += fmt::format(R"(,"errorOffset":{})", why.offset);
    sound = false;
  }
  to_->write(json + "}\n");
  return sound;
}

void frame_printer::note(const std::optional<wall_time>& time, const std::string& connection,
                         const std::string& text) {
  if (!json_) {
    to_->write(prefix_of(time, connection) + "-- " + text + "\n");
    return;
  }
  std::string json = "{";
  if (time) append_member(json, "time", time_text(*time));
  if (!connection.empty()) append_member(json, "connection", connection);
  append_member(json, "note", text);
  to_->write(json + "}\n");
}

}  // namespace kwire::cli
