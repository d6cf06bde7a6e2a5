#include "front/control_faults.hpp"

namespace kwire::embedded {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t most_ms = 86'400'000;

api api_field(const control_fields& fields) {
  const auto name = control_fields::need(fields.text("api"), "api");
  const auto key = parse_api(name);
  if (!key)
    throw control_mistake{"\"api\": there is no API \"" + name + "\"; it is one like Produce or Fetch"};
  return *key;
}

broker_errc error_field(const control_fields& fields) {
  const auto name = control_fields::need(fields.text("error"), "error");
  const auto code = parse_broker_errc(name);
  if (!code || *code == broker_errc::none) {
    throw control_mistake{"\"error\": there is no error \"" + name +
                          "\" of Kafka's; it is one like NOT_ENOUGH_REPLICAS"};
  }
  return *code;
}

milliseconds pause_field(const control_fields& fields) {
  return milliseconds{control_fields::need(fields.number("ms", 0, most_ms), "ms")};
}

std::size_t octets_field(const control_fields& fields, std::string_view name) {
  return static_cast<std::size_t>(control_fields::need(fields.number(name, 0, INT32_MAX), name));
}

bytes hex_field(const control_fields& fields) {
  const auto text = control_fields::need(fields.text("hex"), "hex");
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  bytes made;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit(text[i]);
    const auto low = i + 1 < text.size() ? digit(text[i + 1]) : -1;
    if (high < 0 || low < 0)
      throw control_mistake{"\"hex\" is pairs of hexadecimal digits, not \"" + text + "\""};
    made.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return made;
}

strikes which_field(const control_fields& fields) {
  const auto span = fields.number("for_ms", 1, most_ms);
  const auto count = fields.number("times", 1, INT32_MAX);
  strikes made{count ? static_cast<std::size_t>(*count) : span ? SIZE_MAX : 1};
  if (span) made.within(milliseconds{*span});
  if (auto name = fields.text("topic")) made.topic(std::move(*name));
  if (auto id = fields.text("client_id")) made.client(std::move(*id));
  if (const auto id = fields.number("broker", 1, 1000)) made.of_broker(static_cast<std::int32_t>(*id));
  return made;
}

broker::moment when_field(const control_fields& fields) {
  const auto when = fields.text("when").value_or("before");
  if (when == "before") return broker::moment::before_append;
  if (when == "after") return broker::moment::after_append;
  throw control_mistake{"\"when\" is before or after (the append), not \"" + when + "\""};
}

}  // namespace

const std::vector<std::string_view>& fault_fields() {
  static const std::vector<std::string_view> names{"api",    "do",        "error", "ms",    "when",
                                                   "octets", "octet",     "hex",   "times", "for_ms",
                                                   "topic",  "client_id", "broker"};
  return names;
}

std::string_view fault_help() noexcept {
  return "strikes the next request of the API, or so many (times) or all of a while (for_ms), of this topic, "
         "client_id, broker only. do: fail (error), delay (ms), throttle (ms), drop (when: before or after "
         "the "
         "append), cut (octets: sends so many of the answer, its length included), corrupt (octet: turns "
         "over "
         "its bits), answer (hex: what stands behind the correlation id), ignore";
}

void add_fault(broker& to, const control_fields& fields) {
  const auto key = api_field(fields);
  const auto how = control_fields::need(fields.text("do"), "do");
  const auto which = which_field(fields);
  if (how == "fail") return to.fail(key, error_field(fields), which);
  if (how == "delay") return to.delay(key, pause_field(fields), which);
  if (how == "throttle") return to.throttle(key, pause_field(fields), which);
  if (how == "drop") return to.drop_connection(key, when_field(fields), which);
  if (how == "cut") return to.cut_answer(key, octets_field(fields, "octets"), which);
  if (how == "corrupt") return to.corrupt_answer(key, octets_field(fields, "octet"), which);
  if (how == "answer") return to.respond_raw(key, hex_field(fields), which);
  if (how == "ignore") return to.never_answer(key, which);
  throw control_mistake{"\"do\" is one of fail, delay, throttle, drop, cut, corrupt, answer, ignore, not \"" +
                        how + "\""};
}

void cap_version(broker& of, const control_fields& fields) {
  const auto most = control_fields::need(fields.number("max", -1, INT16_MAX), "max");
  of.max_version(api_field(fields), static_cast<std::int16_t>(most));
}

}  // namespace kwire::embedded
