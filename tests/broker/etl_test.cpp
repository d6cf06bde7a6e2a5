// Everything that goes in comes out once and in order, through a group whose members come and go, while no
// connection lives for more than a moment.
#include <doctest/doctest.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <kwire/broker/broker.hpp>
#include <kwire/client/exactly_once.hpp>
#include <link_proxy.hpp>
#include <string>
#include <thread>
#include <vector>

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

constexpr const char* brisk = "\nreconnect.backoff.ms=10\nreconnect.backoff.max.ms=100\nretry.backoff.ms=10";

kwire::producer make_producer(const std::string& servers, const std::string& more = {}) {
  return kwire::producer{
      kwire::producer_config{std::string_view{"bootstrap.servers=" + servers + brisk + more}}, quiet()};
}

kwire::consumer make_consumer(const std::string& servers, const std::string& group,
                              const std::string& more = {}) {
  return kwire::consumer{kwire::consumer_config{std::string_view{
                             "bootstrap.servers=" + servers + "\ngroup.id=" + group +
                             "\nauto.offset.reset=earliest\nenable.auto.commit=false" +
                             "\nisolation.level=read_committed\nsession.timeout.ms=45000" + brisk + more}},
                         quiet()};
}

std::size_t number_of(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

kwire::partition_id partition_of(std::string_view text) {
  return kwire::partition_id{static_cast<std::int32_t>(number_of(text) % partition_count)};
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

/// Reads "in" and writes the same to `out`, exactly once.
class copier {
 public:
  copier(const std::string& servers, const std::string& assignor, std::atomic<std::size_t>& copied)
      : producer_(make_producer(servers, "\ntransactional.id=" + assignor + std::to_string(++instances))),
        consumer_(make_consumer(servers, assignor,
                                "\nmax.poll.records=1000\nheartbeat.interval.ms=100" +
                                    ("\npartition.assignment.strategy=" + assignor))),
        out_("out-" + assignor),
        copied_(copied) {}

  void run(const std::atomic<bool>& stop) {
    REQUIRE(consumer_.subscribe({"in"}).has_value());
    while (!stop) {
      const auto batch = consumer_.poll(100ms);
      REQUIRE(batch.has_value());
      const auto same = [this](const kwire::record_view& r) {
        const auto text = kwire::as_text(*r.value());
        return kwire::record{out_, std::nullopt, text}.partition(partition_of(text));
      };
      // What a rebalance or a lost connection undoes is read again.
      const auto done = kwire::exactly_once(consumer_, producer_, *batch, same, patience);
      if (done) {
        for ([[maybe_unused]] const auto& record : *batch) ++copied_;
      } else {
        CAPTURE(done.error().message());
        CHECK_FALSE(done.error().fatal());
      }
      std::this_thread::sleep_for(work);
    }
    CHECK(consumer_.close(10s).has_value());
    CHECK(producer_.close(10s) == 0);
  }

 private:
  static inline std::atomic<int> instances = 0;

  kwire::producer producer_;
  kwire::consumer consumer_;
  std::string out_;
  std::atomic<std::size_t>& copied_;
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

/// The numbers in each partition are exactly those that were put in, in order, as a reader of committed
/// records sees them.
void judge(const std::string& servers, const std::string& topic) {
  auto reader = make_consumer(servers, "judge");
  std::vector<kwire::partition_offset> all;
  std::vector<std::size_t> next;
  for (std::int32_t p = 0; p < partition_count; ++p) {
    all.emplace_back(topic, kwire::partition_id{p}, kwire::offset_beginning);
    next.push_back(static_cast<std::size_t>(p));
  }
  REQUIRE(reader.assign(all).has_value());
  std::size_t seen = 0;
  std::size_t wrong = 0;
  // A little longer, for what should not be there.
  for (int silent_polls = 0; silent_polls < (seen < record_count ? 100 : 5);) {
    const auto batch = reader.poll(100ms);
    REQUIRE(batch.has_value());
    if (batch->empty()) ++silent_polls;
    for (const auto& part : batch->partitions()) {
      auto& expected = next[static_cast<std::size_t>(raw(part.partition()))];
      for (const auto& record : part) {
        const auto number = number_of(kwire::as_text(*record.value()));
        if (number != expected && ++wrong == 1) {
          MESSAGE(topic, "-", raw(part.partition()), ": ", number, " where ", expected, " belongs");
        }
        expected = number + partition_count;
        ++seen;
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(seen == record_count);
}

}  // namespace

TEST_CASE(
    "connections live for a second, members come and go, and every record is copied once and in order") {
  cluster all;
  all.broker.create_topic("in", partition_count);
  fill(all.servers);
  judge(all.servers, "in");
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
    second.reset();
    judge(all.servers, "out-" + assignor);
    CHECK(all.proxy.accepted() > before + 5);
  }
}
