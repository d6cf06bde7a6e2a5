#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <kwire/client/producer.hpp>
#include <mutex>

#include "commands.hpp"
#include "produce_input.hpp"
#include "progress.hpp"
#include "record_splitter.hpp"
#include "session.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

using std::chrono::milliseconds;

constexpr option_spec options[] = {
    {'t', "topic", "TOPIC", "where to produce to"},
    {'p', "partition", "NUMBER", "always this partition; -1 leaves it to the partitioner (default)"},
    {'k', "key", "KEY", "key of all records without one of their own"},
    {'K', "key-delimiter", "TEXT", "what stands between key and value; may have escapes such as \\t"},
    {'D', "delimiter", "TEXT", "what stands between records (default: \\n)"},
    {'H', "header", "NAME=VALUE", "header of all records; without = its value is null (may be repeated)"},
    {'z', "compression", "CODEC", "none, gzip, snappy, lz4 or zstd"},
    {'Z', "null", "", "empty values (and, with -K, keys) are null"},
    {'c', "count", "COUNT", "end after so many records"},
    {'l', "lines", "", "files hold records as standard input does, instead of being one record each"},
    {'T', "tee", "", "print on standard output what is produced"},
};

constexpr std::string_view details =
    "Reads records from standard input, or takes each FILE as one. Empty lines are no records, as in kcat, "
    "unless "
    "-Z makes them null. Ends when all is delivered; what was not is counted on standard error, and the exit "
    "status is 1.";

/// What became of the records, told by the delivery callbacks.
struct tally {
  std::atomic<std::uint64_t> persisted{0};
  std::atomic<std::uint64_t> not_persisted{0};
  std::atomic<std::uint64_t> unknown{0};
  std::mutex lock;
  std::string first_failure;

  void note(const delivery& d) {
    if (d) {
      persisted.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    (d.result() == outcome::possibly_persisted ? unknown : not_persisted)
        .fetch_add(1, std::memory_order_relaxed);
    std::lock_guard guard{lock};
    if (first_failure.empty()) first_failure = d.error().message();
  }
};

class produce_run {
 public:
  explicit produce_run(session& here)
      : here_(here),
        topic_(need_topic(here)),
        split_(here.args()),
        producer_(properties(here)),
        progress_(here.progress_wanted() && ::isatty(0) == 0, "records read") {
    if (const auto number = here.args().number("partition", -1, INT32_MAX); number && *number >= 0) {
      partition_ = partition_id{static_cast<std::int32_t>(*number)};
    }
    if (const auto count = here.args().number("count", 1, INT64_MAX))
      most_ = static_cast<std::uint64_t>(*count);
  }

  int run() {
    const auto& files = here_.args().operands();
    if (files.empty()) {
      read_lines(0, "standard input");
    } else {
      for (const auto& path : files) read_file(path);
    }
    return finish();
  }

 private:
  static std::string need_topic(const session& here) {
    if (auto topic = here.args().value("topic")) return *topic;
    throw usage_error{"missing -t TOPIC"};
  }

  static producer_config properties(const session& here) {
    auto chosen = here.properties<producer_config>(config_role::producer);
    if (const auto codec = here.args().value("compression")) chosen.set("compression.type", *codec);
    // Nobody wants to wait a minute to hear that the cluster cannot be reached.
    set_default(here, chosen, config_role::producer, "max.block.ms", std::to_string(here.limit().count()));
    if (here.args().has("timeout")) {
      set_default(here, chosen, config_role::producer, "delivery.timeout.ms",
                  std::to_string(here.limit().count()));
    }
    return chosen;
  }

  bool going_on() const {
    return !over_ && !here_.out().closed() && read_ < most_ && !stop_requested().stop_requested();
  }

  void read_file(const std::string& path) {
    if (!going_on()) return;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
      return input_failed(path + ": " + std::string{std::generic_category().message(errno)});
    if (here_.args().has("lines")) {
      read_lines(descriptor, path);
    } else {
      record_splitter whole{descriptor, "", stop_descriptor()};
      const auto content = whole.next();
      if (content) produce(split_.whole(*content), *content);
      if (!whole.failure().empty()) input_failed(path + ": " + whole.failure());
      interrupted_ = interrupted_ || whole.stopped();
      if (!content && whole.failure().empty() && !whole.stopped())
        here_.inform(path + " is empty and left out");
    }
    ::close(descriptor);
  }

  void read_lines(int descriptor, const std::string& name) {
    record_splitter input{descriptor, split_.delimiter(), stop_descriptor()};
    while (going_on()) {
      const auto line = input.next();
      if (!line) break;
      if (const auto parts = split_.line(*line)) produce(*parts, *line);
    }
    if (!input.failure().empty()) input_failed(name + ": " + input.failure());
    interrupted_ = interrupted_ || input.stopped();
  }

  void input_failed(const std::string& why) {
    here_.complain(why);
    failed_ = true;
  }

  void produce(const record_parts& parts, std::string_view as_read) {
    record what{topic_, parts.key, parts.value};
    if (partition_) what.partition(*partition_);
    for (const auto& [name, value] : split_.headers()) {
      what.header(name, value ? std::optional<std::string_view>{*value} : std::nullopt);
    }
    ++read_;
    const auto accepted = producer_.produce(what, [to = &tally_](const delivery& d) { to->note(d); });
    if (!accepted) return refused(accepted.error());
    if (here_.args().has("tee")) {
      here_.out().write(as_read);
      here_.out().write(split_.delimiter());
    }
    progress_.at(read_);
  }

  void refused(const error& why) {
    ++refused_;
    here_.complain("record " + std::to_string(read_) + ": " + why.message());
    // One record too large says nothing about the next; without topic or cluster there is no next.
    over_ = !(why == errc::record_too_large);
  }

  /// Sends what is left: as long as it takes, but for a second only when a stop was asked for.
  void drain() {
    for (;;) {
      const bool hurry = stop_requested().stop_requested();
      if (producer_.flush(hurry ? milliseconds{700} : milliseconds{100}) == 0 || hurry) break;
    }
    producer_.close(milliseconds{0});
  }

  int finish() {
    here_.out().flush();
    drain();
    progress_.end();
    // The input hears of the signal first: the token may follow a moment later.
    const bool stopped = interrupted_ || stop_requested().stop_requested();
    const auto lost = tally_.not_persisted + refused_;
    const auto unknown = tally_.unknown.load();
    if (lost + unknown > 0) {
      auto text = std::to_string(tally_.persisted) + " of " + std::to_string(read_) + " records delivered, " +
                  std::to_string(lost) + " not";
      if (unknown > 0) text += ", " + std::to_string(unknown) + " possibly";
      if (!tally_.first_failure.empty()) text += "; " + tally_.first_failure;
      here_.complain(text);
    } else if (stopped) {
      here_.inform("stopped; all " + std::to_string(read_) + " records read so far were delivered");
    } else {
      here_.detail(std::to_string(tally_.persisted) + " records delivered");
    }
    return lost + unknown > 0 || failed_ ? 1 : 0;
  }

  session& here_;
  std::string topic_;
  produce_input split_;
  tally tally_;  // before the producer, whose callbacks use it
  producer producer_;
  progress progress_;
  std::optional<partition_id> partition_;
  std::uint64_t most_ = UINT64_MAX;
  std::uint64_t read_ = 0;
  std::uint64_t refused_ = 0;
  bool over_ = false;
  bool failed_ = false;
  bool interrupted_ = false;
};

int run(session& here) { return produce_run{here}.run(); }

}  // namespace

const command_spec produce_command{"produce", "[FILE...]", "write records to a topic", details, options, run,
                                   0,         any_number};

}  // namespace kwire::cli
