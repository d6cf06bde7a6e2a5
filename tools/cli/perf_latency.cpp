#include <atomic>
#include <cstring>
#include <kwire/client/admin.hpp>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <thread>

#include "commands.hpp"
#include "perf.hpp"
#include "signals.hpp"

namespace kwire::cli {
namespace {

using std::chrono::milliseconds;

/// What a value begins with: the run it belongs to and when it was sent.
struct stamp {
  std::uint64_t run;
  std::int64_t sent_ns;
};

void set_latency_defaults(const session& here, producer_config& chosen) {
  set_default(here, chosen, config_role::producer, "linger.ms", "0");
  set_default(here, chosen, config_role::producer, "max.block.ms", std::to_string(here.limit().count()));
}

/// Prints the report; true when every record was measured.
bool tell(session& here, const perf_request& wanted, std::int64_t took_ns,
          const std::vector<std::int64_t>& latencies) {
  perf_report report;
  report.records = latencies.size();
  report.bytes = report.records * wanted.size;
  report.seconds = static_cast<double>(took_ns) / 1e9;
  const auto usage = process_usage::now();
  report.cpu_ns = usage.cpu_ns;
  report.peak_rss_kb = usage.peak_rss_kb;
  report.latencies_ns = latencies;
  here.out().write(print(report, wanted.json, true));
  return report.records == wanted.count;
}

/// From produce to the report of the broker's acknowledgement: one by one it is taken in this thread, at a
/// rate on the callback thread, where it waits for nobody.
class ack_run {
 public:
  explicit ack_run(session& here) : here_(here), wanted_(here.args(), 10'000), to_(producing(here)) {}

  int run() {
    const auto value = random_payload(wanted_.size);
    need(to_.partitions(wanted_.topic));  // connecting and metadata are not what is measured
    const auto stop = stop_requested();
    pacer pace{wanted_.rate};
    latencies_.reserve(wanted_.count);
    const auto began = steady_ns();
    for (std::uint64_t i = 0; i < wanted_.count && !stop.stop_requested() && !failed_; ++i) {
      pace.wait(i);
      record what{wanted_.topic, std::nullopt, value};
      if (!wanted_.partitions.empty()) what.partition(wanted_.partitions[i % wanted_.partitions.size()]);
      send(what);
      while (!wanted_.rate && latencies_.size() <= i && !failed_) to_.poll(milliseconds{500});
    }
    to_.flush(here_.limit());
    const auto ended = steady_ns();
    to_.close(milliseconds{500});  // no report comes after it: what they left may be read
    if (tell(here_, wanted_, ended - began, latencies_)) return 0;
    here_.complain(std::to_string(latencies_.size()) + " of " + std::to_string(wanted_.count) +
                   " records were acknowledged" + (failure_.empty() ? "" : "; " + failure_));
    return 1;
  }

 private:
  static producer_config producing(const session& here) {
    auto chosen = here.properties<producer_config>(config_role::producer);
    set_latency_defaults(here, chosen);
    if (!here.args().has("rate")) {
      set_default(here, chosen, config_role::producer, "delivery.report.poll", "true");
    }
    return chosen;
  }

  void send(const record& what) {
    const auto accepted = to_.produce(what, [this, sent = steady_ns()](const delivery& told) {
      if (told) {
        latencies_.push_back(steady_ns() - sent);
      } else if (!failed_.exchange(true)) {
        failure_ = told.error().message();
      }
    });
    if (!accepted) throw failure{accepted.error()};
  }

  session& here_;
  perf_request wanted_;
  producer to_;
  std::vector<std::int64_t> latencies_;
  std::atomic<bool> failed_{false};
  std::string failure_;
};

class latency_run {
 public:
  explicit latency_run(session& here)
      : here_(here),
        wanted_(here.args(), 10'000),
        shared_(here.properties<client_config>(config_role::client)),
        to_(shared_, producing(here)),
        from_(shared_, consuming(here)),
        run_(static_cast<std::uint64_t>(steady_ns()) * 0x9e3779b97f4a7c15ULL),
        value_(random_payload(std::max(wanted_.size, sizeof(stamp)))) {}

  int run() {
    assign();
    const auto began = steady_ns();
    if (wanted_.rate) {
      paced();
    } else {
      one_by_one();
    }
    const auto ended = steady_ns();
    from_.close(milliseconds{300});
    to_.close(milliseconds{500});
    if (tell(here_, wanted_, ended - began, latencies_)) return 0;
    here_.complain(std::to_string(latencies_.size()) + " of " + std::to_string(wanted_.count) +
                   " records came back" + (failure_.empty() ? "" : "; " + failure_));
    return 1;
  }

 private:
  static producer_config producing(const session& here) {
    auto chosen = here.own_properties<producer_config>(config_role::producer);
    set_latency_defaults(here, chosen);
    return chosen;
  }
  static consumer_config consuming(const session& here) {
    return here.own_properties<consumer_config>(config_role::consumer);
  }

  /// Reads from the end of the partitions on; waits until that is settled, or records could slip by.
  void assign() {
    admin cluster{shared_, here_.own_properties<admin_config>(config_role::admin)};
    const auto count = need(to_.partitions(wanted_.topic));
    if (wanted_.partitions.empty()) {
      for (std::size_t i = 0; i < count; ++i)
        wanted_.partitions.push_back(partition_id{static_cast<std::int32_t>(i)});
    }
    std::map<topic_partition, offset_query> queries;
    for (const auto number : wanted_.partitions) {
      queries.emplace(topic_partition{wanted_.topic, number}, offset_query::latest());
    }
    std::vector<partition_offset> starts;
    for (const auto& [where, found] : need(cluster.list_offsets(queries, false, here_.limit()))) {
      if (!found) throw failure{found.error()};
      starts.emplace_back(where, found->offset);
    }
    if (auto done = from_.assign(std::move(starts)); !done) throw failure{done.error()};
    latencies_.reserve(wanted_.count);
  }

  void send(std::uint64_t index) {
    const stamp mark{run_, steady_ns()};
    std::memcpy(value_.data(), &mark, sizeof mark);
    record what{wanted_.topic, std::nullopt, value_};
    what.partition(wanted_.partitions[index % wanted_.partitions.size()]);
    const auto accepted = to_.produce(what);
    if (!accepted) throw failure{accepted.error()};
  }

  /// Takes what has come; false when nothing will any more.
  bool receive() {
    const auto batch = from_.poll(milliseconds{500}, stop_requested());
    if (!batch) {
      if (batch.error() != errc::interrupted) failure_ = batch.error().message();
      return false;
    }
    const auto now = steady_ns();
    if (!batch->empty()) last_news_ = now;
    for (const auto& record : *batch) {
      const auto value = record.value();
      stamp mark{};
      if (!value || value->size() < sizeof mark) continue;
      std::memcpy(&mark, value->data(), sizeof mark);
      if (mark.run == run_) latencies_.push_back(now - mark.sent_ns);
    }
    if (now - last_news_ < std::chrono::nanoseconds{here_.limit()}.count()) return true;
    failure_ = "nothing came for " + std::to_string(here_.limit().count() / 1000) + " s";
    return false;
  }

  void one_by_one() {
    last_news_ = steady_ns();
    for (std::uint64_t i = 0; i < wanted_.count; ++i) {
      send(i);
      while (latencies_.size() <= i) {
        if (!receive()) return;
      }
    }
  }

  void paced() {
    last_news_ = steady_ns();
    std::atomic<bool> over{false};
    std::string refused;
    std::thread sender{[&] {
      pacer pace{wanted_.rate};
      try {
        for (std::uint64_t i = 0; i < wanted_.count && !over; ++i) {
          pace.wait(i);
          send(i);
        }
      } catch (const std::exception& failed) {
        refused = failed.what();
        over = true;
      }
    }};
    while (latencies_.size() < wanted_.count && !over) {
      if (!receive()) break;
    }
    over = true;
    sender.join();
    if (!refused.empty()) failure_ = refused;
  }

  session& here_;
  perf_request wanted_;
  client shared_;
  producer to_;
  consumer from_;
  std::uint64_t run_;
  std::string value_;
  std::vector<std::int64_t> latencies_;
  std::int64_t last_news_ = 0;
  std::string failure_;
};

std::span<const option_spec> options() {
  static const auto all = [] {
    std::vector<option_spec> with_ack{std::begin(perf_options), std::end(perf_options)};
    with_ack.push_back({0, "ack", "", "measure up to the broker's acknowledgement only"});
    return with_ack;
  }();
  return all;
}

int run(session& here) { return here.args().has("ack") ? ack_run{here}.run() : latency_run{here}.run(); }

}  // namespace

const command_spec perf_latency_command{
    "perf latency",
    "",
    "measure the way from produce to poll, or to the acknowledgement",
    "Sends records and reads them back in the same process (with --ack: "
    "waits for the broker's acknowledgement instead): one after the other, "
    "or with --rate at that rate. linger.ms is 0 unless it is set.",
    options(),
    run,
    0,
    0};

}  // namespace kwire::cli
