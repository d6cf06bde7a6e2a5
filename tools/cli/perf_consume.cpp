#include <fmt/format.h>

#include <kwire/client/consumer.hpp>
#include <random>

#include "commands.hpp"
#include "perf.hpp"
#include "progress.hpp"
#include "signals.hpp"

namespace kwire::cli {
namespace {

using std::chrono::milliseconds;

/// Notes when partitions came: joining a group is not what is measured.
struct assignment_clock final : rebalance_listener {
  std::int64_t began = 0;
  void on_assigned(const std::vector<topic_partition>&) override {
    if (began != 0) return;
    began = steady_ns();
  }
};

consumer_config properties(const session& here) {
  auto chosen = here.properties<consumer_config>(config_role::consumer);
  if (!here.given(config_role::consumer, "group.id")) {
    std::random_device random;
    chosen.set("group.id", fmt::format("kwire-perf-{:08x}{:08x}", random(), random()));
  }
  set_default(here, chosen, config_role::consumer, "auto.offset.reset", "earliest");
  set_default(here, chosen, config_role::consumer, "enable.auto.commit", "false");
  return chosen;
}

struct count {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

/// Touches every record, as a reader of keys and values does.
void add(count& total, const record_batches& batch, std::uint64_t most) {
  for (const auto& part : batch.partitions()) {
    for (const auto& record : part) {
      const auto key = record.key();
      const auto value = record.value();
      total.bytes += (key ? key->size() : 0) + (value ? value->size() : 0);
      if (++total.records == most) return;
    }
  }
}

count read_all(session& here, const perf_request& wanted, consumer& from) {
  count total;
  progress shown{here.progress_wanted(), "records"};
  const auto stop = stop_requested();
  auto last_news = steady_ns();
  const auto patience = std::chrono::nanoseconds{here.limit()}.count();
  while (total.records < wanted.count) {
    const auto batch = from.poll(milliseconds{500}, stop);
    if (!batch) {
      if (batch.error() == errc::interrupted) break;
      throw failure{batch.error()};
    }
    if (!batch->empty()) {
      add(total, *batch, wanted.count);
      last_news = steady_ns();
      shown.now(total.records);
    } else if (steady_ns() - last_news > patience) {
      here.complain("no record for " + std::to_string(here.limit().count() / 1000) + " s; " +
                    std::to_string(total.records) + " of " + std::to_string(wanted.count) +
                    " came. Does the topic hold so many?");
      break;
    }
  }
  return total;
}

int run(session& here) {
  const perf_request wanted{here.args(), 1'000'000};
  if (wanted.rate) throw usage_error{"perf consume takes no --rate"};
  consumer from{properties(here)};
  const auto clock = std::make_shared<assignment_clock>();
  if (wanted.partitions.empty()) {
    if (auto done = from.subscribe({wanted.topic}, clock); !done) throw failure{done.error()};
  } else {
    std::vector<partition_offset> starts;
    for (const auto number : wanted.partitions) starts.emplace_back(wanted.topic, number, offset_beginning);
    if (auto done = from.assign(std::move(starts)); !done) throw failure{done.error()};
    clock->on_assigned({});
  }
  const auto total = read_all(here, wanted, from);
  const auto ended = steady_ns();
  const auto after = process_usage::now();
  from.close(milliseconds{900});
  perf_report report;
  report.records = total.records;
  report.bytes = total.bytes;
  report.seconds = clock->began == 0 ? 0 : static_cast<double>(ended - clock->began) / 1e9;
  report.cpu_ns = after.cpu_ns;
  report.peak_rss_kb = after.peak_rss_kb;
  here.out().write(print(report, wanted.json, false));
  return total.records == wanted.count ? 0 : 1;
}

}  // namespace

const command_spec perf_consume_command{"perf consume",
                                        "",
                                        "measure consuming",
                                        "Reads from the beginning in a fresh group, or with -p without one. "
                                        "The time is that from the assignment of "
                                        "partitions to the last record.",
                                        perf_options,
                                        run,
                                        0,
                                        0};

}  // namespace kwire::cli
