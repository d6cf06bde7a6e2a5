// A program of transactions, to be watched and killed by tests. Records are numbers; a number's partition is
// its remainder.
//
//   transactor write BROKERS TOPIC PARTITIONS TRANSACTIONS SIZE    commits two of three, aborts the third
//   transactor copy BROKERS FROM TO COUNT [key=value ...]          exactly once, in group `copy`, until COUNT
//   are done transactor outlive BROKERS TOPIC                               is timed out, recovers, commits
//   another transactor takeover BROKERS TOPIC                              an instance meets its successor
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <kwire/client/exactly_once.hpp>
#include <span>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

[[noreturn]] void die(const std::string& what) {
  std::cerr << "transactor: " << what << '\n';
  std::exit(1);
}

void need(const kwire::result<void>& done, const char* what) {
  if (!done) die(std::string{what} + ": " + done.error().message());
}

kwire::producer make_producer(const char* brokers, const char* id, const char* timeout_ms = "60000") {
  return kwire::producer{kwire::producer_config{
      {"bootstrap.servers", brokers}, {"transactional.id", id}, {"transaction.timeout.ms", timeout_ms}}};
}

void put(kwire::producer& to, const char* topic, int number, int partitions) {
  const auto text = std::to_string(number);
  need(to.produce(kwire::record{topic, text, text}.partition(kwire::partition_id{number % partitions})),
       "produce");
}

void write(const char* brokers, const char* topic, int partitions, int transactions, int size) {
  auto producer = make_producer(brokers, "writer");
  need(producer.init_transactions(), "init");
  for (int i = 0; i < transactions; ++i) {
    need(producer.begin_transaction(), "begin");
    for (int n = 0; n < size; ++n) put(producer, topic, i * size + n, partitions);
    if (i % 3 == 2) {
      need(producer.abort_transaction(), "abort");
    } else {
      need(producer.commit_transaction(), "commit");
    }
  }
}

/// How far it has read, all partitions together. Markers at the end count, which nobody commits behind.
std::int64_t progress(kwire::consumer& in) {
  std::int64_t sum = 0;
  for (const auto& where : in.assignment()) {
    const auto at = in.position(where);
    if (!at) die("position: " + at.error().message());
    sum += *at;
  }
  return sum;
}

void copy(const char* brokers, const char* from, const char* to, std::int64_t count,
          std::span<char*> options) {
  kwire::consumer_config config{{"bootstrap.servers", brokers},        {"group.id", "copy"},
                                {"auto.offset.reset", "earliest"},     {"enable.auto.commit", "false"},
                                {"isolation.level", "read_committed"}, {"session.timeout.ms", "6000"},
                                {"max.poll.records", "1000"}};
  for (const char* option : options) config.parse(option);
  kwire::consumer in{config};
  auto out = make_producer(brokers, "copier");
  need(in.subscribe({from}), "subscribe");
  const auto same = [to](const kwire::record_view& r) {
    const auto text = kwire::as_text(*r.value());
    return kwire::record{to, text, text}.partition(
        kwire::partition_id{static_cast<std::int32_t>(std::stoll(std::string{text}) % 3)});
  };
  for (;;) {
    const auto batch = in.poll(500ms);
    if (!batch) die("poll: " + batch.error().message());
    if (batch->empty()) {
      if (progress(in) >= count) return;
      continue;
    }
    const auto done = kwire::exactly_once(in, out, *batch, same, 120s);
    if (done) continue;
    std::cerr << "transactor: " << done.error().message() << '\n';
    if (done.error().fatal()) std::exit(3);
  }
}

void outlive(const char* brokers, const char* topic) {
  auto producer = make_producer(brokers, "sleeper", "1000");
  need(producer.init_transactions(), "init");
  need(producer.begin_transaction(), "begin");
  put(producer, topic, 0, 1);
  if (producer.flush(30s) != 0) die("not delivered");
  std::this_thread::sleep_for(15s);  // coordinators look every 10 s
  const auto late = producer.commit_transaction();
  if (late) die("a transaction that was timed out was committed");
  std::cerr << late.error().message() << '\n';
  if (!late.error().requires_abort()) die("it should say that an abort is required");
  need(producer.abort_transaction(), "abort");
  need(producer.begin_transaction(), "begin");
  put(producer, topic, 1, 1);
  need(producer.commit_transaction(), "commit");
}

void takeover(const char* brokers, const char* topic) {
  auto first = make_producer(brokers, "one");
  need(first.init_transactions(), "init");
  need(first.begin_transaction(), "begin");
  put(first, topic, 10, 1);
  if (first.flush(30s) != 0) die("not delivered");
  auto second = make_producer(brokers, "one");
  need(second.init_transactions(), "init of the second");
  const auto refused = first.commit_transaction();
  if (refused) die("a transaction of a fenced producer was committed");
  if (refused.error() != kwire::errc::fenced) die("expected to be fenced: " + refused.error().message());
  need(second.begin_transaction(), "begin of the second");
  put(second, topic, 11, 1);
  need(second.commit_transaction(), "commit of the second");
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> words{argv, static_cast<std::size_t>(argc)};
  const std::string_view work = argc > 1 ? argv[1] : "";
  if (work == "write" && argc == 7) {
    write(words[2], words[3], std::atoi(words[4]), std::atoi(words[5]), std::atoi(words[6]));
  } else if (work == "copy" && argc >= 6) {
    copy(words[2], words[3], words[4], std::atoll(words[5]), words.subspan(6));
  } else if (work == "outlive" && argc == 4) {
    outlive(words[2], words[3]);
  } else if (work == "takeover" && argc == 4) {
    takeover(words[2], words[3]);
  } else {
    die("usage: transactor write|copy|outlive|takeover BROKERS TOPIC ...");
  }
  return 0;
}
