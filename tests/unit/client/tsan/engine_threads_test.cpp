// Tests: engine.cpp, loop_seat.cpp
// A whole client under several threads against the embedded broker, with the loop going back and forth
// between the I/O thread and those who borrow it.
#include <doctest/doctest.h>

#include <atomic>
#include <kwire/broker/broker.hpp>
#include <kwire/client/admin.hpp>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr int rounds = 300;

kwire::client connect(const kwire::broker& to) {
  return kwire::client{kwire::client_config{std::string_view{"bootstrap.servers=" + to.bootstrap_servers()}}};
}

/// Sends one record and waits for its acknowledgement, again and again: the waits that borrow the loop.
void one_by_one(kwire::producer& to, const std::string& topic, std::atomic<int>& told) {
  for (int i = 0; i < rounds; ++i) {
    const auto accepted = to.produce(kwire::record{topic, std::nullopt, "value"},
                                     [&](const kwire::delivery& d) { told += d ? 1 : 1000000; });
    REQUIRE(accepted.has_value());
    CHECK(to.flush(30s) == 0);
  }
}

}  // namespace

TEST_CASE("client threads: each of several producers has all its records acknowledged one by one") {
  kwire::broker broker{kwire::broker_options{}.topic("t", 3)};
  const auto shared = connect(broker);
  kwire::producer to{shared, kwire::producer_config{std::string_view{"linger.ms=0"}}};
  std::atomic<int> told{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { one_by_one(to, "t", told); });
  for (auto& thread : threads) thread.join();
  CHECK(told == 3 * rounds);
}

TEST_CASE("client threads: a thread that produces and polls passes its records on to itself") {
  kwire::broker broker{kwire::broker_options{}.topic("t", 1)};
  const auto shared = connect(broker);
  kwire::producer to{shared, kwire::producer_config{std::string_view{"linger.ms=0"}}};
  kwire::consumer from{shared, kwire::consumer_config{std::string_view{"group.id=g"}}};
  REQUIRE(from.assign({{{"t", kwire::partition_id{0}}, kwire::offset_beginning}}).has_value());
  std::atomic<bool> over{false};
  std::thread onlooker{[&] {  // asks for what only the loop can tell, while it is on loan
    kwire::admin cluster{shared, kwire::admin_config{}};
    while (!over) {
      CHECK(cluster.describe_cluster().has_value());
      (void)shared.metrics();
      std::this_thread::sleep_for(3ms);
    }
  }};
  int got = 0;
  for (int i = 0; i < rounds; ++i) {
    REQUIRE(to.produce(kwire::record{"t", std::nullopt, std::to_string(i)}).has_value());
    while (got <= i) {
      const auto batch = from.poll(30s);
      REQUIRE(batch.has_value());
      for (const auto& record : *batch) CHECK(kwire::as_text(*record.value()) == std::to_string(got++));
    }
  }
  over = true;
  onlooker.join();
  CHECK(got == rounds);
}
