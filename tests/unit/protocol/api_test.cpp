#include <doctest/doctest.h>

#include <kwire/protocol/api.hpp>

using namespace kwire;

TEST_CASE("api: every key has Kafka's name, and the name leads back to it") {
  CHECK(to_string(api::produce) == "Produce");
  CHECK(to_string(api::sasl_handshake) == "SaslHandshake");
  CHECK(to_string(api::streams_group_topology_description_update) == "StreamsGroupTopologyDescriptionUpdate");
  for (std::int16_t key = 0; key <= 94; ++key) {
    CHECK(to_string(api{key}) != "Unknown");
    CHECK(parse_api(to_string(api{key})) == api{key});
  }
}

TEST_CASE("api: names are read in any case, unknown ones are not") {
  CHECK(parse_api("findcoordinator") == api::find_coordinator);
  CHECK(parse_api("METADATA") == api::metadata);
  CHECK_FALSE(parse_api("").has_value());
  CHECK_FALSE(parse_api("Metadat").has_value());
  CHECK_FALSE(parse_api("MetadataX").has_value());
}

TEST_CASE("api: keys outside the table print as unknown") {
  CHECK(to_string(api{95}) == "Unknown");
  CHECK(to_string(no_api) == "Unknown");
  CHECK(to_string(api{-32768}) == "Unknown");
}

TEST_CASE("version_range: intersection and emptiness") {
  CHECK(version_range{}.empty());
  CHECK(intersect({0, 5}, {3, 9}) == version_range{3, 5});
  CHECK(intersect({0, 2}, {3, 9}).empty());
  CHECK(version_range{2, 4}.contains(2));
  CHECK(version_range{2, 4}.contains(4));
  CHECK_FALSE(version_range{2, 4}.contains(1));
  CHECK_FALSE(version_range{2, 4}.contains(5));
}
