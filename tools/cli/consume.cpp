#include <unistd.h>

#include <algorithm>
#include <kwire/client/consumer.hpp>
#include <set>

#include "commands.hpp"
#include "consume_plan.hpp"
#include "group_reader.hpp"
#include "record_printer.hpp"
#include "session.hpp"
#include "signals.hpp"

namespace kwire::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr option_spec own_options[] = {
    {'t', "topic", "TOPIC", "what to read"},
    {'p', "partition", "NUMBER", "only this partition (may be repeated)"},
    {'G', "group", "GROUP", "read the TOPICs as a member of this group, committing what was printed"},
    {'o', "offset", "WHERE",
     "beginning (default), end, stored, N, -N (the last N), s@MS (from that time), e@MS (up to it), @TIME "
     "(from a "
     "date or -2h); with -G beginning and end are for partitions without a committed offset"},
    {'c', "count", "COUNT", "end after so many records"},
    {'e', "exit", "", "end at the end: where it was at the start, or with -G when there is nothing left"},
};

constexpr std::string_view details =
    "kcat's flags mean what they mean in kcat. Output is written when a batch of records is done. With -G "
    "offsets "
    "of printed records are committed every five seconds and at the end, unless enable.auto.commit is false.";

/// The printing options behind our own, in one table.
std::span<const option_spec> options() {
  static const auto joined = [] {
    std::vector<option_spec> all{std::begin(own_options), std::end(own_options)};
    all.insert(all.end(), std::begin(print_options), std::end(print_options));
    return all;
  }();
  return joined;
}

timestamp now_ms() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

/// What -o says: a place to start and a time to stop at, each at most once.
struct offsets_wanted {
  offset_spec from;
  bool from_given = false;
  std::optional<std::int64_t> stop_ms;
};

offsets_wanted read_offsets(const arguments& args) {
  offsets_wanted wanted;
  for (const auto& text : args.values("offset")) {
    const auto spec = parse_offset(text, now_ms());
    if (spec.what == offset_spec::kind::stop_time) {
      wanted.stop_ms = spec.number;
    } else {
      wanted.from = spec;
      wanted.from_given = true;
    }
  }
  return wanted;
}

class consume_run {
 public:
  explicit consume_run(session& here)
      : here_(here), wanted_(read_offsets(here.args())), printer_(here.args(), here.out()) {
    if (const auto count = here.args().number("count", 1, INT64_MAX))
      most_ = static_cast<std::uint64_t>(*count);
    exit_at_end_ = here.args().has("exit");
    tell_ends_ = here.verbosity() > 0 || (!here.quiet() && ::isatty(2) == 1);
  }

  int run() { return here_.args().has("group") ? run_group() : run_partitions(); }

 private:
  client make_client() const { return client{here_.properties<client_config>(config_role::client)}; }

  consumer_config properties() const {
    consumer_config chosen;
    // Offsets are committed for what was printed, which only this program knows.
    const auto given = here_.own_properties<consumer_config>(config_role::consumer);
    for (const auto& [key, value] : given.properties()) {
      if (key != "enable.auto.commit") chosen.set(key, value);
    }
    chosen.set("enable.auto.commit", "false");
    set_default(here_, chosen, config_role::consumer, "enable.partition.eof", "true");
    return chosen;
  }

  /// The partitions of these topics and their leaders; all topics when one is a pattern.
  std::vector<topic_partition> look_up(admin& cluster, const std::vector<std::string>& topics,
                                       bool must_exist) {
    const bool pattern = std::ranges::any_of(topics, [](const auto& t) { return t.starts_with('^'); });
    const auto all = need(cluster.metadata(pattern ? std::nullopt : std::optional{topics}, here_.limit()));
    std::vector<topic_partition> partitions;
    for (const auto& [name, topic] : all.topics) {
      if (!topic) {
        if (must_exist) throw failure{topic.error()};
        here_.inform(topic.error().message());
        continue;
      }
      for (const auto& part : topic->partitions) {
        partitions.emplace_back(name, part.id);
        printer_.leaders[partitions.back()] = part.leader;
      }
    }
    return partitions;
  }

  std::vector<topic_partition> choose(const std::vector<topic_partition>& all) const {
    const auto numbers = here_.args().values("partition");
    if (numbers.empty()) return all;
    std::vector<topic_partition> chosen;
    for (const auto& text : numbers) {
      const auto number = parse_number(text);
      const auto found = std::ranges::find_if(
          all, [&](const topic_partition& tp) { return number && raw(tp.partition) == *number; });
      if (!number || *number < 0) throw usage_error{"-p " + text + ": not a partition number"};
      if (found == all.end()) {
        throw failure{"partition " + text + " does not exist; the topic has " + std::to_string(all.size())};
      }
      if (std::ranges::find(chosen, *found) == chosen.end()) chosen.push_back(*found);
    }
    return chosen;
  }

  int run_partitions() {
    const auto topic = here_.args().value("topic");
    if (!topic) throw usage_error{"missing -t TOPIC (or -G GROUP TOPIC...)"};
    if (!here_.args().operands().empty())
      throw usage_error{"unexpected \"" + here_.args().operands().front() + "\""};
    auto shared = make_client();
    consume_range range{wanted_.from, exit_at_end_,
                        here_.property(config_role::consumer, "isolation.level") == "read_committed"};
    {
      admin cluster{shared, here_.own_properties<admin_config>(config_role::admin)};
      std::stop_callback on_stop{stop_requested(), [&] { cluster.interrupt(); }};
      for (auto& plan :
           plan_partitions(cluster, choose(look_up(cluster, {*topic}, true)), range, here_.limit())) {
        plans_.emplace(plan.where, plan);
      }
    }
    consumer reader{shared, properties()};
    std::vector<partition_offset> starts;
    for (const auto& [where, plan] : plans_) {
      if (plan.done()) {
        tell_end(where, *plan.stop);
      } else {
        starts.emplace_back(where, plan.start);
        open_.insert(where);
      }
    }
    if (!starts.empty()) {
      need_done(reader.assign(std::move(starts)));
      loop(reader);
    }
    here_.out().flush();
    reader.close(milliseconds{500});
    return status_;
  }

  int run_group() {
    using kind = offset_spec::kind;
    const auto& topics = here_.args().operands();
    if (topics.empty()) throw usage_error{"-G needs topics behind the options"};
    if (here_.args().has("topic") || here_.args().has("partition")) {
      throw usage_error{"-G takes its topics as operands, and no -t or -p"};
    }
    if (wanted_.from_given && wanted_.from.what > kind::stored) {
      throw usage_error{"-o " + here_.args().values("offset").front() +
                        ": with -G only beginning, end and stored; the group keeps its offsets"};
    }
    auto shared = make_client();
    {
      admin cluster{shared, here_.own_properties<admin_config>(config_role::admin)};
      std::stop_callback on_stop{stop_requested(), [&] { cluster.interrupt(); }};
      look_up(cluster, topics, false);
    }
    auto chosen = properties();
    if (here_.given(config_role::consumer, "group.id"))
      throw usage_error{"-G and group.id exclude each other"};
    chosen.set("group.id", *here_.args().value("group"));
    if (wanted_.from_given && wanted_.from.what != kind::stored) {
      set_default(here_, chosen, config_role::consumer, "auto.offset.reset",
                  wanted_.from.what == kind::beginning ? "earliest" : "latest");
    }
    consumer reader{shared, chosen};
    group_ = std::make_shared<group_reader>(here_, reader);
    need_done(reader.subscribe(topics, group_));
    loop(reader);
    here_.out().flush();
    if (!here_.out().closed()) group_->commit(milliseconds{400});
    reader.close(milliseconds{500});
    return status_;
  }

  static void need_done(const result<void>& outcome) {
    if (!outcome) throw failure{outcome.error()};
  }

  void loop(consumer& reader) {
    const auto stop = stop_requested();
    auto last_news = steady_clock::now();
    while (!over_) {
      const auto batch = reader.poll(milliseconds{250}, stop);
      if (!batch) {
        if (batch.error() == errc::interrupted) break;
        here_.out().flush();
        here_.complain(batch.error().message());
        // A pager held us up for too long; the next poll joins the group again.
        if (batch.error() == errc::max_poll_exceeded) continue;
        status_ = 1;
        break;
      }
      if (!batch->empty() || !batch->ends().empty()) last_news = steady_clock::now();
      take(*batch, reader);
      here_.out().flush();
      if (here_.out().closed()) break;
      if (group_) group_->commit_now_and_then();
      if (exit_at_end_ && !over_ && steady_clock::now() - last_news > here_.limit()) {
        here_.complain("nothing came for " + std::to_string(here_.limit().count() / 1000) +
                       " s, and the end has not been reached; see -v, or give more time with -m");
        status_ = 1;
        break;
      }
    }
  }

  void take(const record_batches& batch, consumer& reader) {
    for (const auto& part : batch.partitions()) {
      if (over_) return;
      take_partition(part);
      finish_partition(part.where(), part.next_offset(), reader);
    }
    if (batch.error()) {
      here_.complain(batch.error()->message());
      status_ = 1;
    }
    for (const auto& end : batch.ends()) {
      if (!over_) at_end(end, reader);
    }
  }

  void take_partition(const partition_records& part) {
    const auto plan = plans_.find(part.where());
    if (plan != plans_.end() && !open_.contains(part.where())) return;
    const auto stop = plan == plans_.end() ? INT64_MAX : plan->second.stop.value_or(INT64_MAX);
    printer_.enter(part.where());
    ended_.erase(part.where());
    for (const auto& record : part) {
      if (record.offset() >= stop) return;
      if (wanted_.stop_ms && record.timestamp_ms() >= *wanted_.stop_ms) {
        stopped_.insert(part.where());
        return;
      }
      printer_.print(record);
      if (group_) group_->printed(part.where(), record.offset() + 1);
      if (++printed_ == most_ || here_.out().closed()) {
        over_ = true;
        return;
      }
    }
    // Behind the last record there may be markers and gaps, which count as read.
    if (group_) group_->printed(part.where(), part.next_offset());
  }

  /// Ends reading of a partition that is done; of everything when all are.
  void finish_partition(const topic_partition& where, std::int64_t next, consumer& reader) {
    const auto plan = plans_.find(where);
    const bool reached = plan != plans_.end() && plan->second.stop && next >= *plan->second.stop;
    if (!reached && !stopped_.contains(where)) return;
    if (group_) {
      ended_.insert(where);
      over_ = over_ || ended_.size() >= reader.assignment().size();
      return;
    }
    if (open_.erase(where) == 0) return;
    tell_end(where, reached ? *plan->second.stop : next);
    if (open_.empty()) {
      over_ = true;
    } else if (auto paused = reader.pause({where}); !paused) {
      here_.detail(paused.error().message());
    }
  }

  void at_end(const partition_end& end, consumer& reader) {
    const auto plan = plans_.find(end.where);
    if (plan == plans_.end() || !plan->second.stop) tell_end(end.where, end.offset);
    if (!group_) return finish_partition(end.where, end.offset, reader);
    ended_.insert(end.where);
    // Also where nothing was to be read: what comes until the next member looks is not to be passed over.
    group_->printed(end.where, end.offset);
    if (!exit_at_end_) return;
    const auto assigned = reader.assignment();
    over_ = !assigned.empty() &&
            std::ranges::all_of(assigned, [&](const auto& tp) { return ended_.contains(tp); });
  }

  void tell_end(const topic_partition& where, std::int64_t offset) {
    if (!tell_ends_) return;
    here_.out().flush();
    here_.inform("reached end of topic " + where.topic + " [" + std::to_string(raw(where.partition)) +
                 "] at offset " + std::to_string(offset));
  }

  session& here_;
  offsets_wanted wanted_;
  record_printer printer_;
  std::map<topic_partition, partition_plan> plans_;  ///< without a group
  std::set<topic_partition> open_;                   ///< of these, what is not done
  std::set<topic_partition> ended_;                  ///< with a group: at their end, or behind the stop time
  std::set<topic_partition> stopped_;
  std::shared_ptr<group_reader> group_;
  std::uint64_t most_ = UINT64_MAX;
  std::uint64_t printed_ = 0;
  bool exit_at_end_ = false;
  bool tell_ends_ = false;
  bool over_ = false;
  int status_ = 0;
};

int run(session& here) { return consume_run{here}.run(); }

}  // namespace

const command_spec consume_command{
    "consume", "[TOPIC...]", "read records of a topic, or as a member of a group", details, options(), run,
    0,         any_number};

}  // namespace kwire::cli
