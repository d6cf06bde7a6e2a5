#include "core/config/consumer_settings.hpp"

#include <algorithm>
#include <array>

namespace kwire::core {
namespace {

constexpr std::int64_t longest_ms = 0x7fffffff;  // times travel as 32-bit milliseconds
constexpr std::int64_t most_bytes = 0x7fffffff;  // sizes travel as 32-bit numbers

constexpr auto as_number(auto value) { return static_cast<std::int64_t>(value); }

constexpr choice reset_words[] = {
    {"earliest", as_number(reset_policy::earliest)},  {"smallest", as_number(reset_policy::earliest)},
    {"beginning", as_number(reset_policy::earliest)}, {"latest", as_number(reset_policy::latest)},
    {"largest", as_number(reset_policy::latest)},     {"end", as_number(reset_policy::latest)},
    {"none", as_number(reset_policy::none)},          {"error", as_number(reset_policy::none)}};
constexpr choice isolation_words[] = {{"read_uncommitted", as_number(isolation::read_uncommitted)},
                                      {"read_committed", as_number(isolation::read_committed)}};
constexpr choice protocol_words[] = {{"classic", as_number(group_protocol::classic)},
                                     {"consumer", as_number(group_protocol::consumer)},
                                     {"CLASSIC", as_number(group_protocol::classic)},
                                     {"CONSUMER", as_number(group_protocol::consumer)}};
constexpr std::array<std::string_view, 4> strategies{"range", "roundrobin", "sticky", "cooperative-sticky"};

void describe_group(consumer_settings& s, setting_visitor& v) {
  v.text("group.id", s.group_id, {.doc = "Consumers of one group share the partitions and their offsets."});
  v.text(
      "group.instance.id", s.group_instance_id,
      {.doc = "Makes this a static member (KIP-345): a restart within the session time-out moves nothing."});
  v.one_of("group.protocol", s.protocol, protocol_words,
           {.doc = "Rebalance protocol. Only classic is supported so far."});
  v.time("session.timeout.ms", s.session_timeout,
         {.doc = "Without a heartbeat for that long the group gives this member's partitions away.",
          .min = 1,
          .max = longest_ms});
  v.time("heartbeat.interval.ms", s.heartbeat_interval,
         {.doc = "Pause between heartbeats; below a third of session.timeout.ms as a rule.",
          .min = 1,
          .max = longest_ms});
  v.time("max.poll.interval.ms", s.max_poll_interval,
         {.doc = "Longest pause between two polls; beyond it the consumer leaves its group.",
          .min = 1,
          .max = longest_ms});
  v.words(
      "partition.assignment.strategy", s.assignment_strategy,
      {.doc = "Assignors in order of preference: range, roundrobin, sticky, cooperative-sticky (or Java's "
              "class names). Rebalances are cooperative only if every one listed is."});
  v.flag("enable.auto.commit", s.auto_commit,
         {.doc = "Commit in the background what polls before the last one handed over.",
          .aliases = "auto.commit.enable"});
  v.time("auto.commit.interval.ms", s.auto_commit_interval,
         {.doc = "Pause between automatic commits.", .min = 0, .max = longest_ms});
}

}  // namespace

void consumer_settings::describe(setting_visitor& v) {
  describe_group(*this, v);
  v.one_of(
      "auto.offset.reset", reset, reset_words,
      {.doc = "Where to start without a committed offset, or with one outside the log; none is an error."});
  v.number(
      "max.poll.records", max_poll_records,
      {.doc = "Most records a poll hands over; 0, the default, sets no limit: a poll hands over about "
              "max.partition.fetch.bytes of whole batches, whose records cost nothing until they are read.",
       .min = 0,
       .max = most_bytes});
  v.number("fetch.min.bytes", fetch_min_bytes,
           {.doc = "The broker answers a fetch when it has that much.", .min = 0, .max = most_bytes});
  v.number(
      "fetch.max.bytes", fetch_max_bytes,
      {.doc = "Most a broker answers to one fetch; a first batch above it still comes. Besides, one answer "
              "is an eighth of queued.max.messages.kbytes at most, or max.partition.fetch.bytes if that is "
              "more.",
       .min = 1,
       .max = most_bytes});
  v.time("fetch.max.wait.ms", fetch_max_wait,
         {.doc = "The broker answers a fetch after that long even with less than fetch.min.bytes.",
          .aliases = "fetch.wait.max.ms",
          .min = 0,
          .max = longest_ms});
  v.number("max.partition.fetch.bytes", max_partition_fetch_bytes,
           {.doc = "Most a broker answers for one partition; a first batch above it still comes.",
            .aliases = "fetch.message.max.bytes",
            .min = 1,
            .max = most_bytes});
  v.number(
      "queued.max.messages.kbytes", queued_max_kbytes,
      {.doc = "KiB of fetched data, waiting or in batches the application holds, at which fetching pauses; "
              "it resumes at half. Counts decompressed octets too.",
       .min = 1,
       .max = 2097151});
  v.number(
      "max.decompressed.bytes", max_decompressed_bytes,
      {.doc = "A batch that decompresses to more is an error, not memory.", .min = 1024, .max = most_bytes});
  v.one_of("isolation.level", level, isolation_words,
           {.doc = "read_committed hides records of open and aborted transactions."});
  v.flag("check.crcs", check_crcs, {.doc = "Verify the checksum of every batch at hand-over."});
  v.flag("enable.partition.eof", partition_eof, {.doc = "Tell when the end of a partition is reached."});
  v.flag("allow.auto.create.topics", auto_create_topics,
         {.doc = "Let brokers create topics subscribed to, if they are configured to."});
  v.flag("exclude.internal.topics", exclude_internal_topics,
         {.doc = "Patterns do not match internal topics."});
  v.text("client.rack", client_rack, {.doc = "Where this consumer runs; told to the assignor."});
  v.time("default.api.timeout.ms", default_api_timeout,
         {.doc = "Deadline of blocking calls that are given none.", .min = 1, .max = longest_ms});
}

void consumer_settings::check(config_reader& reader) const {
  if (protocol == group_protocol::consumer) {
    reader.fault("group.protocol=consumer: not supported yet; use classic");
  }
  if (heartbeat_interval >= session_timeout) {
    reader.fault("heartbeat.interval.ms=" + std::to_string(heartbeat_interval.count()) +
                 ": must be below session.timeout.ms=" + std::to_string(session_timeout.count()));
  }
  if (max_poll_interval < session_timeout && reader.given("max.poll.interval.ms")) {
    reader.fault("max.poll.interval.ms=" + std::to_string(max_poll_interval.count()) +
                 ": must not be below session.timeout.ms=" + std::to_string(session_timeout.count()));
  }
  if (reader.given("group.id") && group_id.empty()) reader.fault("group.id: must not be empty");
  if (group_id.empty() && !group_instance_id.empty()) reader.fault("group.instance.id: needs a group.id");
  if (group_id.empty() && auto_commit && reader.given("enable.auto.commit")) {
    reader.fault("enable.auto.commit=true: needs a group.id");
  }
  if (assignment_strategy.empty()) reader.fault("partition.assignment.strategy: must name an assignor");
  for (std::string_view name : assignment_strategy) {
    if (std::ranges::find(strategies, strategy_name(name)) == strategies.end()) {
      reader.fault("partition.assignment.strategy=" + std::string{name} +
                   ": must be one of range roundrobin sticky cooperative-sticky");
    }
  }
}

std::string_view strategy_name(std::string_view given) noexcept {
  constexpr std::string_view package = "org.apache.kafka.clients.consumer.";
  if (!given.starts_with(package)) return given;
  given.remove_prefix(package.size());
  if (given == "RangeAssignor") return "range";
  if (given == "RoundRobinAssignor") return "roundrobin";
  if (given == "StickyAssignor") return "sticky";
  if (given == "CooperativeStickyAssignor") return "cooperative-sticky";
  return given;
}

}  // namespace kwire::core
