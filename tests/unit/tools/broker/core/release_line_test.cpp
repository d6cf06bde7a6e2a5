#include "core/release_line.hpp"

#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>

#include "core/handlers.hpp"
#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

core_options playing(release which) {
  core_options options;
  options.line = which;
  options.features = features_of(which);
  return options;
}

protocol::api_versions_request hello() {
  protocol::api_versions_request request;
  request.client_software_name = request.client_software_version = "x";
  return request;
}

/// What ApiVersions tells, by key.
std::map<api, version_range> offered(script& s, std::int16_t version) {
  std::map<api, version_range> told;
  for (const auto& one : s.ask(s.connect(), hello(), version).api_keys) {
    told[one.api_key] = {one.min_version, one.max_version};
  }
  return told;
}

std::map<std::string, std::int16_t> finalized(release which) {
  script s{playing(which)};
  std::map<std::string, std::int16_t> told;
  for (const auto& one : s.ask(s.connect(), hello(), 3).finalized_features) {
    told[one.name] = one.max_version_level;
  }
  return told;
}

TEST_CASE("each line offers the versions of its release, of everything that is served") {
  for (const release line : {release{0, 10, 0}, release{0, 11}, release{1, 1}, release{2, 8}, release{3, 9},
                             release{4, 1}, release{4, 3}}) {
    CAPTURE(line.major);
    CAPTURE(line.minor);
    script s{playing(line)};
    std::map<api, version_range> expected;
    for (const auto& served : served_apis()) {
      const auto* entry = protocol::find_message(served.info->key, protocol::direction::request);
      const auto range = intersect(served.versions, entry->facts->in(line, entry->info->versions));
      if (served.info->key == api::describe_quorum && line < first_kraft_line) continue;
      if (!range.empty()) expected[served.info->key] = range;
    }
    if (line.major >= 4) expected[api::produce].min = 0;  // what Kafka tells, though it takes from 3 on
    CHECK(offered(s, 0) == expected);
  }
}

TEST_CASE("some ranges as they are known from real brokers") {
  const auto range = [](release line, api key) {
    script s{playing(line)};
    auto told = offered(s, 0);
    return told.contains(key) ? told[key] : version_range{};
  };
  CHECK(range({0, 11}, api::produce) == version_range{0, 3});
  CHECK(range({0, 11}, api::fetch) == version_range{0, 5});
  CHECK(range({1, 1}, api::produce) == version_range{0, 5});
  CHECK(range({1, 1}, api::fetch) == version_range{0, 7});
  CHECK(range({2, 8}, api::produce) == version_range{0, 9});
  CHECK(range({2, 8}, api::fetch) == version_range{0, 12});
  CHECK(range({3, 9}, api::produce) == version_range{0, 11});
  CHECK(range({3, 9}, api::fetch) == version_range{0, 17});
  CHECK(range({4, 1}, api::produce) == version_range{0, 13});
  CHECK(range({4, 1}, api::fetch) == version_range{4, 18});
  CHECK(range({0, 11}, api::consumer_group_heartbeat).empty());
  CHECK(range({0, 11}, api::describe_cluster).empty());
  CHECK(range({2, 8}, api::describe_cluster) == version_range{0, 0});
}

TEST_CASE("features are as a new cluster of the release has them") {
  CHECK(finalized({2, 8}).empty());
  CHECK(finalized({3, 9}).empty());
  CHECK(finalized({4, 1}) ==
        std::map<std::string, std::int16_t>{{"group.version", 1}, {"transaction.version", 2}});
  CHECK(finalized({4, 3}).at("share.version") == 1);
}

TEST_CASE("what belongs to a feature that is off is refused") {
  script s{playing({3, 9})};
  protocol::consumer_group_heartbeat_request beat;
  beat.group_id = "g";
  CHECK(s.ask(s.connect(), beat, 0).error_code == code_of(broker_errc::unsupported_version));
  script preview{playing({4, 1})};
  protocol::share_group_heartbeat_request share;
  share.group_id = "g";
  CHECK(preview.ask(preview.connect(), share, 1).error_code == code_of(broker_errc::unsupported_version));
  CHECK(preview.ask(preview.connect(), beat, 0).error_code != code_of(broker_errc::unsupported_version));
}

TEST_CASE("who asks ApiVersions in a version the line lacks is answered in version 0") {
  for (const release line : {release{0, 11}, release{2, 3}, release{2, 4}, release{2, 8}}) {
    script s{playing(line)};
    const auto c = s.connect();
    s.send(c, hello(), 4);
    const auto answer = s.answer<protocol::api_versions_response>(c, 0);
    CHECK(answer.error_code == code_of(broker_errc::unsupported_version));
    CHECK(answer.api_keys.size() == (line < release{2, 4} ? 0 : 1));
    CHECK_FALSE(s.closed(c));  // it may ask again
  }
}

TEST_CASE("other requests out of range cost the connection") {
  script s{playing({0, 11})};
  const auto c = s.connect();
  s.send(c, protocol::metadata_request{}, 5);
  CHECK(s.closed(c));
  script current{playing({4, 1})};
  const auto old = current.connect();
  current.send(old, fetch_of("t", 0), 3);
  CHECK(current.closed(old));
  current.make_topic("t");
  const auto older = current.connect();
  current.send(older, produce_of("t", make_batch({"v"})), 3);
  CHECK_FALSE(current.closed(older));
  current.send(older, produce_of("t", make_batch({"v"})), 2);
  CHECK(current.closed(older));
}

}  // namespace
}  // namespace kwire::embedded
