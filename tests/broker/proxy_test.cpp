#include "proxy/proxy.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <kwire/broker/broker.hpp>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <thread>

#include "session.hpp"

// The decoding proxy in front of the embedded broker: what clients do is shown, and no connection goes past
// it.

using namespace kwire;
using namespace kwire::cli;
using namespace std::chrono_literals;

namespace {

struct shown {
  int file = ::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  output out{file};
  ~shown() { ::close(file); }
  std::string text() {
    out.flush();
    std::string all(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), ' ');
    CHECK(::pread(file, all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
    return all;
  }
  bool has(std::string_view part) { return text().find(part) != std::string::npos; }
};

traffic_choice everything() {
  traffic_choice choice;
  choice.statistics = true;
  return choice;
}

}  // namespace

TEST_CASE("proxy: a producer and a group work through it, and everything decodes") {
  broker_options chosen;
  chosen.listen("127.0.0.1:0");
  chosen.topic("orders", 3);
  broker cluster{chosen};
  shown page;
  traffic all{everything(), page.out};
  decoding_proxy proxy{{"127.0.0.1", 0}, parse_address("--to", cluster.bootstrap_servers()), all, page.out};
  const auto address = "127.0.0.1:" + std::to_string(proxy.port());
  std::stop_source stop;
  std::thread runs{[&] { proxy.run(stop.get_token()); }};
  {
    kwire::producer producer{{{"bootstrap.servers", address}, {"client.id", "through"}}};
    for (int i = 0; i < 100; ++i) {
      const auto key = "key-" + std::to_string(i);
      kwire::record record{"orders", key, "value"};
      CHECK(producer.produce(record).has_value());
    }
    CHECK(producer.flush(10s) == 0);
    kwire::consumer consumer{
        {{"bootstrap.servers", address}, {"group.id", "billing"}, {"auto.offset.reset", "earliest"}}};
    CHECK(consumer.subscribe({"orders"}).has_value());
    int count = 0;
    for (int idle = 0; count < 100 && idle < 20; ++idle) {
      auto batch = consumer.poll(1s);
      REQUIRE(batch.has_value());
      for (const kwire::record_view& record : *batch) count += record.value() ? 1 : 0;
    }
    CHECK(count == 100);
  }
  stop.request_stop();
  runs.join();
  all.finish();
  CHECK(all.unreadable() == 0);
  CHECK_FALSE(page.has("unknown tag"));
  CHECK(page.has("client \"through\""));
  for (const auto* api : {"ApiVersions", "Metadata", "Produce", "Fetch", "JoinGroup", "OffsetCommit"}) {
    CHECK(page.has(std::string{api} + " v"));
  }
  CHECK(page.has("key \"key-7\"  value \"value\""));
  // The text shows the broker's own port, though the client was told another.
  const auto port = cluster.bootstrap_servers().substr(cluster.bootstrap_servers().rfind(':') + 1);
  CHECK(page.has("port: " + port));
  CHECK(page.has("P99 MS"));
}

TEST_CASE("proxy: a broker that is not there is told, and the client's connection ends") {
  shown page;
  traffic all{everything(), page.out};
  decoding_proxy proxy{{"127.0.0.1", 0}, {"127.0.0.1", 1}, all, page.out};
  std::stop_source stop;
  std::thread runs{[&] { proxy.run(stop.get_token()); }};
  {
    kwire::consumer consumer{{{"bootstrap.servers", "127.0.0.1:" + std::to_string(proxy.port())},
                              {"group.id", "g"},
                              {"log_level", "0"}}};
    CHECK(consumer.subscribe({"orders"}).has_value());
    (void)consumer.poll(300ms);
  }
  stop.request_stop();
  runs.join();
  CHECK(page.has("no connection to the broker: Connection refused"));
}

TEST_CASE("proxy: addresses") {
  CHECK(parse_address("--to", "[::1]:9092") == broker_address{"::1", 9092});
  CHECK(parse_address("--to", "host:0") == broker_address{"host", 0});
  for (const auto* wrong : {"host", ":1", "host:", "host:70000", "host:x"}) {
    CHECK_THROWS_AS((void)parse_address("--to", wrong), usage_error);
  }
  shown page;
  traffic all{everything(), page.out};
  CHECK_THROWS_AS((decoding_proxy{{"203.0.113.1", 1}, {"127.0.0.1", 1}, all, page.out}), failure);
}
