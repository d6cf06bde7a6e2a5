// Tests: journal_file.cpp, tcp_front.cpp
// A broker that keeps what it is told, under clients on several threads and somebody who interferes; of use
// with the tsan profile above all.
#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <kwire/broker/broker.hpp>
#include <kwire/client/producer.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr int partitions = 3;
constexpr int rounds = 60;
constexpr int in_a_round = 50;

/// A directory of its own, gone with the test.
struct temporary {
  temporary() {
    std::string name = "/tmp/kwire-threads-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  temporary(const temporary&) = delete;
  temporary& operator=(const temporary&) = delete;
  ~temporary() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

/// Writes in rounds, so that answers wait for the journal again and again.
void write(const kwire::broker& to, const std::string& who, std::atomic<int>& persisted) {
  kwire::producer out{kwire::producer_config{
      std::string_view{"bootstrap.servers=" + to.bootstrap_servers() + "\nlinger.ms=0"}}};
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < in_a_round; ++i) {
      const auto value = who + ":" + std::to_string(round * in_a_round + i) + std::string(400, '.');
      const auto accepted = out.produce(kwire::record{"t", value, value},
                                        [&](const kwire::delivery& d) { persisted += d ? 1 : 0; });
      REQUIRE(accepted.has_value());
    }
    CHECK(out.flush(60s) == 0);
  }
}

std::size_t kept(const kwire::broker& by) {
  std::set<std::string> all;
  for (int i = 0; i < partitions; ++i) {
    for (const auto& record : by.log("t", i).records()) all.emplace(record.value.value_or(""));
  }
  return all.size();
}

}  // namespace

TEST_CASE("broker threads: what was acknowledged while others looked on and interfered is kept") {
  const temporary dir;
  const auto options = [&] {
    return kwire::broker_options{}.data_dir(dir.path.string()).topic("t", partitions).brokers(2);
  };
  std::atomic<int> persisted{0};
  {
    kwire::broker broker{options()};
    std::atomic<bool> over{false};
    std::thread onlooker{[&] {
      for (std::int32_t turn = 0; !over; ++turn) {
        broker.bump_leader_epoch("t", turn % partitions);
        broker.create_topic("extra" + std::to_string(turn), 1);
        (void)kept(broker);
        if (turn % 8 == 0) broker.close_connections();
        std::this_thread::sleep_for(10ms);
      }
    }};
    std::vector<std::thread> writers;
    for (const auto* who : {"a", "b"}) writers.emplace_back([&, who] { write(broker, who, persisted); });
    for (auto& one : writers) one.join();
    over = true;
    onlooker.join();
    CHECK(persisted == 2 * rounds * in_a_round);
    broker.stop();
    broker.start();
    CHECK(kept(broker) == static_cast<std::size_t>(persisted));
  }
  const kwire::broker again{options()};
  CHECK(kept(again) == static_cast<std::size_t>(persisted));
}
