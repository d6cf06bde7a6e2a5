#include "core/group_config.hpp"

#include <doctest/doctest.h>

namespace kwire::embedded {
namespace {

using namespace std::chrono_literals;

TEST_CASE("settings of a group have bounds and can be taken back") {
  group_config config;
  CHECK(config.set("consumer.session.timeout.ms", "50000"));
  CHECK(config.consumer_session == 50s);
  CHECK_FALSE(config.set("consumer.session.timeout.ms", "44999"));
  CHECK_FALSE(config.set("consumer.session.timeout.ms", "x"));
  CHECK_FALSE(config.set("session.timeout.ms", "50000"));
  CHECK(config.set("consumer.session.timeout.ms", std::nullopt));
  CHECK(config.consumer_session == 45s);
  CHECK(config.values().empty());
  CHECK(config.set("share.isolation.level", "read_committed"));
  CHECK(config.share_read_committed);
  CHECK_FALSE(config.set("share.isolation.level", "none"));
  CHECK(config.set("share.auto.offset.reset", "by_duration:P1DT2H3M4.5S"));
  CHECK(config.share_reset == group_config::reset::by_duration);
  CHECK(config.share_reset_span == 24h + 2h + 3min + 4500ms);
  CHECK_FALSE(config.set("share.auto.offset.reset", "by_duration:-P1D"));
}

TEST_CASE("durations") {
  CHECK(parse_iso_duration("PT1M") == 1min);
  CHECK(parse_iso_duration("P2D") == 48h);
  for (const auto* wrong : {"", "P", "PT", "P1", "P1H", "PT1D", "PT1S1M", "1D", "P1DT", "PTS"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_iso_duration(wrong).has_value());
  }
}

}  // namespace
}  // namespace kwire::embedded
