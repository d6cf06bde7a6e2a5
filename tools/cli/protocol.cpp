#include <fmt/format.h>

#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/limits.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "api_argument.hpp"
#include "commands.hpp"
#include "session.hpp"
#include "table.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

using protocol::direction;
using protocol::message_entry;
using protocol::message_info;

constexpr option_spec options[] = {
    {'a', "api", "NAME", "all about one API, by name or key: its versions and the fields of its messages"},
    {0, "limits", "", "the most memory that decoding each message can cost, in octets per octet of input"},
    {'J', "json", "", "one JSON array; with --api an object with the schemas"},
};

std::string span(std::int16_t first, std::int16_t last) {
  if (first == last) return std::to_string(first);
  return last == 0x7fff ? std::to_string(first) + "+" : std::to_string(first) + "-" + std::to_string(last);
}

std::string flexible(const message_info& info) {
  return info.flexible == protocol::never ? "never" : span(info.flexible, 0x7fff);
}

/// One line a field: indented name, type, versions and what else the description says.
class field_lister final : public protocol::visitor {
 public:
  field_lister(table& into, std::size_t depth) : into_(&into), depth_(depth) {}

 private:
  static std::string name_of(const protocol::type_info* type) {
    using protocol::kind;
    switch (type->shape) {
      case kind::boolean: return "bool";
      case kind::int8: return "int8";
      case kind::int16: return "int16";
      case kind::uint16: return "uint16";
      case kind::int32: return "int32";
      case kind::uint32: return "uint32";
      case kind::int64: return "int64";
      case kind::float64: return "float64";
      case kind::uuid: return "uuid";
      case kind::string: return "string";
      case kind::bytes: return "bytes";
      case kind::records: return "records";
      case kind::structure: return "struct";
      case kind::array: return "[]" + name_of(type->inner);
      case kind::optional: return name_of(type->inner);
    }
    return "?";
  }

  void visit(std::string_view name, protocol::value_ref field, const protocol::traits& how) override {
    std::string notes;
    const auto note = [&](const std::string& text) { notes += (notes.empty() ? "" : ", ") + text; };
    if (how.first_nullable() >= 0) note("nullable " + span(how.first_nullable(), 0x7fff));
    if (how.tag_number() >= 0) note("tag " + std::to_string(how.tag_number()));
    if (how.fallback() != 0) note("default " + std::to_string(how.fallback()));
    if (how.null_by_default()) note("default null");
    if (how.is_ignorable()) note("ignorable");
    if (how.is_secret()) note("secret");
    into_->add({std::string(2 * depth_ + 2, ' ') + protocol::camel_case(name), name_of(field.type),
                span(how.first_version(), how.last_version()), notes});
    const auto* inner = field.type;
    while (inner->inner != nullptr) inner = inner->inner;
    if (inner->shape != protocol::kind::structure) return;
    field_lister nested{*into_, depth_ + 1};
    inner->describe_sample(nested);
  }

  table* into_;
  std::size_t depth_;
};

std::string fields_of(const message_entry& entry) {
  table fields{{std::string{entry.info->name}, "TYPE", "VERSIONS", ""}};
  field_lister lister{fields, 0};
  const auto message = entry.make();
  const auto value = message.ref().value;
  value.type->describe(value.at, lister);
  return fields.print();
}

std::string in_kafka_4(const message_entry& request) {
  const auto range = request.facts->in({4, 4}, request.info->versions);
  return range.empty() ? "none" : span(range.min, range.max);
}

std::string json_of(const message_entry& request) {
  const auto& info = *request.info;
  std::string text =
      "{\"key\":" + std::to_string(raw(info.key)) + ",\"name\":\"" + std::string{to_string(info.key)} +
      "\",\"minVersion\":" + std::to_string(info.versions.min) +
      ",\"maxVersion\":" + std::to_string(info.versions.max) +
      ",\"latestStableVersion\":" + std::to_string(info.stable().max) + ",\"firstFlexibleVersion\":" +
      (info.flexible == protocol::never ? "null" : std::to_string(info.flexible)) + ",\"route\":\"" +
      std::string{to_string(request.facts->routing)} + "\",\"oldestInKafka4\":" +
      (request.facts->oldest == api_facts::gone ? "null" : std::to_string(request.facts->oldest)) +
      ",\"releases\":[";
  bool first = true;
  for (const auto release : request.facts->since()) {
    text += (first ? "\"" : ",\"") + std::string{release} + "\"";
    first = false;
  }
  return text + "]}";
}

const message_entry& response_of(const message_entry& request) {
  return *protocol::find_message(request.info->key, direction::response);
}

int tell_one(session& here, const message_entry& request) {
  const auto& response = response_of(request);
  if (here.args().has("json")) {
    auto text = json_of(request);
    text.pop_back();
    here.out().write(text + ",\"request\":" + protocol::describe_schema(request.make().ref()) +
                     ",\"response\":" + protocol::describe_schema(response.make().ref()) + "}\n");
    return 0;
  }
  const auto& info = *request.info;
  std::string text = std::string{to_string(info.key)} + ", key " + std::to_string(raw(info.key)) +
                     ": versions " + span(info.versions.min, info.versions.max) + ", flexible " +
                     flexible(info) + ", in Kafka 4.4 " + in_kafka_4(request) +
                     ", answered by: " + std::string{to_string(request.facts->routing)} + "\n";
  if (info.stable().max < info.versions.max) {
    text += "versions above " + std::to_string(info.stable().max) +
            " are unstable: described, never negotiated\n";
  }
  auto version = info.versions.min;
  text += "since Kafka:";
  for (const auto release : request.facts->since()) {
    text += " " + std::to_string(version++) + "=" + std::string{release};
  }
  here.out().write(text + "\n\n" + fields_of(request) + "\n" + fields_of(response));
  return 0;
}

/// The worst version of each message; the tests hold them all below 48.
int tell_limits(session& here) {
  table lines{{"MESSAGE", "VERSION", "OCTETS", "WHERE"}};
  for (const auto& entry : protocol::all_messages()) {
    const auto message = entry.make();
    protocol::memory_limit worst;
    auto at = entry.info->versions.min;
    for (auto version = at; version <= entry.info->versions.max; ++version) {
      auto limit = protocol::memory_limit_of(message.ref(), version);
      if (limit.ratio <= worst.ratio) continue;
      worst = std::move(limit);
      at = version;
    }
    lines.add(
        {std::string{entry.info->name}, std::to_string(at), fmt::format("{:.1f}", worst.ratio), worst.path});
  }
  here.out().write(lines.print());
  return 0;
}

int run(session& here) {
  if (here.args().has("limits")) return tell_limits(here);
  if (here.args().has("api")) return tell_one(here, api_argument(here.args()));
  table lines{{"KEY", "NAME", "VERSIONS", "FLEXIBLE", "KAFKA 4.4", "SINCE", "LATEST", "ANSWERED BY"}};
  std::string json = "[";
  for (const auto& entry : protocol::all_messages()) {
    if (entry.facts == nullptr) continue;
    const auto& info = *entry.info;
    const auto since = entry.facts->since();
    lines.add({std::to_string(raw(info.key)), std::string{to_string(info.key)},
               span(info.versions.min, info.versions.max), flexible(info), in_kafka_4(entry),
               std::string{since.front()}, std::string{since.back()},
               std::string{to_string(entry.facts->routing)}});
    json += (json.size() > 1 ? "," : "") + json_of(entry);
  }
  here.out().write(here.args().has("json") ? json + "]\n" : lines.print());
  return 0;
}

}  // namespace

const command_spec protocol_command{
    "protocol",
    "",
    "the APIs of the Kafka protocol, their versions and fields",
    "SINCE and LATEST are the releases of Apache Kafka that brought the first and the newest stable version.",
    options,
    run,
    0,
    0};

}  // namespace kwire::cli
