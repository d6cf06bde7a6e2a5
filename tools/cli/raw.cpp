#include <fstream>
#include <iostream>
#include <iterator>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/json_reader.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "api_argument.hpp"
#include "cluster_access.hpp"
#include "commands.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

using protocol::direction;
using protocol::json_options;

constexpr option_spec options[] = {
    {'a', "api", "NAME", "the API, by name or key (`kwire protocol` lists them)"},
    {'V', "version", "NUMBER",
     "sent at this version even if the broker does not offer it (default: the "
     "highest that both know)"},
    {0, "broker", "NODE", "the broker with this node id (default: whom the API is for, or any)"},
    {'G', "group", "GROUP", "the coordinator of this group"},
    {0, "transactional-id", "ID", "the coordinator of these transactions"},
    {0, "template", "", "print an empty request to fill instead of sending one"},
    {0, "hex", "", "print the answer's octets in hexadecimal"},
    {0, "show-secrets", "", "print passwords, tokens and the like as they are"},
};

/// Gives every array one element, so that a template shows what belongs there.
class sampler final : public protocol::visitor {
 public:
  void fill(protocol::value_ref value) {
    using protocol::kind;
    switch (value.type->shape) {
      case kind::structure: return value.type->describe(value.at, *this);
      case kind::optional:
        if (value.type->inner->shape != kind::array) return;
        return fill({value.type->engage(value.at), value.type->inner});
      case kind::array: value.type->resize(value.at, 1); return fill(value.element(0));
      default: return;
    }
  }

 private:
  void visit(std::string_view, protocol::value_ref field, const protocol::traits&) override { fill(field); }
};

std::string input(const arguments& args) {
  if (args.operands().empty()) return "{}";
  const auto& text = args.operands().front();
  if (text == "-") return {std::istreambuf_iterator<char>{std::cin}, {}};
  if (!text.starts_with('@')) return text;
  std::ifstream file{text.substr(1)};
  if (!file) throw failure{"cannot read " + text.substr(1)};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// The body in octets; what is wrong with the JSON names the member.
result<bytes> encoded(const protocol::message_entry& entry, const std::string& text, std::int16_t version) {
  const auto message = entry.make();
  protocol::record_sets sets;
  if (auto read = protocol::from_json(message.ref(), version, text, sets); !read) {
    return error{errc::invalid_argument, std::string{entry.info->name} + " version " +
                                             std::to_string(version) + ": " + read.error().message()};
  }
  protocol::writer out;
  if (auto done = protocol::encode(message.ref(), version, out); !done) {
    return error{errc::invalid_argument, done.error().message()};
  }
  return std::move(out.buffer());
}

std::int16_t newest(const arguments& args, const protocol::message_info& info) {
  const auto version = args.number("version", info.versions.min, info.versions.max);
  return version ? static_cast<std::int16_t>(*version) : info.stable().max;
}

int print_template(session& here, const protocol::message_entry& entry) {
  const auto message = entry.make();
  sampler{}.fill(message.ref().value);
  here.out().write(protocol::to_json(message.ref(), newest(here.args(), *entry.info),
                                     json_options{}.indent(2).with_defaults().show_secrets()) +
                   "\n");
  return 0;
}

int print_answer(session& here, const raw_response& answer, api key) {
  if (here.args().has("hex")) {
    here.out().write(hex(answer.body) + "\n");
    return 0;
  }
  const auto message = protocol::find_message(key, direction::response)->make();
  if (auto read = protocol::decode(message.ref(), answer.version, answer.body); !read) {
    here.complain("the answer cannot be read: " + read.error().message() + "; --hex prints it");
    return 1;
  }
  const auto how = json_options{}.indent(2).show_secrets(here.args().has("show-secrets"));
  here.out().write(protocol::to_json(message.ref(), answer.version, how) + "\n");
  return 0;
}

int run(session& here) {
  const auto& entry = api_argument(here.args());
  if (here.args().has("template")) return print_template(here, entry);
  const auto text = input(here.args());
  raw_request what{entry.info->key, [&](std::int16_t version) { return encoded(entry, text, version); }};
  if (here.args().has("version")) what.version = newest(here.args(), *entry.info);
  if (const auto node = here.args().number("broker", 0, INT32_MAX)) {
    what.broker = node_id{static_cast<std::int32_t>(*node)};
  }
  what.group = here.args().value("group");
  what.transactional_id = here.args().value("transactional-id");
  // A mistake in the JSON should not need a broker to be found.
  if (what.version) {
    if (auto tried = encoded(entry, text, *what.version); !tried) throw usage_error{tried.error().message()};
  }
  cluster_access cluster{here};
  const auto answer = need(cluster->call(std::move(what), here.limit()));
  here.detail("answered by broker " + std::to_string(raw(answer.from)) + " at version " +
              std::to_string(answer.version));
  return print_answer(here, answer, entry.info->key);
}

}  // namespace

const command_spec raw_command{
    "raw",
    "[JSON | @FILE | -]",
    "send any request and print its answer",
    "The request is JSON in the layout of Kafka's JsonConverter; members that are left out have their "
    "default, record sets are octets in base64. Example: kwire raw --api DescribeCluster --version 1 "
    "'{\"includeClusterAuthorizedOperations\":true}'. The answer's error codes are part of it: exit status 0 "
    "says that there was an answer.",
    options,
    run,
    0,
    1};

}  // namespace kwire::cli
