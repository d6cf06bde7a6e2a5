#include "core/config/consumer_settings.hpp"

#include <doctest/doctest.h>

#include <string>

namespace kwire::test {
namespace {

core::consumer_settings read(const consumer_config& properties) {
  core::config_reader reader{properties};
  core::consumer_settings settings;
  reader.read(settings);
  settings.check(reader);
  reader.finish();
  return settings;
}

std::string faults(const consumer_config& properties) {
  try {
    (void)read(properties);
  } catch (const config_error& why) {
    return why.what();
  }
  return {};
}

TEST_CASE("aliases of librdkafka and Java's class names") {
  const auto settings = read(
      {{"auto.offset.reset", "smallest"},
       {"fetch.wait.max.ms", "7"},
       {"fetch.message.max.bytes", "9"},
       {"partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"}});
  CHECK(settings.reset == core::reset_policy::earliest);
  CHECK(settings.fetch_max_wait.count() == 7);
  CHECK(settings.max_partition_fetch_bytes == 9);
  CHECK(core::strategy_name(settings.assignment_strategy.at(0)) == "cooperative-sticky");
  CHECK(read({{"auto.offset.reset", "error"}}).reset == core::reset_policy::none);
}

TEST_CASE("contradictions are told all at once") {
  const auto text = faults({{"group.protocol", "consumer"},
                            {"heartbeat.interval.ms", "50000"},
                            {"group.instance.id", "i"},
                            {"partition.assignment.strategy", "fair"},
                            {"enable.auto.commit", "true"}});
  for (const auto* part : {"not supported yet", "below session.timeout.ms", "needs a group.id", "fair",
                           "enable.auto.commit=true"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
  CHECK(faults({{"group.id", "g"}}).empty());
}

}  // namespace
}  // namespace kwire::test
