#include <doctest/doctest.h>

#include <kwire/client/observer.hpp>
#include <set>

using namespace kwire;

TEST_CASE("observer: every kind, level and part has a name") {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(event_kind::config_notice); ++kind) {
    CHECK(names.insert(to_string(static_cast<event_kind>(kind))).second);
  }
  CHECK_FALSE(names.contains("?"));
  CHECK(to_string(event_kind::config_notice) == "configuration");
  CHECK(to_string(event_kind::corrupt_data) == "corrupt data");
  CHECK(to_string(static_cast<event_kind>(255)) == "?");
  CHECK(to_string(severity::error) == "ERROR");
  CHECK(to_string(context::security) == "security");
  CHECK(to_string(static_cast<context>(99)) == "?");
}

TEST_CASE("observer: an event in one line") {
  event e{event_kind::connect_failed, severity::warning, context::broker};
  CHECK(to_string(e) == "WARN broker: connect failed");
  e.about("h:1").at(node_id{4});
  CHECK(to_string(e) == "WARN broker: connect failed h:1 (broker 4)");
  e.with("more");
  CHECK(to_string(e) == "WARN broker: connect failed h:1 (broker 4): more");
  e.because(error{errc::closed});
  CHECK(to_string(e) == "WARN broker: connect failed h:1 (broker 4): CLOSED: the handle was closed; more");
  CHECK(to_string(topic_partition{"t", partition_id{3}}) == "t-3");
}
