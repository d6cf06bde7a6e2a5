#include "options.hpp"

#include <algorithm>

#include "core/backoff.hpp"

namespace kwire::sim {
namespace {

using std::chrono::milliseconds;

class dice {
 public:
  explicit dice(std::uint64_t seed) : random_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool percent(std::int64_t chance) { return between(0, 99) < chance; }
  milliseconds time(std::int64_t low, std::int64_t high) { return milliseconds{between(low, high)}; }

 private:
  core::random_source random_;
};

void choose_client(core::client_settings& client, dice& roll) {
  client.request_timeout = roll.time(500, 2500);
  client.connection_setup_timeout = roll.time(1000, 2000);
  client.connection_setup_timeout_max = milliseconds{3000};
  client.api_version_request_timeout = client.connection_setup_timeout;
  client.metadata_max_age = roll.time(3000, 30'000);
  client.rebootstrap_trigger = roll.time(5000, 20'000);
  client.connections_max_idle = roll.percent(30) ? roll.time(500, 3000) : milliseconds{540'000};
}

void choose_producer(core::producer_settings& producer, dice& roll) {
  constexpr std::int64_t lingers[] = {0, 0, 5, 50, 400};
  producer.linger = milliseconds{lingers[roll.between(0, 4)]};
  producer.batch_size = roll.between(300, 6000);
  producer.buffer_memory = roll.percent(20) ? 32 * 1024 : 1024 * 1024;
  producer.delivery_timeout = roll.percent(50) ? roll.time(1000, 4000) : roll.time(4000, 15'000);
  producer.max_in_flight = roll.between(1, 5);
  constexpr protocol::codec codecs[] = {protocol::codec::gzip, protocol::codec::lz4, protocol::codec::snappy};
  if (roll.percent(15)) producer.codec = codecs[roll.between(0, 2)];
}

void choose_consumer(core::consumer_settings& consumer, dice& roll) {
  consumer.group_id = "g";
  consumer.reset = core::reset_policy::earliest;
  consumer.auto_commit = roll.percent(50);
  consumer.auto_commit_interval = roll.time(100, 2000);
  consumer.session_timeout = roll.time(2500, 4000);
  consumer.heartbeat_interval = roll.time(300, 900);
  consumer.max_poll_interval = roll.time(4000, 6000);
  consumer.max_poll_records = roll.percent(50) ? roll.between(1, 40) : 0;
  consumer.fetch_max_wait = roll.time(100, 500);
  consumer.max_partition_fetch_bytes = roll.percent(30) ? roll.between(400, 4000) : 1024 * 1024;
  consumer.default_api_timeout = roll.time(2000, 5000);
  if (roll.percent(10)) consumer.queued_max_kbytes = 8;
  if (roll.percent(40)) {
    consumer.assignment_strategy = {"range"};
  } else if (roll.percent(60)) {
    consumer.assignment_strategy = {"cooperative-sticky"};
  }
}

workload draw(std::uint64_t seed) {
  const auto face = core::random_source{seed ^ 0x776f726bULL}.below(20);
  if (face < 4) return workload::plain;
  if (face < 6) return workload::exactly_once;
  if (face < 12) return workload::client;
  if (face < 16) return workload::transactions;
  return face < 18 ? workload::consumer_group : workload::share_group;
}

/// With dice of its own: what `plain` seeds mean is old.
void choose_more(scenario& into) {
  dice roll{into.seed ^ 0x6d6f7265ULL};
  into.brokers_move = roll.percent(30);
  const auto acks = roll.between(-1, 1);
  const bool fixed = roll.percent(40);
  into.reader_by_hand = roll.percent(25);
  into.old_transactions = into.what == workload::exactly_once && roll.percent(50);
  if (into.what != workload::client) {
    into.reader_by_hand = false;
    return;
  }
  into.static_members = fixed;
  if (into.mixed) into.weak_acks = acks;
}

}  // namespace

std::string_view to_string(workload which) noexcept {
  constexpr std::string_view names[] = {"plain",          "client",      "transactions",
                                        "consumer_group", "share_group", "exactly_once"};
  return names[static_cast<std::size_t>(which)];
}

scenario::scenario(std::uint64_t from, std::optional<workload> only)
    : seed(from), what(only ? *only : draw(from)) {
  dice roll{from};
  partitions = static_cast<std::int32_t>(roll.between(1, 6));
  replication_lag = roll.percent(50) ? roll.between(0, 20) * millisecond : 0;
  producers = static_cast<std::size_t>(roll.between(1, 3));
  consumers = static_cast<std::size_t>(roll.between(1, 3));
  records = static_cast<std::uint32_t>(roll.between(40, 250));
  chaos_ends = roll.between(5, 16) * second;
  produce_ends = chaos_ends + second;
  faults = static_cast<std::size_t>(roll.percent(30) ? roll.between(10, 40) : roll.between(0, 12));
  latency = roll.between(50, 1000);
  spread = roll.percent(20) ? roll.between(5, 60) * millisecond : roll.between(50, 3000);
  members_come_and_go = roll.percent(60);
  mixed = roll.percent(40);
  choose_client(client, roll);
  choose_producer(producer, roll);
  choose_consumer(consumer, roll);
  commits_by_hand = consumer.auto_commit ? 0 : static_cast<std::uint32_t>(roll.between(20, 100));
  if (what != workload::plain) choose_more(*this);
}

std::size_t scenario::machines() const noexcept {
  if (!writes_transactions()) return producers + consumers + (reader_by_hand ? 1 : 0);
  return producers + std::min<std::size_t>(2, static_cast<std::size_t>(partitions)) + 3;
}

std::string scenario::describe() const {
  const auto number = [](const char* name, auto value) {
    return " " + std::string{name} + "=" + std::to_string(value);
  };
  std::string strategies;
  for (const auto& name : consumer.assignment_strategy) strategies += (strategies.empty() ? "" : ",") + name;
  return " workload=" + std::string{to_string(what)} + number("partitions", partitions) +
         number("producers", producers) + number("consumers", consumers) + number("records", records) +
         number("lag_us", replication_lag) + number("chaos_s", chaos_ends / second) +
         number("latency_us", latency) + number("spread_us", spread) + number("mixed", mixed) +
         number("flapping", members_come_and_go) + number("linger", producer.linger.count()) +
         number("batch", producer.batch_size) + number("in_flight", producer.max_in_flight) +
         number("delivery_timeout", producer.delivery_timeout.count()) +
         number("request_timeout", client.request_timeout.count()) +
         number("session", consumer.session_timeout.count()) + number("auto_commit", consumer.auto_commit) +
         number("by_hand", commits_by_hand) + number("acks", weak_acks) + number("static", static_members) +
         number("by_hand_reader", reader_by_hand) + number("brokers_move", brokers_move) +
         number("old_transactions", old_transactions) + " strategy=" + strategies;
}

}  // namespace kwire::sim
