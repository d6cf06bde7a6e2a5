#include "perf.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>

namespace kwire::cli {
namespace {

std::int64_t nanoseconds(const timeval& time) { return time.tv_sec * 1'000'000'000 + time.tv_usec * 1'000; }

double microseconds(std::vector<std::int64_t>& measured, double share) {
  return static_cast<double>(percentile(measured, share)) / 1000.0;
}

}  // namespace

process_usage process_usage::now() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return {nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime), usage.ru_maxrss};
}

std::int64_t percentile(std::vector<std::int64_t>& measured, double share) {
  if (measured.empty()) return 0;
  if (!std::ranges::is_sorted(measured)) std::ranges::sort(measured);
  const auto rank = std::ceil(share * static_cast<double>(measured.size()));
  const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  return measured[std::min(index, measured.size() - 1)];
}

std::string print(perf_report& report, bool json, bool with_percentiles) {
  const auto seconds = std::max(report.seconds, 1e-9);
  const auto rate = static_cast<double>(report.records) / seconds;
  const auto megabytes = static_cast<double>(report.bytes) / 1e6 / seconds;
  const auto cpu =
      static_cast<double>(report.cpu_ns) / static_cast<double>(std::max<std::uint64_t>(report.records, 1));
  auto& measured = report.latencies_ns;
  std::string text;
  if (json) {
    text = fmt::format(
        "{{\"records\":{},\"seconds\":{:.6f},\"records_per_second\":{:.1f},\"mb_per_second\":{:.3f},"
        "\"cpu_ns_per_record\":{:.1f},\"peak_rss_kb\":{}",
        report.records, report.seconds, rate, megabytes, cpu, report.peak_rss_kb);
    if (with_percentiles) {
      text +=
          fmt::format(",\"p50_us\":{:.1f},\"p99_us\":{:.1f},\"p999_us\":{:.1f}", microseconds(measured, 0.5),
                      microseconds(measured, 0.99), microseconds(measured, 0.999));
    }
    return text + "}\n";
  }
  text = fmt::format("{} records in {:.3f} s: {:.0f} records/s, {:.1f} MB/s\n", report.records,
                     report.seconds, rate, megabytes);
  if (!measured.empty()) {
    text +=
        fmt::format("latency: p50 {:.1f} us, p99 {:.1f} us, p99.9 {:.1f} us, max {:.1f} us ({} measured)\n",
                    microseconds(measured, 0.5), microseconds(measured, 0.99), microseconds(measured, 0.999),
                    microseconds(measured, 1), measured.size());
  }
  text += fmt::format("processor: {:.0f} ns/record; peak memory: {:.1f} MiB\n", cpu,
                      static_cast<double>(report.peak_rss_kb) / 1024.0);
  return text;
}

perf_request::perf_request(const arguments& args, std::uint64_t default_count) : json(args.has("json")) {
  const auto name = args.value("topic");
  if (!name) throw usage_error{"missing -t TOPIC"};
  topic = *name;
  size = static_cast<std::size_t>(args.number("size", 0, 1 << 30).value_or(100));
  count = static_cast<std::uint64_t>(
      args.number("count", 1, INT64_MAX).value_or(static_cast<std::int64_t>(default_count)));
  rate = args.number("rate", 1, 1'000'000'000);
  for (const auto& text : args.values("partition")) {
    const auto number = parse_number(text);
    if (!number || *number < 0 || *number > INT32_MAX)
      throw usage_error{"-p " + text + ": not a partition number"};
    partitions.push_back(partition_id{static_cast<std::int32_t>(*number)});
  }
}

pacer::pacer(std::optional<std::int64_t> rate) : rate_(rate), began_ns_(steady_ns()) {}

void pacer::sleep(std::uint64_t index) {
  for (;;) {
    const auto passed = static_cast<double>(steady_ns() - began_ns_) / 1e9;
    allowed_ = static_cast<std::uint64_t>(passed * static_cast<double>(*rate_)) + 1;
    if (index < allowed_) return;
    const auto due = static_cast<double>(index) / static_cast<double>(*rate_) - passed;
    std::this_thread::sleep_for(std::chrono::duration<double>{std::clamp(due, 50e-6, 0.1)});
  }
}

std::string random_payload(std::size_t size) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::mt19937_64 random{42};
  std::string text(size, ' ');
  for (auto& c : text) c = letters[random() % letters.size()];
  return text;
}

std::int64_t steady_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace kwire::cli
