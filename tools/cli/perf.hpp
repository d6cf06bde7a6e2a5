#pragma once

#include <cstdint>
#include <kwire/client/record.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session.hpp"

namespace kwire::cli {

/// Processor time (user and system, all threads) of this process in ns, and its largest memory in KiB.
struct process_usage {
  std::int64_t cpu_ns = 0;
  std::int64_t peak_rss_kb = 0;

  static process_usage now();
};

/// What a measurement found; percentiles are there if latencies were taken.
struct perf_report {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< of keys and values
  double seconds = 0;
  std::int64_t cpu_ns = 0;
  std::int64_t peak_rss_kb = 0;
  std::vector<std::int64_t> latencies_ns;  ///< sorted by `percentile`
};

/// The value that `share` (0 to 1) of the measurements do not exceed; 0 without any. Sorts on the way.
std::int64_t percentile(std::vector<std::int64_t>& measured, double share);

/// Several lines for people, or one JSON line. With `latency_only` the JSON holds the percentiles.
std::string print(perf_report& report, bool json, bool with_percentiles);

// What the three measurements have in common.
inline constexpr option_spec perf_options[] = {
    {'t', "topic", "TOPIC", "the topic"},
    {'s', "size", "OCTETS", "size of a value (default: 100)"},
    {'c', "count", "COUNT", "number of records (default: 1000000; latency: 10000)"},
    {'r', "rate", "RECORDS", "at most so many records a second (default: no limit)"},
    {'p', "partition", "NUMBER", "only this partition (may be repeated)"},
    {'J', "json", "",
     "one line of JSON: records, seconds, records_per_second, mb_per_second, cpu_ns_per_record, "
     "peak_rss_kb; latency: p50_us, p99_us, p999_us too"},
};

struct perf_request {
  std::string topic;
  std::size_t size = 100;
  std::uint64_t count = 0;
  std::optional<std::int64_t> rate;
  std::vector<partition_id> partitions;
  bool json = false;

  /// Throws `usage_error`.
  perf_request(const arguments& args, std::uint64_t default_count);
};

/// Says when the n-th record of a paced run is due; looks at the clock only when it has to wait.
class pacer {
 public:
  explicit pacer(std::optional<std::int64_t> rate);
  /// Waits until record number `index` may go.
  void wait(std::uint64_t index) {
    if (rate_ && index >= allowed_) [[unlikely]]
      sleep(index);
  }

 private:
  void sleep(std::uint64_t index);
  std::optional<std::int64_t> rate_;
  std::uint64_t allowed_ = 0;
  std::int64_t began_ns_ = 0;
};

/// Octets that do not compress away entirely: text by chance.
std::string random_payload(std::size_t size);

std::int64_t steady_ns() noexcept;

}  // namespace kwire::cli
