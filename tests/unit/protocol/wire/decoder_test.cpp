#include <doctest/doctest.h>

#include "dump.hpp"
#include "sample.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::from_hex;
using test::sample;

namespace {

wire_error failure_of(std::string_view hex, std::int16_t version) {
  sample message;
  const auto wire = from_hex(hex);
  const auto done = decode(message, version, wire);
  REQUIRE(done.has_error());
  return done.error();
}

/// Version 2 up to the items: flag, mask, offset, id, name, note, payload, records.
const std::string flexible_head =
    "01 00000001 0000000000000002 00000000000000000000000000000000 02 61 00 01 00 ";

struct nest {
  static constexpr message_info info{"Nest", api::produce, direction::request, {0, 0}};
  std::vector<nest> children;
  unknown_fields unknown;
  void describe(visitor& v) { v("children", children); }
};

}  // namespace

TEST_CASE("decoder: fields the version lacks get their defaults, in a reused object too") {
  sample message;
  message.mask = 5;
  message.offset = 5;
  message.tagged_number = 5;
  message.tagged_list = {1};
  message.unknown.add(1, {});
  message.note = "old";
  REQUIRE(decode(message, 0, from_hex("01 0102 0000 0000 00000000")).has_value());
  CHECK(message.flag);
  CHECK(message.port == 0x0102);
  CHECK(message.mask == 0);
  CHECK(message.offset == -1);
  CHECK(message.tagged_number == 9);
  CHECK(message.tagged_list.empty());
  CHECK(message.unknown.empty());
  CHECK(message.note == "");
}

TEST_CASE("decoder: record sets are views into the input") {
  const auto wire = from_hex(
      "01 0000 00000001 0000000000000002 00000000000000000000000000000000 0000 ffff 00000000 "
      "00000002 aabb 00000000");
  sample message;
  REQUIRE(decode(message, 1, wire).has_value());
  REQUIRE(message.records.has_value());
  CHECK(message.records->data() == wire.data() + 43);
  CHECK(message.records->size() == 2);
}

TEST_CASE("decoder: tagged fields, known and unknown") {
  const auto wire = from_hex(flexible_head + "01" + "03 00 04 0000002a 01 06 0001 01 01 63 00 07 01 ff");
  sample message;
  const auto done = decode(message, 2, wire);
  REQUIRE_MESSAGE(done.has_value(), done.error().message());
  CHECK(message.tagged_number == 42);
  CHECK(message.tagged_item.number == 1);
  REQUIRE(message.tagged_item.unknown.entries().size() == 1);
  CHECK(message.tagged_item.unknown.entries()[0].tag == 99);
  REQUIRE(message.unknown.entries().size() == 1);
  CHECK(message.unknown.entries()[0].tag == 7);
  writer out;
  REQUIRE(encode(message, 2, out).has_value());
  CHECK(test::to_hex(out.buffer()) == test::to_hex(wire));
}

TEST_CASE("decoder: a tag of a later version is unknown") {
  sample message;
  REQUIRE(decode(message, 2, from_hex(flexible_head + "01" + "01 02 05 02 00000007")).has_value());
  CHECK(message.tagged_list.empty());
  CHECK(message.unknown.entries().size() == 1);
}

TEST_CASE("decoder: faults of the tagged section") {
  CHECK(failure_of(flexible_head + "01" + "02 05 00 05 00", 2).code == wire_errc::bad_tag_order);
  CHECK(failure_of(flexible_head + "01" + "02 06 00 05 00", 2).code == wire_errc::bad_tag_order);
  CHECK(failure_of(flexible_head + "01" + "01 00 05 0000002a 00", 2).code == wire_errc::bad_tag_size);
  CHECK(failure_of(flexible_head + "01" + "01 00 03 0000002a", 2).code == wire_errc::truncated);
  CHECK(failure_of(flexible_head + "01" + "01 09 05 00", 2).code == wire_errc::truncated);
  CHECK(failure_of(flexible_head + "01" + "ffffffff0f 00 00", 2).code == wire_errc::bad_count);
}

TEST_CASE("decoder: a count beyond what the input can hold is refused before room is made") {
  const auto error = failure_of(flexible_head + "ffffffff0f 0000 00", 2);
  CHECK(error.code == wire_errc::bad_count);
  CHECK(error.path == "items");
  CHECK(failure_of("00 0000 0000 0000 7fffffff 0000", 0).code == wire_errc::bad_count);
  // An item of version 2 takes at least 4 octets: 3 of them do not fit into 11.
  CHECK(failure_of(flexible_head + "04 0000010000 0000010000 00", 2).code == wire_errc::bad_count);
}

TEST_CASE("decoder: faulty lengths") {
  auto error = failure_of("00 0000 ffff 0000 00000000", 0);
  CHECK(error.code == wire_errc::unexpected_null);
  CHECK(error.path == "name");
  CHECK(failure_of("00 0000 0000 ffff 00000000", 0).path == "note");  // nullable from version 1 on
  CHECK(failure_of("00 0000 fffe 0000 00000000", 0).code == wire_errc::bad_length);
  error = failure_of("00 0000 0009 6162", 0);
  CHECK(error.code == wire_errc::truncated);
  CHECK(error.offset == 5);
  const auto longest =
      flexible_head + "02 0000 818002" + std::string(0x10000, '0');  // a text of 32768 octets
  error = failure_of(longest + "00 00", 2);
  CHECK(error.code == wire_errc::bad_length);
  CHECK(error.path == "items[0].text");
}

TEST_CASE("decoder: errors name element and field") {
  const auto error = failure_of("00 0000 0000 0000 00000002 0001 00", 0);
  CHECK(error.code == wire_errc::bad_count);
  const auto inside = failure_of(flexible_head + "03 0001 01 00 0002 09 00 00", 2);
  CHECK(inside.code == wire_errc::truncated);
  CHECK(inside.path == "items[1].text");
}

TEST_CASE("decoder: bytes behind the end") {
  const auto error = failure_of("00 0000 0000 0000 00000000 ff", 0);
  CHECK(error.code == wire_errc::trailing_bytes);
  CHECK(error.offset == 11);
}

TEST_CASE("decoder: overlong varints are read") {
  sample message;
  REQUIRE(decode(message, 2, from_hex(flexible_head + "8100" + "8000")).has_value());
  CHECK(message.items.empty());
}

TEST_CASE("decoder: nesting has a limit") {
  sample message;
  nest deep;
  std::string hex;
  for (int i = 0; i < 30; ++i) hex += "00000001";
  hex += "00000000";
  const auto wire = from_hex(hex);
  const auto done = decode(deep, 0, wire);
  REQUIRE(done.has_error());
  CHECK(done.error().code == wire_errc::too_deep);
}

TEST_CASE("decoder: nullable structures") {
  const std::string head =
      "01 00000001 0000000000000002 3ff8000000000000 00000000000000000000000000000000 02 61 00 01 00 01 ";
  sample message;
  REQUIRE(decode(message, 4, from_hex(head + "ff 01 00")).has_value());
  CHECK_FALSE(message.extra.has_value());
  CHECK(message.ratio == 1.5);
  REQUIRE(decode(message, 4, from_hex(head + "01 0007 01 00 01 00")).has_value());
  CHECK(message.extra->number == 7);
}

TEST_CASE("decoder: a stored message of a later version is read as our latest") {
  const std::string body =
      "01 00000001 0000000000000002 3ff8000000000000 00000000000000000000000000000000 02 61 00 01 00 01 ff "
      "01 00";
  sample message;
  auto version = decode_stored(ref(message), from_hex("0004" + body));
  REQUIRE(version.has_value());
  CHECK(*version == 4);
  version = decode_stored(ref(message), from_hex("0009" + body + "aabbcc"));
  REQUIRE(version.has_value());
  CHECK(*version == 9);
  CHECK(decode_stored(ref(message), from_hex("0004" + body + "aa")).error().code ==
        wire_errc::trailing_bytes);
  CHECK(decode_stored(ref(message), from_hex("ffff" + body)).error().code == wire_errc::unsupported_version);
  CHECK(decode_stored(ref(message), from_hex("00")).error().code == wire_errc::truncated);
}
