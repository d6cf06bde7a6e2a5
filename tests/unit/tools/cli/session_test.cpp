#include "session.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <kwire/client/admin.hpp>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>

#include "commands.hpp"

using namespace kwire;
using namespace kwire::cli;

namespace {

/// Properties of that role, by key; without the log level, which is ours.
template <class Config>
std::map<std::string, std::string> properties(const std::vector<std::string>& words, config_role role) {
  const session here{produce_command, parse(produce_command, words)};
  std::map<std::string, std::string> all;
  const auto chosen = here.properties<Config>(role);
  for (const auto& [key, value] : chosen.properties()) {
    if (key != "log_level") all.emplace(key, value);
  }
  return all;
}

using expected = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("brokers come from -b, -X, the environment, or are local") {
  ::unsetenv("KWIRE_BROKERS");
  const auto brokers = [](const std::vector<std::string>& words) {
    return properties<producer_config>(words, config_role::producer);
  };
  CHECK(brokers({}) == expected{{"bootstrap.servers", "localhost:9092"}});
  ::setenv("KWIRE_BROKERS", "e:1", 1);
  CHECK(brokers({}) == expected{{"bootstrap.servers", "e:1"}});
  CHECK(brokers({"-b", "b:2"}) == expected{{"bootstrap.servers", "b:2"}});
  CHECK(brokers({"-X", "metadata.broker.list=x:3"}) == expected{{"metadata.broker.list", "x:3"}});
  ::unsetenv("KWIRE_BROKERS");
}

TEST_CASE("a role gets its own keys, the client's, and unknown ones to report") {
  const std::vector<std::string> words{"-X", "linger.ms=1", "-X", "fetch.min.bytes=2",
                                       "-X", "nonsense=3",  "-b", "b:1"};
  CHECK(properties<producer_config>(words, config_role::producer) ==
        expected{{"linger.ms", "1"}, {"nonsense", "3"}, {"bootstrap.servers", "b:1"}});
  CHECK(properties<consumer_config>(words, config_role::consumer) ==
        expected{{"fetch.min.bytes", "2"}, {"nonsense", "3"}, {"bootstrap.servers", "b:1"}});
  const session here{produce_command, parse(produce_command, words)};
  CHECK(here.own_properties<consumer_config>(config_role::consumer).properties().size() == 1);
  CHECK(here.given(config_role::producer, "linger.ms"));
  CHECK_FALSE(here.given(config_role::producer, "batch.size"));
}

TEST_CASE("a property is found by any of its names") {
  const std::vector<std::string> words{"-X", "queue.buffering.max.ms=1"};
  const session here{produce_command, parse(produce_command, words)};
  CHECK(here.property(config_role::producer, "linger.ms") == "1");
}

TEST_CASE("limits and wrong properties") {
  const std::vector<std::string> words{"-m", "7"};
  CHECK(session{produce_command, parse(produce_command, words)}.limit() == std::chrono::seconds{7});
  CHECK(session{produce_command, parse(produce_command, {})}.limit() == std::chrono::seconds{30});
  for (const auto* text : {"x", "=x"}) {
    const std::vector<std::string> wrong{"-X", text};
    CHECK_THROWS_AS(session(produce_command, parse(produce_command, wrong)), usage_error);
  }
}
