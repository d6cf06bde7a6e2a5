#include <doctest/doctest.h>

#include <kwire/protocol/api_facts.hpp>
#include <kwire/protocol/messages/all.hpp>

using namespace kwire;
using namespace kwire::protocol;

namespace {

const message_entry& request(api key) {
  const auto* found = find_message(key, direction::request);
  REQUIRE(found != nullptr);
  REQUIRE(found->facts != nullptr);
  return *found;
}

version_range in(api key, release which) {
  const auto& found = request(key);
  return found.facts->in(which, found.info->versions);
}

}  // namespace

TEST_CASE("api facts: releases are read and ordered") {
  CHECK(parse_release("0.10.2") == release{0, 10, 2});
  CHECK(parse_release("4.1") == release{4, 1, 0});
  CHECK(*parse_release("0.10.2") < *parse_release("0.11"));
  CHECK(*parse_release("3.9") < *parse_release("4.0"));
  for (auto text : {"", "4", "4.", "4.x", ".1", "1.2.3.4", "1..2", "-1.0"}) {
    INFO(text);
    CHECK_FALSE(parse_release(text));
  }
}

TEST_CASE("api facts: every request has them, one release a stable version, in rising order") {
  for (const auto& entry : all_messages()) {
    const auto& info = *entry.info;
    INFO(std::string{info.name});
    CHECK((entry.facts != nullptr) == (info.way == direction::request));
    if (entry.facts == nullptr) continue;
    const auto since = entry.facts->since();
    CHECK(since.size() == static_cast<std::size_t>(info.stable().max - info.versions.min + 1));
    release last;
    for (const auto text : since) {
      const auto read = parse_release(text);
      REQUIRE(read);
      CHECK(*read >= last);
      last = *read;
    }
    CHECK(last <= release{4, 4});
    CHECK(entry.facts->in({4, 4}, info.versions).max ==
          (entry.facts->oldest == api_facts::gone ? -1 : info.stable().max));
    CHECK(to_string(entry.facts->routing) != "unknown");
  }
}

TEST_CASE("api facts: what brokers of a release take, as real ones answer ApiVersions") {
  CHECK(in(api::fetch, {0, 11}) == version_range{0, 5});
  CHECK(in(api::fetch, {2, 8}) == version_range{0, 12});
  CHECK(in(api::fetch, {4, 3}) == version_range{4, 18});
  CHECK(in(api::metadata, {0, 8}) == version_range{0, 0});
  CHECK(in(api::offset_fetch, {0, 10, 2}) == version_range{0, 2});
  CHECK(in(api::api_versions, {0, 9}).empty());
  CHECK(in(api::update_metadata, {3, 9}) == version_range{0, 8});
  CHECK(in(api::update_metadata, {4, 0}).empty());
  CHECK(in(api::share_fetch, {4, 1}) == version_range{1, 1});
  CHECK(in(api::init_producer_id, {4, 4}) == version_range{0, 5});  // 6 is unstable
}
