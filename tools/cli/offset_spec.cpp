#include "offset_spec.hpp"

#include <time.h>

#include <array>

#include "options.hpp"

namespace kwire::cli {
namespace {

constexpr std::string_view accepted =
    "expected beginning, end, stored, N, -N, s@MS, e@MS or @TIME (ms since 1970, 2026-11-01T10:30:00, or "
    "-2h)";

/// Takes a number of exactly `digits` digits, preceded by `mark` unless that is 0.
bool take(std::string_view& text, char mark, std::size_t digits, int& into) {
  if (mark != 0) {
    if (text.empty() || text.front() != mark) return false;
    text.remove_prefix(1);
  }
  const auto number = parse_number(text.substr(0, digits));
  if (!number || *number < 0 || text.size() < digits) return false;
  into = static_cast<int>(*number);
  text.remove_prefix(digits);
  return true;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  tm parts{};
  int milliseconds = 0;
  if (!take(text, 0, 4, parts.tm_year) || !take(text, '-', 2, parts.tm_mon) ||
      !take(text, '-', 2, parts.tm_mday)) {
    return std::nullopt;
  }
  if (!text.empty() && (text.front() == 'T' || text.front() == ' ')) {
    if (!take(text, text.front(), 2, parts.tm_hour) || !take(text, ':', 2, parts.tm_min)) return std::nullopt;
    if (text.starts_with(':') && !take(text, ':', 2, parts.tm_sec)) return std::nullopt;
    if (text.starts_with('.') && !take(text, '.', 3, milliseconds)) return std::nullopt;
  }
  const bool utc = text == "Z";
  const bool sound = parts.tm_mon >= 1 && parts.tm_mon <= 12 && parts.tm_mday >= 1 && parts.tm_mday <= 31 &&
                     parts.tm_hour <= 23 && parts.tm_min <= 59 && parts.tm_sec <= 60;
  if ((!text.empty() && !utc) || !sound) return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  parts.tm_isdst = -1;
  const std::int64_t seconds = utc ? timegm(&parts) : mktime(&parts);
  return seconds * 1000 + milliseconds;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  for (const auto& [unit, factor] : units) {
    if (!text.ends_with(unit)) continue;
    const auto number = parse_number(text.substr(0, text.size() - unit.size()));
    constexpr std::int64_t most = 100'000'000;
    if (number && *number >= 0 && *number <= most) return *number * factor;
  }
  return std::nullopt;
}

std::int64_t need_time(std::string_view whole, std::string_view text, timestamp now) {
  if (const auto time = parse_time(text, now)) return *time;
  throw usage_error{"-o " + std::string{whole} + ": " + std::string{accepted}};
}

}  // namespace

std::optional<std::int64_t> parse_time(std::string_view text, timestamp now) {
  if (text.starts_with('-')) {
    const auto back = parse_duration(text.substr(1));
    if (!back) return std::nullopt;
    return now.time_since_epoch().count() - *back;
  }
  if (const auto number = parse_number(text)) return number;
  return parse_date(text);
}

offset_spec parse_offset(std::string_view text, timestamp now) {
  using kind = offset_spec::kind;
  if (text == "beginning" || text == "earliest" || text == "start") return {kind::beginning, 0};
  if (text == "end" || text == "latest") return {kind::end, 0};
  if (text == "stored") return {kind::stored, 0};
  if (text.starts_with("s@")) return {kind::start_time, need_time(text, text.substr(2), now)};
  if (text.starts_with("e@")) return {kind::stop_time, need_time(text, text.substr(2), now)};
  if (text.starts_with('@')) return {kind::start_time, need_time(text, text.substr(1), now)};
  if (const auto number = parse_number(text)) {
    if (*number >= 0 && !text.starts_with('-')) return {kind::absolute, *number};
    if (*number <= 0 && *number > -1'000'000'000'000'000) return {kind::from_end, -*number};
  }
  throw usage_error{"-o " + std::string{text} + ": " + std::string{accepted}};
}

}  // namespace kwire::cli
