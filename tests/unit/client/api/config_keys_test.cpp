#include <doctest/doctest.h>

#include <algorithm>
#include <kwire/client/config_keys.hpp>

using namespace kwire;

TEST_CASE("every role tells its keys with explanation and default") {
  for (const auto role :
       {config_role::client, config_role::producer, config_role::consumer, config_role::admin}) {
    const auto keys = config_keys(role);
    REQUIRE_FALSE(keys.empty());
    for (const auto& key : keys) {
      CAPTURE(key.name);
      CHECK_FALSE(key.doc.empty());
    }
  }
  const auto keys = config_keys(config_role::producer);
  const auto linger = std::ranges::find(keys, "linger.ms", &config_key::name);
  REQUIRE(linger != keys.end());
  CHECK(linger->aliases.find("queue.buffering.max.ms") != std::string::npos);
  CHECK(linger->fallback == "5");
}
