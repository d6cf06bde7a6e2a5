#include "decode/traffic_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "table.hpp"

namespace kwire::cli {
namespace {

constexpr std::size_t length_octets = 4;
constexpr std::size_t most_lines = 10'000;  // versions in broken headers could be any

std::string milliseconds(std::chrono::microseconds duration) {
  return fmt::format("{:.3f}", static_cast<double>(duration.count()) / 1000);
}

}  // namespace

std::size_t duration_histogram::bucket_of(std::uint64_t value) {
  if (value < steps) return value;
  const auto exponent = static_cast<std::size_t>(std::bit_width(value)) - 5;  // value >> exponent is 16..31
  return std::min(exponent * steps + (value >> exponent), 48 * steps - 1);
}

std::uint64_t duration_histogram::end_of(std::size_t bucket) {
  if (bucket < steps) return bucket;
  const auto exponent = bucket / steps - 1;
  return ((bucket - exponent * steps + 1) << exponent) - 1;
}

void duration_histogram::add(std::chrono::microseconds duration) {
  duration = std::max(duration, std::chrono::microseconds{0});
  ++buckets_[bucket_of(static_cast<std::uint64_t>(duration.count()))];
  ++count_;
  longest_ = std::max(longest_, duration);
}

std::chrono::microseconds duration_histogram::percentile(double part) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    sum += buckets_[i];
    if (sum >= wanted && sum > 0) {
      return std::min(longest_, std::chrono::microseconds{static_cast<std::int64_t>(end_of(i))});
    }
  }
  return longest_;
}

void traffic_statistics::add(const seen_frame& seen, bool readable, const frame_facts& facts) {
  const std::pair key{seen.key, seen.version};
  if (lines_.size() == most_lines && !lines_.contains(key)) return;
  auto& here = lines_[key];
  here.unreadable += readable ? 0 : 1;
  if (seen.way == protocol::direction::request) {
    ++here.requests;
    here.octets_in += seen.octets.size() + length_octets;
    return;
  }
  ++here.responses;
  here.octets_out += seen.octets.size() + length_octets;
  here.errors += facts.errors > 0 ? 1 : 0;
  if (seen.latency) here.latency.add(*seen.latency);
}

std::string traffic_statistics::print(bool json) const {
  table shown{{"API", "VERSION", "REQUESTS", "RESPONSES", "ERRORS", "UNREADABLE", "OCTETS IN", "OCTETS OUT",
               "P50 MS", "P99 MS", "MAX MS"}};
  std::string text;
  for (const auto& [key, each] : lines_) {
    const auto p50 = each.latency.percentile(0.5), p99 = each.latency.percentile(0.99);
    const auto most = each.latency.longest();
    if (json) {
      text += fmt::format(
          R"({{"statistics":{{"api":"{}","apiKey":{},"version":{},"requests":{},"responses":{},"errors":{},)"
          R"("unreadable":{},"octetsIn":{},"octetsOut":{},"p50Us":{},"p99Us":{},"maxUs":{}}}}})"
          "\n",
          to_string(key.first), raw(key.first), key.second, each.requests, each.responses, each.errors,
          each.unreadable, each.octets_in, each.octets_out, p50.count(), p99.count(), most.count());
      continue;
    }
    const bool timed = each.latency.count() > 0;
    shown.add({std::string{to_string(key.first)}, std::to_string(key.second), std::to_string(each.requests),
               std::to_string(each.responses), std::to_string(each.errors), std::to_string(each.unreadable),
               std::to_string(each.octets_in), std::to_string(each.octets_out),
               timed ? milliseconds(p50) : "-", timed ? milliseconds(p99) : "-",
               timed ? milliseconds(most) : "-"});
  }
  return json ? text : shown.print();
}

}  // namespace kwire::cli
