#include "core/group_config.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kwire::embedded {
namespace {

using enum config_type;

struct ranged {
  config_info info;
  std::int64_t least = 0;
  std::int64_t most = INT32_MAX;
};

// The bounds of a broker whose own group.*.min and .max settings are the defaults.
constexpr std::array numbers = {
    ranged{{"consumer.assignment.interval.ms", "1000", integer}, 0, 15'000},
    ranged{{"consumer.heartbeat.interval.ms", "5000", integer}, 5'000, 15'000},
    ranged{{"consumer.session.timeout.ms", "45000", integer}, 45'000, 60'000},
    ranged{{"share.assignment.interval.ms", "1000", integer}, 0, 15'000},
    ranged{{"share.delivery.count.limit", "5", integer}, 2, 10},
    ranged{{"share.heartbeat.interval.ms", "5000", integer}, 5'000, 15'000},
    ranged{{"share.partition.max.record.locks", "2000", integer}, 100, 4'000},
    ranged{{"share.record.lock.duration.ms", "30000", integer}, 15'000, 60'000},
    ranged{{"share.session.timeout.ms", "45000", integer}, 45'000, 60'000},
    ranged{{"streams.acceptable.recovery.lag", "10000", number}, 0, INT64_MAX},
    ranged{{"streams.assignment.interval.ms", "1000", integer}, 0, 15'000},
    ranged{{"streams.heartbeat.interval.ms", "5000", integer}, 5'000, 15'000},
    ranged{{"streams.initial.rebalance.delay.ms", "3000", integer}},
    ranged{{"streams.num.standby.replicas", "0", integer}, 0, 2},
    ranged{{"streams.session.timeout.ms", "45000", integer}, 45'000, 60'000},
};

constexpr std::array texts = {
    config_info{"consumer.assignor.offload.enable", "true", boolean},
    config_info{"share.assignor.offload.enable", "true", boolean},
    config_info{"share.auto.offset.reset", "latest", string},
    config_info{"share.isolation.level", "read_uncommitted", string},
    config_info{"share.renew.acknowledge.enable", "true", boolean},
};

constexpr auto all = [] {
  std::array<config_info, numbers.size() + texts.size()> joined{};
  std::size_t at = 0;
  for (const auto& one : numbers) joined[at++] = one.info;
  for (const auto& one : texts) joined[at++] = one;
  return joined;
}();

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr std::string_view by_duration = "by_duration:";

bool acceptable(const config_info& info, std::string_view value) {
  const auto bounds = std::ranges::find(numbers, info.name, [](const ranged& one) { return one.info.name; });
  if (bounds != numbers.end()) {
    const auto parsed = parse_number(value);
    return parsed && *parsed >= bounds->least && *parsed <= bounds->most;
  }
  if (info.type == boolean) return value == "true" || value == "false";
  if (info.name == "share.isolation.level") return value == "read_committed" || value == "read_uncommitted";
  if (value.starts_with(by_duration)) return parse_iso_duration(value.substr(by_duration.size())).has_value();
  return value == "latest" || value == "earliest";
}

struct unit {
  char letter;
  bool of_day;
  std::int64_t ms;
};
constexpr std::array units = {unit{'D', false, 86'400'000}, unit{'H', true, 3'600'000},
                              unit{'M', true, 60'000}, unit{'S', true, 1'000}};

/// Reads "12.5S" at the front of `text`, a unit not before `*next` in the list; nothing when it is none.
std::optional<std::int64_t> take_part(std::string_view& text, bool of_day, std::size_t& next) {
  double amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc{} || end == text.data() + text.size() || amount < 0 || amount > 1e9)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (auto at = next; at < units.size(); ++at) {
    if (units[at].letter != text.front() || units[at].of_day != of_day) continue;
    next = at + 1;
    text.remove_prefix(1);
    return static_cast<std::int64_t>(amount * static_cast<double>(units[at].ms));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_iso_duration(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t sum = 0;
  std::size_t next = 0;
  bool of_day = false;
  while (!text.empty()) {
    if (text.front() == 'T') {
      if (of_day || text.size() == 1) return std::nullopt;
      of_day = true;
      text.remove_prefix(1);
    }
    const auto part = take_part(text, of_day, next);
    if (!part) return std::nullopt;
    sum += *part;
  }
  return std::chrono::milliseconds{sum};
}

std::span<const config_info> group_configs() noexcept { return all; }

bool group_config::set(const std::string& name, const std::optional<std::string>& value) {
  const auto* info = std::ranges::find(all, name, &config_info::name);
  if (info == all.end()) return false;
  if (value && !acceptable(*info, *value)) return false;
  if (value) {
    values_[name] = *value;
  } else {
    values_.erase(name);
  }
  apply(name, value.value_or(std::string{info->fallback}));
  return true;
}

void group_config::apply(std::string_view name, const std::string& value) {
  const auto number = parse_number(value).value_or(0);
  const std::chrono::milliseconds span{number};
  if (name == "consumer.session.timeout.ms") consumer_session = span;
  if (name == "consumer.heartbeat.interval.ms") consumer_heartbeat = span;
  if (name == "share.session.timeout.ms") share_session = span;
  if (name == "share.heartbeat.interval.ms") share_heartbeat = span;
  if (name == "share.record.lock.duration.ms") share_lock = span;
  if (name == "share.delivery.count.limit") share_delivery_limit = static_cast<std::int32_t>(number);
  if (name == "share.partition.max.record.locks") share_max_locks = static_cast<std::size_t>(number);
  if (name == "share.isolation.level") share_read_committed = value == "read_committed";
  if (name == "share.renew.acknowledge.enable") share_renew = value == "true";
  if (name != "share.auto.offset.reset") return;
  share_reset = value == "latest"     ? reset::latest
                : value == "earliest" ? reset::earliest
                                      : reset::by_duration;
  if (share_reset != reset::by_duration) return;
  share_reset_span =
      parse_iso_duration(std::string_view{value}.substr(by_duration.size())).value_or(share_reset_span);
}

}  // namespace kwire::embedded
