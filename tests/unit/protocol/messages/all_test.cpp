#include <doctest/doctest.h>

#include <kwire/protocol/messages/all.hpp>
#include <set>
#include <string>

#include "dump.hpp"
#include "generator.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::dump;

namespace {

bytes encoded(message_ref message, std::int16_t version) {
  writer out;
  const auto done = encode(message, version, out);
  REQUIRE_MESSAGE(done.has_value(), done.error().message());
  CHECK(encoded_size(message, version) == out.buffer().size());
  return out.buffer();
}

/// Decodes `wire` into `into` and checks that the same octets come out again.
void expect_round_trip(message_ref into, std::int16_t version, const bytes& wire) {
  const auto done = decode(into, version, wire);
  REQUIRE_MESSAGE(done.has_value(), done.error().message());
  CHECK(test::to_hex(encoded(into, version)) == test::to_hex(wire));
}

template <class Body>
void for_each_version(Body body) {
  for (const auto& entry : all_messages()) {
    for (auto version = entry.info->versions.min; version <= entry.info->versions.max; ++version) {
      INFO(std::string{entry.info->name}, " version ", version);
      body(entry, version);
    }
  }
}

}  // namespace

TEST_CASE("messages: names and keys are told apart") {
  std::set<std::string_view> names;
  for (const auto& entry : all_messages()) {
    const auto& info = *entry.info;
    CHECK(names.insert(info.name).second);
    CHECK(find_message(info.name) == &entry);
    CHECK(entry.make().info().name == info.name);
    // Version 0 of these was a preview that no broker knows any more.
    const bool previewed = info.key >= api::share_group_heartbeat && info.key <= api::share_acknowledge;
    CHECK(info.versions.min == (previewed ? 1 : 0));
    CHECK(info.stable().max <= info.versions.max);
    if (info.way == direction::stored || info.way == direction::header) {
      CHECK(info.key == no_api);
      continue;
    }
    CHECK(find_message(info.key, info.way) == &entry);
    CHECK(info.name ==
          std::string{to_string(info.key)} + (info.way == direction::request ? "Request" : "Response"));
    const auto* other =
        find_message(info.key, info.way == direction::request ? direction::response : direction::request);
    REQUIRE(other != nullptr);
    CHECK(other->info->versions == info.versions);
  }
  CHECK(find_message("NoSuchRequest") == nullptr);
  CHECK(find_message(no_api, direction::request) == nullptr);
}

TEST_CASE("messages: defaults encode at every version and come back") {
  for_each_version([](const message_entry& entry, std::int16_t version) {
    const auto fresh = entry.make();
    const auto wire = encoded(fresh.ref(), version);
    const auto again = entry.make();
    expect_round_trip(again.ref(), version, wire);
    CHECK(dump(again.ref()) == dump(fresh.ref()));
  });
}

TEST_CASE("messages: random contents come back, in fresh and in reused objects") {
  for_each_version([](const message_entry& entry, std::int16_t version) {
    const auto reused = entry.make();
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      const auto original = entry.make();
      test::generate(original.ref(), version, seed);
      const auto wire = encoded(original.ref(), version);

      const auto fresh = entry.make();
      expect_round_trip(fresh.ref(), version, wire);
      CHECK(dump(fresh.ref()) == dump(original.ref()));

      // What an earlier content left behind must not show through: fill with another version's fields.
      test::generate(reused.ref(), entry.info->versions.max, seed + 100);
      expect_round_trip(reused.ref(), version, wire);
      CHECK(dump(reused.ref()) == dump(fresh.ref()));
    }
  });
}

TEST_CASE("messages: no prefix and no suffix is taken for a whole message") {
  for_each_version([](const message_entry& entry, std::int16_t version) {
    const auto original = entry.make();
    test::generate(original.ref(), version, 3);
    auto wire = encoded(original.ref(), version);
    const auto target = entry.make();
    for (std::size_t length = 0; length < wire.size(); ++length) {
      const auto cut = decode(target.ref(), version, bytes_view{wire}.first(length));
      if (cut.has_value()) FAIL("accepted ", length, " of ", wire.size(), " octets");
      CHECK(cut.error().offset <= length);
    }
    wire.push_back(std::byte{0});
    const auto longer = decode(target.ref(), version, wire);
    REQUIRE(longer.has_error());
    CHECK(longer.error().code == wire_errc::trailing_bytes);
  });
}

TEST_CASE("messages: a damaged octet is an error or another message, never anything worse") {
  for_each_version([](const message_entry& entry, std::int16_t version) {
    const auto original = entry.make();
    test::generate(original.ref(), version, 5);
    auto wire = encoded(original.ref(), version);
    const auto target = entry.make();
    for (std::size_t at = 0; at < wire.size(); ++at) {
      const auto kept = wire[at];
      for (auto octet : {std::byte{0x00}, std::byte{0x7f}, std::byte{0x80}, std::byte{0xff}}) {
        wire[at] = octet;
        if (decode(target.ref(), version, wire).has_error()) continue;
        writer out;
        CHECK(encode(target.ref(), version, out).has_value());
      }
      wire[at] = kept;
    }
  });
}

TEST_CASE("messages: versions outside the range are refused") {
  for (const auto& entry : all_messages()) {
    const auto message = entry.make();
    writer out;
    for (int version : {-1, entry.info->versions.max + 1}) {
      const auto v = static_cast<std::int16_t>(version);
      CHECK(encode(message.ref(), v, out).error().code == wire_errc::unsupported_version);
      CHECK(decode(message.ref(), v, {}).error().code == wire_errc::unsupported_version);
    }
  }
}
