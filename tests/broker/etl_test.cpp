// Everything that goes in comes out once and in order, through a group whose members come and go, while no
// connection lives for more than a moment.
#include <doctest/doctest.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <kwire/broker/broker.hpp>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <link_proxy.hpp>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

constexpr std::size_t record_count = 500'000;
constexpr std::int32_t partition_count = 6;
constexpr auto patience = 120s;
// For each thousand records: without it all is copied before anybody hears of a new member.
constexpr auto work = 20ms;

/// What these tests provoke would fill the log.
struct silent : kwire::observer {
  void on_event(const kwire::event&) override {}
};
std::unique_ptr<kwire::observer> quiet() { return std::make_unique<silent>(); }

/// A broker whose clients all go through a proxy that ends every connection after 0.5 to 1.5 s.
struct cluster {
  cluster() : proxy("127.0.0.2", "127.0.0.1", broker.port()) {
    proxy.become({.shortest_life = 500ms, .longest_life = 1500ms});
    servers = "127.0.0.2:" + std::to_string(broker.port());
  }

  kwire::broker broker{kwire::broker_options{}.advertise("127.0.0.2").auto_create(false)};
  kwire::test::link_proxy proxy;
  std::string servers;
};

kwire::producer make_producer(const std::string& servers) {
  return kwire::producer{
      kwire::producer_config{std::string_view{"bootstrap.servers=" + servers +
                                              "\nreconnect.backoff.ms=10\nreconnect.backoff.max.ms=100"}},
      quiet()};
}

void fill(const std::string& servers) {
  auto producer = make_producer(servers);
  std::atomic<std::size_t> failed = 0;
  for (std::size_t i = 0; i < record_count; ++i) {
    const auto number = std::to_string(i);
    const auto where = kwire::partition_id{static_cast<std::int32_t>(i % partition_count)};
    const auto accepted = producer.produce(kwire::record{"in", std::nullopt, number}.partition(where),
                                           [&failed](const kwire::delivery& d) { failed += d ? 0 : 1; });
    REQUIRE(accepted.has_value());
  }
  CHECK(producer.flush(patience) == 0);
  CHECK(failed == 0);
}

/// Reads "in", writes the same to `out`, and commits behind what the broker has acknowledged: before
/// partitions go as well, so that another member begins exactly there.
class copier {
 public:
  copier(const std::string& servers, std::string assignor, std::atomic<std::size_t>& copied)
      : producer_(make_producer(servers)),
        consumer_(
            kwire::consumer_config{std::string_view{
                "bootstrap.servers=" + servers + "\ngroup.id=" + assignor + "\nauto.offset.reset=earliest" +
                "\nenable.auto.commit=false\nmax.poll.records=1000\nsession.timeout.ms=45000\nheartbeat."
                "interval.ms=100\npartition.assignment.strategy=" +
                assignor + "\nreconnect.backoff.ms=10\nreconnect.backoff.max.ms=100"}},
            quiet()),
        out_("out-" + assignor),
        copied_(copied) {}

  void run(const std::atomic<bool>& stop) {
    struct listener : kwire::rebalance_listener {
      explicit listener(copier& of) : owner(of) {}
      void on_revoked(const std::vector<kwire::topic_partition>&) override { owner.settle(); }
      void on_lost(const std::vector<kwire::topic_partition>& gone) override {
        owner.settle();
        if (!gone.empty()) ++owner.lost_;
      }
      copier& owner;
    };
    REQUIRE(consumer_.subscribe({"in"}, std::make_shared<listener>(*this)).has_value());
    while (!stop) {
      const auto batch = consumer_.poll(100ms);
      REQUIRE(batch.has_value());
      for (const auto& part : batch->partitions()) {
        for (const auto& record : part.records()) copy(part.where().partition, record);
      }
      if (pending_ >= 20'000 || batch->empty()) settle();
      std::this_thread::sleep_for(work);
    }
    settle();
    CHECK(consumer_.close(10s).has_value());
    CHECK(producer_.close(10s) == 0);
  }

  /// How often partitions were taken away without the chance to commit.
  std::size_t lost() const { return lost_; }

 private:
  void copy(kwire::partition_id where, const kwire::record_view& record) {
    const auto accepted =
        producer_.produce(kwire::record{out_, std::nullopt, kwire::as_text(*record.value())}.partition(where),
                          [this](const kwire::delivery& d) { failed_ += d ? 0 : 1; });
    REQUIRE(accepted.has_value());
    ++pending_;
  }

  void settle() {
    if (pending_ == 0) return;
    CHECK(producer_.flush(patience) == 0);
    CHECK(failed_ == 0);
    const auto done = consumer_.commit();
    INFO(consumer_.assignment().size());
    CHECK(static_cast<bool>(done));
    copied_ += std::exchange(pending_, 0);
  }

  kwire::producer producer_;
  kwire::consumer consumer_;
  std::string out_;
  std::atomic<std::size_t>& copied_;
  std::atomic<std::size_t> failed_ = 0;
  std::size_t pending_ = 0;
  std::size_t lost_ = 0;
};

struct member {
  explicit member(std::shared_ptr<copier> of)
      : worker(std::move(of)), thread([this] { worker->run(stop); }) {}
  ~member() {
    stop = true;
    thread.join();
  }

  std::atomic<bool> stop = false;
  std::shared_ptr<copier> worker;
  std::thread thread;
};

void wait_for(const std::atomic<std::size_t>& copied, std::size_t wanted) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (copied < wanted && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(10ms);
  REQUIRE(copied >= wanted);
}

/// The numbers in a partition are exactly those that were put in, in order.
void judge(const kwire::broker& broker, const std::string& topic) {
  for (std::int32_t p = 0; p < partition_count; ++p) {
    std::size_t next = static_cast<std::size_t>(p);
    std::size_t wrong = 0;
    for (const auto& record : broker.log(topic, p).records()) {
      const auto& text = record.value.value();
      std::size_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      if (number != next && ++wrong == 1) MESSAGE(topic, "-", p, ": ", number, " where ", next, " belongs");
      next = number + partition_count;
    }
    CHECK(wrong == 0);
    CHECK(next >= record_count);
    CHECK(next < record_count + partition_count);
  }
}

}  // namespace

TEST_CASE(
    "connections live for a second, members come and go, and every record is copied once and in order") {
  cluster all;
  all.broker.create_topic("in", partition_count);
  fill(all.servers);
  judge(all.broker, "in");
  for (const std::string assignor : {"range", "roundrobin", "sticky", "cooperative-sticky"}) {
    CAPTURE(assignor);
    all.broker.create_topic("out-" + assignor, partition_count);
    const auto before = all.proxy.accepted();
    std::atomic<std::size_t> copied = 0;
    const auto join = [&] {
      return std::make_unique<member>(std::make_shared<copier>(all.servers, assignor, copied));
    };
    auto first = join();
    auto second = join();
    wait_for(copied, record_count / 4);
    const auto third = join();
    wait_for(copied, record_count / 2);
    first.reset();
    wait_for(copied, record_count * 3 / 4);
    const auto fourth = join();
    wait_for(copied, record_count);
    CHECK(second->worker->lost() + third->worker->lost() + fourth->worker->lost() == 0);
    second.reset();
    judge(all.broker, "out-" + assignor);
    CHECK(all.proxy.accepted() > before + 5);
  }
}
