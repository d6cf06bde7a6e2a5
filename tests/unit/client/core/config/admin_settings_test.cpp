#include "core/config/admin_settings.hpp"

#include <doctest/doctest.h>

#include "core/config/config_reader.hpp"

TEST_CASE("admin settings are read by name") {
  kwire::core::config_reader reader{kwire::config{{"default.api.timeout.ms", "1500"}}};
  kwire::core::admin_settings settings;
  reader.read(settings);
  reader.finish();
  CHECK(settings.default_api_timeout == std::chrono::milliseconds{1500});
}
