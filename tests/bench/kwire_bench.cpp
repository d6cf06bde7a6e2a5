// kwire's side of tools/bench. Every peer's program takes the same arguments and says the same lines;
// README.md tells them.
#include "kwire_bench.hpp"

#include <atomic>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <random>

namespace {

using namespace bench;
using namespace std::chrono_literals;

constexpr auto patience = 120s;

/// The client's threads are made by a thread called `client`, and so called the same.
kwire::producer make_producer(const order& wanted, kwire::config settings = {}) {
  name_thread("client");
  kwire::producer_config config{{"bootstrap.servers", wanted.brokers}};
  for (const auto& [key, value] : wanted.settings.properties()) config.set(key, value);
  for (const auto& [key, value] : settings.properties()) config.set(key, value);
  kwire::producer made{config};
  need(made.partitions(wanted.topic.substr(wanted.topic.find(',') + 1)));
  name_thread("app");
  return made;
}

kwire::consumer make_consumer(const order& wanted, kwire::config settings) {
  name_thread("client");
  kwire::consumer_config config{{"bootstrap.servers", wanted.brokers}};
  for (const auto& [key, value] : settings.properties()) config.set(key, value);
  kwire::consumer made{config};
  name_thread("app");
  return made;
}

std::string fresh_name() {
  std::random_device random;
  return "kwire-bench-" + std::to_string(random()) + std::to_string(random());
}

struct outcomes {
  std::atomic<std::int64_t> persisted{0};
  std::atomic<std::int64_t> failed{0};

  void note(const kwire::delivery& told) {
    (told ? persisted : failed).fetch_add(1, std::memory_order_relaxed);
  }
};

/// `count` records of one thread.
void send(const order& wanted, kwire::producer& to, outcomes& seen, std::int64_t count) {
  std::size_t value = 0;
  std::size_t key = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    kwire::record what{wanted.topic, std::nullopt, wanted.values[value]};
    if (wanted.keys) what = kwire::record{wanted.topic, wanted.names[key], wanted.values[value]};
    if (++value == wanted.values.size()) value = 0;
    if (++key >= wanted.names.size()) key = 0;
    if (wanted.reports) {
      need(to.produce(what, [&seen](const kwire::delivery& told) { seen.note(told); }));
    } else {
      need(to.produce(what));
    }
  }
}

void send_by_threads(const order& wanted, kwire::producer& to, outcomes& seen, std::int64_t count) {
  std::vector<std::thread> others;
  for (int i = 1; i < wanted.threads; ++i) {
    others.emplace_back([&] { send(wanted, to, seen, count / wanted.threads); });
  }
  send(wanted, to, seen, count - count / wanted.threads * (wanted.threads - 1));
  for (auto& other : others) other.join();
}

void finish(kwire::producer& to) {
  if (to.flush(patience) != 0) die("not everything was delivered in time");
}

void produce(const order& wanted) {
  auto to = make_producer(wanted);
  outcomes seen;
  const auto warming = std::max<std::int64_t>(wanted.count / 10, 1);
  send_by_threads(wanted, to, seen, warming);
  finish(to);
  meet("ready");
  const auto began = now_ns();
  send_by_threads(wanted, to, seen, wanted.count);
  finish(to);
  const auto took = now_ns() - began;
  if (seen.failed != 0) die("some records were not delivered");
  if (wanted.reports && seen.persisted != wanted.count + warming) die("reports are missing");
  meet(times_of(wanted.count, took));
}

/// What records cost in memory while they wait: the meter has stopped the broker, and kills this program.
void queue(const order& wanted) {
  auto to = make_producer(wanted);
  outcomes seen;
  send(wanted, to, seen, 1);
  finish(to);
  meet("ready");
  const auto began = now_ns();
  send(wanted, to, seen, wanted.count);
  const auto took = now_ns() - began;
  if (seen.persisted + seen.failed > 1) die("records left the queue");
  meet(times_of(wanted.count, took));
  std::_Exit(0);
}

/// From the time a record is due to its report, on a thread that waits for nobody.
void ack(const order& wanted) {
  auto to = make_producer(wanted);
  std::vector<std::int64_t> latencies;
  std::atomic<bool> failed = false;
  const auto run = [&](std::int64_t count) {
    latencies.clear();
    latencies.reserve(static_cast<std::size_t>(count));
    const auto began = now_ns();
    for (std::int64_t i = 0; i < count; ++i) {
      const auto due = pace(began, wanted.rate, i);
      const kwire::record what{wanted.topic, std::nullopt,
                               wanted.values[static_cast<std::size_t>(i) % wanted.values.size()]};
      need(to.produce(what, [&, due](const kwire::delivery& told) {
        latencies.push_back(now_ns() - due);
        if (!told) failed = true;
      }));
    }
    finish(to);
    return now_ns() - began;
  };
  run(std::max<std::int64_t>(wanted.count / 10, 1));
  meet("ready");
  const auto took = run(wanted.count);
  if (failed) die("a record was not delivered");
  meet(latencies_of(latencies, took));
}

/// Copies exactly once: so many records, and the offsets behind them, in each transaction.
class copier {
 public:
  explicit copier(const order& wanted)
      : wanted_(wanted),
        source_(wanted.topic.substr(0, wanted.topic.find(','))),
        target_(wanted.topic.substr(wanted.topic.find(',') + 1)),
        to_(make_producer(wanted, {{"transactional.id", fresh_name()}})),
        from_(make_consumer(wanted, {{"group.id", fresh_name()},
                                     {"auto.offset.reset", "earliest"},
                                     {"enable.auto.commit", "false"},
                                     {"isolation.level", "read_committed"}})) {
    if (wanted.count % wanted.transaction != 0) die("the count is not one of whole transactions");
    need(to_.init_transactions());
    need(from_.subscribe({source_}));
  }

  void run() {
    const auto warming =
        std::max<std::int64_t>(wanted_.count / wanted_.transaction / 10, 1) * wanted_.transaction;
    std::int64_t began = 0;
    while (copied_ < warming + wanted_.count) {
      const auto batch = need(from_.poll(500ms));
      for (const auto& part : batch.partitions()) {
        std::int64_t next = -1;
        for (const auto& read : part) {
          if (copied_ == warming + wanted_.count) break;
          copy(read);
          next = read.offset() + 1;
          if (open_ < wanted_.transaction) continue;
          offsets_[part.where()] = next;
          next = -1;
          commit();
          if (copied_ != warming) continue;
          meet("ready");
          began = now_ns();
        }
        if (next >= 0) offsets_[part.where()] = next;
      }
    }
    meet(times_of(wanted_.count, now_ns() - began));
  }

 private:
  void copy(const kwire::record_view& read) {
    if (open_++ == 0) need(to_.begin_transaction());
    need(to_.produce(kwire::record{target_, std::nullopt, kwire::as_text(*read.value())}));
    ++copied_;
  }
  void commit() {
    const auto group = need(from_.group_metadata());
    need(to_.send_offsets_to_transaction(offsets_, group));
    need(to_.commit_transaction());
    offsets_.clear();
    open_ = 0;
  }

  const order& wanted_;
  std::string source_;
  std::string target_;
  kwire::producer to_;
  kwire::consumer from_;
  kwire::offset_map offsets_;
  std::int64_t copied_ = 0;
  std::int64_t open_ = 0;  // records in the transaction
};

void copy(const order& wanted) { copier{wanted}.run(); }

/// Reads the topic in a fresh group; the time begins with the first record.
void consume(const order& wanted) {
  auto from = make_consumer(wanted, {{"group.id", fresh_name()}, {"auto.offset.reset", "earliest"}});
  meet("ready");
  need(from.subscribe({wanted.topic}));
  std::int64_t got = 0;
  std::uint64_t octets = 0;
  std::int64_t began = 0;
  while (got < wanted.count) {
    const auto batch = need(from.poll(1s));
    if (batch.empty()) continue;
    if (began == 0) began = now_ns();
    for (const auto& read : batch) {
      octets += read.value()->size();
      ++got;
    }
  }
  const auto took = now_ns() - began;
  if (octets < static_cast<std::uint64_t>(wanted.count) * wanted.size) die("values are too short");
  meet(times_of(got, took));
}

/// From produce to poll, both here, one record at a time.
void latency(const order& wanted) {
  auto to = make_producer(wanted);
  auto from = make_consumer(wanted, {});
  const kwire::topic_partition where{wanted.topic, kwire::partition_id{0}};
  const auto marks = need(from.query_watermarks({where}));
  need(from.assign({kwire::partition_offset{where, marks.at(where).high}}));
  std::vector<std::int64_t> latencies;
  const auto run = [&](std::int64_t count) {
    latencies.clear();
    const auto began = now_ns();
    for (std::int64_t i = 0; i < count; ++i) {
      const auto sent = now_ns();
      kwire::record what{wanted.topic, std::nullopt, wanted.values[0]};
      need(to.produce(what.partition(kwire::partition_id{0})));
      while (need(from.poll(1s)).empty()) {
      }
      latencies.push_back(now_ns() - sent);
    }
    return now_ns() - began;
  };
  run(std::max<std::int64_t>(wanted.count / 10, 1));
  meet("ready");
  const auto took = run(wanted.count);
  meet(latencies_of(latencies, took));
}

}  // namespace

int main(int argc, char** argv) {
  const order wanted{argc, argv};
  constexpr std::pair<std::string_view, void (*)(const order&)> works[] = {
      {"produce", produce}, {"queue", queue},     {"ack", ack},
      {"copy", copy},       {"consume", consume}, {"latency", latency},
  };
  for (const auto& [name, work] : works) {
    if (wanted.work == name) {
      try {
        work(wanted);
      } catch (const std::exception& wrong) {
        die(wrong.what());
      }
      return 0;
    }
  }
  die("the work is produce, queue, ack, copy, consume or latency");
}
