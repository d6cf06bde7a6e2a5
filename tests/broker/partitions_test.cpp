// Where records go over real sockets: the application's function, short batches, topics made anew; and what
// is told of keys that do nothing.
#include <doctest/doctest.h>

#include <chrono>
#include <kwire/broker/broker.hpp>
#include <kwire/client/admin.hpp>
#include <kwire/client/producer.hpp>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using kwire::broker;
using kwire::broker_options;
using kwire::delivery;
using kwire::partition_id;
using kwire::record;

struct listening : kwire::observer {
  explicit listening(std::vector<std::string>& into) : notices(into) {}
  void on_event(const kwire::event& e) override {
    if (e.kind == kwire::event_kind::config_notice) notices.push_back(e.detail);
  }
  std::vector<std::string>& notices;
};

/// Outcomes by partition, from the callback thread.
class ledger {
 public:
  kwire::delivery_callback entry() {
    return [this](const delivery& d) {
      std::lock_guard guard{lock_};
      if (d) {
        ++persisted_[raw(d.partition())];
      } else {
        failures_.push_back(d.error().message());
      }
    };
  }
  std::map<std::int32_t, int> persisted() {
    std::lock_guard guard{lock_};
    return persisted_;
  }
  std::vector<std::string> failures() {
    std::lock_guard guard{lock_};
    return failures_;
  }

 private:
  std::mutex lock_;
  std::map<std::int32_t, int> persisted_;
  std::vector<std::string> failures_;
};

}  // namespace

TEST_CASE("partitions: the application's function decides, and its mistakes are told") {
  broker kafka{broker_options{}.topic("t", 4)};
  kwire::producer_config properties{{"bootstrap.servers", kafka.bootstrap_servers()}};
  properties.partition_by([](auto, auto key, auto, auto count) {
    if (!key) return kwire::any_partition;
    if (*key == "throw") throw std::runtime_error{"no partition for this"};
    return *key == "last" ? partition_id{count - 1} : partition_id{count};
  });
  ledger told;
  kwire::producer producer{properties};
  for (int i = 0; i < 5; ++i) CHECK(producer.produce(record{"t", "last", "v"}, told.entry()).has_value());
  CHECK(producer.produce(record{"t", "last", "v"}.partition(partition_id{0}), told.entry()).has_value());
  CHECK(producer.produce(record{"t"}, told.entry()).has_value());
  const auto beyond = producer.produce(record{"t", "beyond", "v"}, told.entry());
  REQUIRE(beyond.has_error());
  CHECK(beyond.error() == kwire::errc::unknown_partition);
  const auto thrown = producer.produce(record{"t", "throw", "v"}, told.entry());
  REQUIRE(thrown.has_error());
  CHECK(thrown.error() == kwire::errc::invalid_argument);
  CHECK(thrown.error().message().find("no partition for this") != std::string::npos);
  CHECK(producer.flush(10s) == 0);
  CHECK(told.failures().empty());
  CHECK(told.persisted()[3] >= 5);
  properties.set("partitioner", "random");
  CHECK_THROWS_AS(kwire::producer{properties}, kwire::config_error);
}

TEST_CASE("partitions: records without a key are spread although no batch is ever full") {
  broker kafka{broker_options{}.topic("t", 4)};
  ledger told;
  kwire::producer producer{{{"bootstrap.servers", kafka.bootstrap_servers()}, {"batch.size", "1000"}}};
  for (int i = 0; i < 200; ++i) {
    REQUIRE(producer.produce(record{"t", {}, std::string(100, 'v')}, told.entry()).has_value());
    if (i % 2 == 1) REQUIRE(producer.flush(10s) == 0);
  }
  const auto spread = told.persisted();
  CHECK(spread.size() == 4);
  for (const auto& [partition, count] : spread) CHECK(count < 120);
}

TEST_CASE("partitions: a topic that is deleted and made again takes records again, with its own partitions") {
  broker kafka{broker_options{}.topic("t", 3)};
  ledger told;
  kwire::producer producer{
      {{"bootstrap.servers", kafka.bootstrap_servers()}, {"metadata.max.age.ms", "200"}}};
  kwire::admin admin{{{"bootstrap.servers", kafka.bootstrap_servers()}}};
  for (int p = 0; p < 3; ++p) {
    REQUIRE(producer.produce(record{"t", {}, "old"}.partition(partition_id{p}), told.entry()).has_value());
  }
  REQUIRE(producer.flush(10s) == 0);
  REQUIRE(admin.delete_topics({"t"}).has_value());
  REQUIRE(admin.create_topics({kwire::new_topic{"t"}.partitions(2)}).has_value());
  for (int p = 0; p < 2; ++p) {
    REQUIRE(producer.produce(record{"t", {}, "new"}.partition(partition_id{p}), told.entry()).has_value());
  }
  CHECK(producer.flush(10s) == 0);
  CHECK(told.failures() == std::vector<std::string>{});
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (producer.partitions("t").value() != 2 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(20ms);
  }
  std::this_thread::sleep_for(500ms);  // later metadata does not bring the third one back
  const auto gone = producer.produce(record{"t", {}, "new"}.partition(partition_id{2}));
  REQUIRE(gone.has_error());
  CHECK(gone.error() == kwire::errc::unknown_partition);
  CHECK(told.persisted() == std::map<std::int32_t, int>{{0, 2}, {1, 2}, {2, 1}});
}

TEST_CASE(
    "configuration: a key that does nothing is told once, on handles of their own and on shared clients") {
  broker kafka{broker_options{}.topic("t", 1)};
  std::vector<std::string> notices;
  {
    kwire::producer producer{{{"bootstrap.servers", kafka.bootstrap_servers()},
                              {"statistics.interval.ms", "1000"},
                              {"enable.metrics.push", "false"}},
                             std::make_unique<listening>(notices)};
    (void)producer.partitions("t");
  }
  CHECK(notices == std::vector<std::string>{
                       "statistics.interval.ms has no effect: metrics() tells the numbers when asked"});
  notices.clear();
  {
    kwire::client shared{{{"bootstrap.servers", kafka.bootstrap_servers()}},
                         std::make_unique<listening>(notices)};
    kwire::producer producer{shared, {{"sticky.partitioning.linger.ms", "20"}}};
    (void)producer.partitions("t");
  }
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].starts_with("sticky.partitioning.linger.ms has no effect: "));
}
