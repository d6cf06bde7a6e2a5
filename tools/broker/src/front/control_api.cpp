#include "front/control_api.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <system_error>

#include "front/control_faults.hpp"
#include "front/control_fields.hpp"

namespace kwire::embedded {
namespace {

namespace json = boost::json;

constexpr std::int64_t most_brokers = 1000;

/// A request that has found its control.
struct call {
  broker& on;
  const std::vector<std::string>& names;  ///< what stands for the {...} of the path, in order
  const control_fields& fields;
  const std::function<json::object()>& view;

  std::int32_t number(std::size_t at) const {
    const auto& text = names[at];
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size()) return value;
    throw control_mistake{"\"" + text + "\" in the path is no number"};
  }
  std::int32_t broker_field() const {
    return static_cast<std::int32_t>(
        control_fields::need(fields.number("broker", 1, most_brokers), "broker"));
  }
};

struct control {
  std::string_view method;
  std::string_view path;
  std::vector<std::string_view> fields;
  std::string_view example;  ///< body
  std::string_view what;
  json::object (*run)(const call& c);
};

json::object list(const call& c);

template <class F>
json::object doing(F&& what) {
  what();
  return {{"done", true}};
}

/// "all" or a number.
template <class F>
json::object nodes(const call& c, F&& what) {
  return doing([&] { what(c.names[0] == "all" ? std::nullopt : std::optional{c.number(0)}); });
}

broker::coordinated kind_field(const call& c) {
  const auto kind = control_fields::need(c.fields.text("kind"), "kind");
  if (kind == "group") return broker::coordinated::group;
  if (kind == "transactional_id") return broker::coordinated::transactional_id;
  throw control_mistake{"\"kind\" is group or transactional_id, not \"" + kind + "\""};
}

std::vector<control> general_controls() {
  return {{"GET", "/", {}, "", "this list", list},
          {"GET",
           "/state",
           {},
           "",
           "brokers, topics, leaders, groups, transactions, waiting faults",
           [](const call& c) { return c.view(); }},
          {"GET",
           "/faults",
           {},
           "",
           "the faults that wait for requests",
           [](const call& c) { return json::object{{"faults", c.view()["faults"]}}; }},
          {"POST", "/faults", fault_fields(),
           R"({"api": "Produce", "do": "fail", "error": "NOT_ENOUGH_REPLICAS", "times": 2})", fault_help(),
           [](const call& c) { return doing([&] { add_fault(c.on, c.fields); }); }},
          {"DELETE",
           "/faults",
           {},
           "",
           "takes back all faults that wait",
           [](const call& c) { return doing([&] { c.on.clear_faults(); }); }},
          {"POST",
           "/versions",
           {"api", "max"},
           R"({"api": "Fetch", "max": 11})",
           "serves no version of the API above max; below 0 the API does not exist",
           [](const call& c) { return doing([&] { cap_version(c.on, c.fields); }); }},
          {"DELETE", "/connections", {}, "", "hangs up on all clients", [](const call& c) {
             return doing([&] { c.on.close_connections(); });
           }}};
}

std::vector<control> topic_controls() {
  return {{"POST",
           "/topics/{topic}",
           {"partitions", "configs"},
           R"({"partitions": 3, "configs": {"retention.bytes": 100000}})",
           "creates the topic",
           [](const call& c) {
             return doing([&] {
               const auto count = c.fields.number("partitions", 1, 100'000).value_or(1);
               c.on.create_topic(c.names[0], static_cast<std::int32_t>(count), c.fields.settings("configs"));
             });
           }},
          {"DELETE",
           "/topics/{topic}",
           {},
           "",
           "deletes the topic",
           [](const call& c) { return doing([&] { c.on.delete_topic(c.names[0]); }); }},
          {"POST",
           "/topics/{topic}/hide",
           {},
           "",
           "the topic is unknown to everybody",
           [](const call& c) { return doing([&] { c.on.hide_topic(c.names[0]); }); }},
          {"POST",
           "/topics/{topic}/show",
           {},
           "",
           "and known again, with all it held",
           [](const call& c) { return doing([&] { c.on.show_topic(c.names[0]); }); }},
          {"POST",
           "/topics/{topic}/recreate",
           {},
           "",
           "deletes the topic and creates it anew, under another id",
           [](const call& c) { return doing([&] { c.on.recreate_topic(c.names[0]); }); }}};
}

std::vector<control> partition_controls() {
  return {{"POST",
           "/topics/{topic}/partitions/{partition}/leader",
           {"broker"},
           R"({"broker": 2})",
           "moves the leader",
           [](const call& c) {
             return doing([&] { c.on.move_leader(c.names[0], c.number(1), c.broker_field()); });
           }},
          {"POST",
           "/topics/{topic}/partitions/{partition}/epoch",
           {},
           "",
           "the same leader under a new epoch",
           [](const call& c) { return doing([&] { c.on.bump_leader_epoch(c.names[0], c.number(1)); }); }},
          {"POST",
           "/topics/{topic}/partitions/{partition}/lose",
           {"offset"},
           R"({"offset": 10})",
           "an unclean election: records from the offset on are lost",
           [](const call& c) {
             const auto offset = control_fields::need(c.fields.number("offset", 0, INT64_MAX), "offset");
             return doing([&] { c.on.lose_records(c.names[0], c.number(1), offset); });
           }},
          {"POST",
           "/topics/{topic}/partitions/{partition}/replication",
           {"held"},
           R"({"held": true})",
           "followers stop fetching, or go on",
           [](const call& c) {
             const bool held = control_fields::need(c.fields.flag("held"), "held");
             return doing([&] { c.on.hold_replication(c.names[0], c.number(1), held); });
           }},
          {"POST",
           "/coordinators",
           {"kind", "key", "broker"},
           R"({"kind": "group", "key": "billing", "broker": 2})",
           "moves the coordinator of a group or a transactional_id",
           [](const call& c) {
             const auto key = control_fields::need(c.fields.text("key"), "key");
             return doing([&] { c.on.move_coordinator(kind_field(c), key, c.broker_field()); });
           }}};
}

std::vector<control> broker_controls() {
  return {{"POST",
           "/brokers/{broker}/stop",
           {"crash"},
           R"({"crash": true})",
           "stops a broker; in a crash, what followers do not have is lost",
           [](const call& c) {
             return doing([&] { c.on.stop_broker(c.number(0), c.fields.flag("crash").value_or(false)); });
           }},
          {"POST",
           "/brokers/{broker}/start",
           {},
           "",
           "starts it again, on the same port",
           [](const call& c) { return doing([&] { c.on.start_broker(c.number(0)); }); }},
          {"POST",
           "/brokers/{broker}/freeze",
           {},
           "",
           "the broker (or all) keeps its connections but neither serves nor answers",
           [](const call& c) { return nodes(c, [&](auto id) { c.on.freeze(id); }); }},
          {"POST",
           "/brokers/{broker}/thaw",
           {},
           "",
           "and goes on where it was",
           [](const call& c) { return nodes(c, [&](auto id) { c.on.thaw(id); }); }},
          {"POST",
           "/brokers/{broker}/disk",
           {"full"},
           R"({"full": true})",
           "producers are answered KAFKA_STORAGE_ERROR while the disk is full",
           [](const call& c) {
             const bool full = control_fields::need(c.fields.flag("full"), "full");
             return doing([&] { c.on.fill_disk(c.number(0), full); });
           }},
          {"DELETE",
           "/producers/{id}",
           {},
           "",
           "partitions forget the producer id, as if it had been idle for too long",
           [](const call& c) { return json::object{{"known", c.on.expire_producer(c.number(0))}}; }}};
}

/// All of them, in the order of the list.
const std::vector<control>& controls() {
  static const std::vector<control> all = [] {
    auto joined = general_controls();
    for (const auto& more : {topic_controls(), partition_controls(), broker_controls()}) {
      joined.insert(joined.end(), more.begin(), more.end());
    }
    return joined;
  }();
  return all;
}

json::object list(const call&) {
  json::array all;
  for (const auto& one : controls()) {
    json::object told{{"method", one.method}, {"path", one.path}, {"what", one.what}};
    if (!one.example.empty()) told["example"] = one.example;
    all.push_back(std::move(told));
  }
  return {{"controls", std::move(all)}};
}

/// A segment of a path without its percent signs.
std::string plain(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const auto* at = text.data() + i + 1;
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && std::from_chars(at, at + 2, value, 16).ptr == at + 2;
    made += escape ? static_cast<char>(value) : text[i];
    if (escape) i += 2;
  }
  return made;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  path.remove_prefix(std::min<std::size_t>(path.size(), path.starts_with('/') ? 1 : 0));
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

/// Whether the path is of this pattern; then `names` has what stands in the places of its braces.
bool fits(std::string_view pattern, std::string_view path, std::vector<std::string>& names) {
  const auto wanted = split(pattern);
  const auto given = split(path);
  names.clear();
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      names.push_back(plain(given[i]));
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

const control& find(const control_request& what, std::vector<std::string>& names) {
  const auto path = std::string_view{what.target}.substr(0, what.target.find('?'));
  std::string others;
  for (const auto& one : controls()) {
    if (!fits(one.path, path, names)) continue;
    if (one.method == what.method) return one;
    others += (others.empty() ? "" : ", ") + std::string{one.method};
  }
  if (!others.empty()) throw control_mistake{"this path takes " + others + ", not " + what.method, 405};
  throw control_mistake{"there is no such control; GET / lists them all", 404};
}

/// Texts of the broker's own exceptions begin with whose they are.
std::string without_prefix(std::string text) {
  constexpr std::string_view prefix = "broker: ";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

}  // namespace

control_answer control_api::serve(const control_request& what) const {
  const auto mistake = [&](unsigned status, const std::string& why) {
    const auto text = what.method + " " + what.target + ": " + without_prefix(why);
    return control_answer{status, json::serialize(json::object{{"error", text}}) + "\n"};
  };
  try {
    std::vector<std::string> names;
    const auto& chosen = find(what, names);
    const control_fields fields{what.body, chosen.fields};
    return {200, json::serialize(chosen.run({broker_, names, fields, view_})) + "\n"};
  } catch (const control_mistake& wrong) {
    return mistake(wrong.status(), wrong.what());
  } catch (const std::logic_error& wrong) {  // invalid_argument and out_of_range of the broker
    return mistake(400, wrong.what());
  } catch (const std::exception& failed) {  // system_error, when a port cannot be listened on
    return mistake(500, failed.what());
  }
}

}  // namespace kwire::embedded
