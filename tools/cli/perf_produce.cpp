#include <atomic>
#include <kwire/client/producer.hpp>

#include "commands.hpp"
#include "perf.hpp"
#include "progress.hpp"
#include "signals.hpp"

namespace kwire::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t sample_every = 128;  // a clock read for each record would be measured itself

/// Filled on the callback thread alone, read after the flush.
struct outcomes {
  std::atomic<std::uint64_t> persisted{0};
  std::uint64_t failed = 0;
  std::string first_failure;
  std::vector<std::int64_t> latencies_ns;

  void note(const delivery& d) {
    if (!d) [[unlikely]] {
      if (failed++ == 0) first_failure = d.error().message();
      return;
    }
    persisted.store(persisted.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (d.opaque() != 0) latencies_ns.push_back(steady_ns() - static_cast<std::int64_t>(d.opaque()));
  }
};

producer_config properties(const session& here) {
  auto chosen = here.properties<producer_config>(config_role::producer);
  set_default(here, chosen, config_role::producer, "max.block.ms", std::to_string(here.limit().count()));
  return chosen;
}

/// Sends `wanted.count` records unless a stop is asked for; gives the number that were accepted.
std::uint64_t send_all(const perf_request& wanted, producer& to, outcomes& seen, progress& shown) {
  const auto value = random_payload(wanted.size);
  record plain{wanted.topic, std::nullopt, value};
  const auto stop = stop_requested();
  pacer pace{wanted.rate};
  std::size_t turn = 0;
  for (std::uint64_t i = 0; i < wanted.count; ++i) {
    if (i % 1024 == 0 && stop.stop_requested()) return i;
    pace.wait(i);
    plain.opaque(i % sample_every == 0 ? static_cast<std::uint64_t>(steady_ns()) : 0);
    if (!wanted.partitions.empty()) {
      plain.partition(wanted.partitions[turn]);
      turn = turn + 1 == wanted.partitions.size() ? 0 : turn + 1;
    }
    const auto accepted = to.produce(plain, [&seen](const delivery& d) { seen.note(d); });
    if (!accepted) throw failure{accepted.error()};
    shown.at(i);
  }
  return wanted.count;
}

int run(session& here) {
  const perf_request wanted{here.args(), 1'000'000};
  outcomes seen;
  seen.latencies_ns.reserve(wanted.count / sample_every + 1);
  producer to{properties(here)};
  need(to.partitions(wanted.topic));  // connecting and metadata are not what is measured
  progress shown{here.progress_wanted(), "records"};
  const auto began = steady_ns();
  const auto accepted = send_all(wanted, to, seen, shown);
  const auto stop = stop_requested();
  while (to.flush(milliseconds{stop.stop_requested() ? 700 : 100}) > 0 && !stop.stop_requested()) {
  }
  const auto ended = steady_ns();
  const auto after = process_usage::now();
  to.close(milliseconds{0});
  shown.end();
  perf_report report;
  report.records = seen.persisted;
  report.bytes = report.records * wanted.size;
  report.seconds = static_cast<double>(ended - began) / 1e9;
  report.cpu_ns = after.cpu_ns;
  report.peak_rss_kb = after.peak_rss_kb;
  report.latencies_ns = std::move(seen.latencies_ns);
  here.out().write(print(report, wanted.json, false));
  if (seen.failed == 0) return accepted == wanted.count ? 0 : 1;
  here.complain(std::to_string(seen.failed) + " of " + std::to_string(accepted) +
                " records were not delivered; " + seen.first_failure);
  return 1;
}

}  // namespace

const command_spec perf_produce_command{
    "perf produce",
    "",
    "measure producing",
    "Latencies are from produce to delivery report, of every 128th record. MB are 10^6 octets of values; the "
    "processor's time is that of the whole process. Batches, acks and the like are set by -X.",
    perf_options,
    run,
    0,
    0};

}  // namespace kwire::cli
