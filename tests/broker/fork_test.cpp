// Tests: process_mark.cpp
// What handles do in a child of the process that made them.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <kwire/broker/broker.hpp>
#include <kwire/client/admin.hpp>
#include <kwire/client/consumer.hpp>
#include <kwire/client/exactly_once.hpp>
#include <kwire/client/producer.hpp>
#include <optional>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using kwire::broker;
using kwire::broker_options;

struct silent : kwire::observer {
  void on_event(const kwire::event&) override {}
};

template <class T>
bool says_forked(const T& outcome) {
  return outcome.has_error() && outcome.error() == kwire::errc::forked;
}

/// Runs `body` in a child, which tells the number of the first step that failed; 0 if none did, -1 when it
/// did not end.
int in_child(const std::function<int()>& body) {
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(body());
  const auto end = std::chrono::steady_clock::now() + 40s;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return -1;
    }
    std::this_thread::sleep_for(5ms);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

/// Numbers what a child checks, so that the parent sees which check failed.
struct checklist {
  int step = 0;
  int failed = 0;
  void operator()(bool good) {
    ++step;
    if (!good && failed == 0) failed = step;
  }
};

/// One of each handle on one client, all of them in use.
struct handles {
  kwire::client shared;
  std::optional<kwire::producer> producer;
  std::optional<kwire::consumer> consumer;
  std::optional<kwire::admin> admin;
  kwire::record_batches held;

  explicit handles(const broker& kafka)
      : shared(kwire::client_config{{"bootstrap.servers", kafka.bootstrap_servers()}},
               std::make_unique<silent>()) {
    producer.emplace(shared, kwire::producer_config{{"transactional.id", "x"}});
    consumer.emplace(shared, kwire::consumer_config{{"group.id", "g"},
                                                    {"auto.offset.reset", "earliest"},
                                                    {"enable.auto.commit", "false"},
                                                    {"isolation.level", "read_committed"}});
    admin.emplace(shared);
    REQUIRE(producer->init_transactions().has_value());
    write(3);
    REQUIRE(consumer->subscribe({"t"}).has_value());
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (held.empty() && std::chrono::steady_clock::now() < end) held = consumer->poll(200ms).value();
    REQUIRE_FALSE(held.empty());
    REQUIRE(admin->metadata(std::nullopt).has_value());
  }

  void write(int count) {
    REQUIRE(producer->begin_transaction().has_value());
    for (int i = 0; i < count; ++i) {
      REQUIRE(producer->produce(kwire::record{"t", "k", "value"}, [](const kwire::delivery&) {}).has_value());
    }
    REQUIRE(producer->commit_transaction().has_value());
  }
};

int check_producer(handles& all) {
  checklist check;
  auto& producer = *all.producer;
  const kwire::record record{"t", "k", "v"};
  check(says_forked(producer.produce(record)));
  check(says_forked(producer.try_produce(record)));
  check(says_forked(producer.produce(record, 1s)));
  check(producer.flush(1s) == 0);
  check(producer.poll(1s) == 0);
  producer.purge();
  check(says_forked(producer.init_transactions()));
  check(says_forked(producer.begin_transaction()));
  check(says_forked(producer.send_offsets_to_transaction({}, {})));
  check(says_forked(producer.commit_transaction()));
  check(says_forked(producer.abort_transaction()));
  check(says_forked(producer.partitions("t")));
  check(producer.metrics().producers.empty());
  check(producer.close(1s) == 0);
  all.producer.reset();
  return check.failed;
}

int check_consumer(handles& all) {
  checklist check;
  auto& consumer = *all.consumer;
  const kwire::topic_partition where{"t", kwire::partition_id{0}};
  check(says_forked(consumer.subscribe({"u"})));
  check(says_forked(consumer.unsubscribe()));
  check(says_forked(consumer.assign({{where}})));
  check(says_forked(consumer.poll(1s)));
  check(consumer.commit().error() == kwire::errc::forked);
  check(consumer.commit(all.held).error() == kwire::errc::forked);
  check(consumer.commit(kwire::offset_map{}).error() == kwire::errc::forked);
  check(says_forked(consumer.committed({where})));
  check(says_forked(consumer.position(where)));
  check(says_forked(consumer.seek(where, 0)));
  check(says_forked(consumer.seek_to_beginning({where})));
  check(says_forked(consumer.pause({where})));
  check(says_forked(consumer.resume({where})));
  check(says_forked(consumer.query_watermarks({where})));
  check(says_forked(consumer.offsets_for_times({{where, {}}})));
  check(says_forked(consumer.group_metadata()));
  check(consumer.assignment().empty());
  check(consumer.paused().empty());
  consumer.wakeup();
  check(says_forked(consumer.close(1s)));
  all.consumer.reset();
  all.held = {};
  return check.failed;
}

int check_admin(handles& all) {
  checklist check;
  check(says_forked(all.admin->metadata(std::nullopt)));
  check(says_forked(all.admin->list_groups()));
  all.admin->interrupt();
  all.admin.reset();
  check(all.shared.metrics().brokers.empty());
  return check.failed;
}

}  // namespace

TEST_CASE("fork: every call of a child fails as such, and the parent's connections go on") {
  broker kafka{broker_options{}.topic("t", 1)};
  {
    handles all{kafka};
    CHECK(in_child([&] { return check_producer(all); }) == 0);
    CHECK(in_child([&] { return check_consumer(all); }) == 0);
    CHECK(in_child([&] { return check_admin(all); }) == 0);
    const auto connected = kafka.connections();
    CHECK(in_child([&] {
            all.producer.reset();
            all.consumer.reset();
            all.admin.reset();
            all.held = {};
            return 0;
          }) == 0);
    all.write(100);
    CHECK(kafka.connections() == connected);
    const auto more = all.consumer->poll(10s);
    REQUIRE(more.has_value());
    CHECK_FALSE(more->empty());
    CHECK(all.consumer->commit());
  }
}

TEST_CASE("fork: exactly_once ends with the reason, too") {
  broker kafka{broker_options{}.topic("t", 1)};
  handles all{kafka};
  CHECK(in_child([&] {
          checklist check;
          const auto same = [](const kwire::record_view& r) {
            return kwire::record{"t", kwire::as_text(r.key().value_or(kwire::bytes_view{}))};
          };
          check(says_forked(kwire::exactly_once(*all.consumer, *all.producer, all.held, same)));
          return check.failed;
        }) == 0);
}

TEST_CASE("fork: a child may make handles of its own; what was forked twice is nobody's there, either") {
  broker kafka{broker_options{}.topic("t", 1)};
  const auto settings = kwire::producer_config{{"bootstrap.servers", kafka.bootstrap_servers()}};
  kwire::producer parent{settings, std::make_unique<silent>()};
  for (int i = 0; i < 3; ++i) {
    // Nothing allocates while the process forks: AddressSanitizer's allocator does not survive that.
    REQUIRE(parent.produce(kwire::record{"t", "k", "p"}).has_value());
    REQUIRE(parent.flush(20s) == 0);
    std::this_thread::sleep_for(50ms);
    CHECK(in_child([&] {
            checklist check;
            kwire::producer own{settings, std::make_unique<silent>()};
            check(own.produce(kwire::record{"t", "k", "c"}).has_value());
            check(own.flush(20s) == 0);
            check(says_forked(parent.produce(kwire::record{"t", "k", "v"})));
            std::this_thread::sleep_for(50ms);
            check(in_child([&] {
                    const bool good = says_forked(own.produce(kwire::record{"t", "k", "v"})) &&
                                      says_forked(parent.produce(kwire::record{"t", "k", "v"}));
                    return good ? 0 : 1;
                  }) == 0);
            return check.failed;
          }) == 0);
  }
  CHECK(kafka.log("t").size() == 6);
}
