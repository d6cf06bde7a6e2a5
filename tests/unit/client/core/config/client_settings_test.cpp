#include "core/config/client_settings.hpp"

#include <doctest/doctest.h>

#include <set>

#include "core/config/config_reader.hpp"

using namespace kwire;
using namespace std::chrono_literals;

namespace {

core::client_settings read(const config& properties) {
  core::client_settings settings;
  core::config_reader reader{properties};
  reader.read(settings);
  reader.finish();
  return settings;
}

}  // namespace

TEST_CASE("client settings: defaults are Java's, and print as they are read") {
  core::client_settings defaults;
  CHECK(defaults.request_timeout == 30s);
  CHECK(defaults.metadata_max_age == 5min);
  CHECK(defaults.connections_max_idle == 9min);
  CHECK(defaults.recovery == core::recovery_strategy::rebootstrap);
  CHECK(defaults.connection_setup_timeout == 10s);
  const auto text = core::print([&](core::setting_visitor& v) { defaults.describe(v); });
  auto again = read(config{text});
  CHECK(core::print([&](core::setting_visitor& v) { again.describe(v); }) == text);
}

TEST_CASE("client settings: each key is there once and documented") {
  core::client_settings settings;
  std::set<std::string> names;
  for (const auto& row : core::document([&](core::setting_visitor& v) { settings.describe(v); })) {
    CHECK(names.insert(row.key).second);
    CHECK(row.doc.ends_with('.'));
  }
  CHECK(names.contains("bootstrap.servers"));
  CHECK(names.contains("debug"));
}

TEST_CASE("client settings: librdkafka's names") {
  const auto settings = read(
      "metadata.broker.list=a:1,b:2\nsocket.timeout.ms=5000\ntopic.metadata.refresh.interval.ms=9\n"
      "socket.send.buffer.bytes=1\nsocket.receive.buffer.bytes=2");
  CHECK(settings.bootstrap_servers == std::vector<std::string>{"a:1", "b:2"});
  CHECK(settings.request_timeout == 5s);
  CHECK(settings.metadata_max_age == 9ms);
  CHECK(settings.send_buffer_bytes == 1);
  CHECK(settings.receive_buffer_bytes == 2);
}

TEST_CASE("client settings: out of range") {
  for (const auto* text :
       {"request.timeout.ms=0", "request.timeout.ms=2147483648", "log_level=8", "connections.max.idle.ms=-2",
        "broker.address.family=v5", "metadata.recovery.strategy=maybe", "receive.message.max.bytes=999"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(read(text), config_error);
  }
  CHECK(read("connections.max.idle.ms=-1").connections_max_idle == -1ms);
}
