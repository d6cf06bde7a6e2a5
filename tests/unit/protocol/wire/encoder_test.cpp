#include <doctest/doctest.h>

#include "dump.hpp"
#include "sample.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::sample;
using test::to_hex;

namespace {

std::string hex_of(const sample& message, std::int16_t version) {
  writer out;
  const auto done = encode(message, version, out);
  REQUIRE_MESSAGE(done.has_value(), done.error().message());
  CHECK(encoded_size(message, version) == out.total());
  return to_hex(out.buffer());
}

wire_error failure_of(const sample& message, std::int16_t version) {
  writer out;
  const auto done = encode(message, version, out);
  REQUIRE(done.has_error());
  return done.error();
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (auto part : parts) out += to_hex(test::from_hex(part));
  return out;
}

sample with_note() {
  sample message;
  message.note = "";
  return message;
}

struct disorderly {
  static constexpr message_info info{"Disorderly", no_api, direction::stored, {0, 0}, 0};
  std::int8_t last = 0;
  std::int8_t first = 0;
  unknown_fields unknown;
  void describe(visitor& v) {
    v("last", last, all.tag(5));
    v("first", first, all.tag(1));
  }
};

}  // namespace

TEST_CASE("encoder: classic form has int16 and int32 lengths") {
  auto message = with_note();
  message.flag = true;
  message.port = 0xfffe;
  message.name = "ab";
  message.items.resize(2);
  message.items[1].number = -2;
  CHECK(hex_of(message, 0) == joined({"01", "fffe", "0002 6162", "0000", "00000002", "0000", "fffe"}));
}

TEST_CASE("encoder: flexible form has compact lengths and a tagged section per structure") {
  sample message;
  message.mask = 0x80000000;
  message.offset = 5;
  message.name = "ab";
  message.payload = test::from_hex("cc");
  message.items.resize(1);
  message.items[0].text = "t";
  CHECK(hex_of(message, 2) == joined({"00", "80000000", "0000000000000005",  // flag, mask, offset
                                      "00000000000000000000000000000000",    // id
                                      "03 6162", "00", "02 cc", "00",        // name, note, payload, records
                                      "02 0000 02 74 00", "00"}));           // items, no tagged fields
}

TEST_CASE("encoder: tagged fields that differ from their default, in order, before unknown ones") {
  sample message;
  message.tagged_number = 8;
  message.tagged_item.number = 1;
  message.tagged_list = {7};
  message.unknown.add(40, test::from_hex("ee"));
  const auto wire = hex_of(message, 3);
  const auto section = joined({"04", "00 04 00000008", "01 04 0001 01 00", "02 05 02 00000007", "28 01 ee"});
  CHECK(wire.ends_with(section));
  CHECK(hex_of(sample{}, 3).ends_with("0100"));  // empty items, nothing tagged
}

TEST_CASE("encoder: a tagged structure with nothing but unknown fields is not dropped") {
  sample message;
  message.tagged_item.unknown.add(5, {});
  CHECK(hex_of(message, 2).ends_with(joined({"01", "01 06 0000 01 01 05 00"})));
}

TEST_CASE("encoder: nullable structure has a presence octet") {
  sample message;
  CHECK(hex_of(message, 4).ends_with(joined({"01", "ff", "01", "00"})));  // items, extra, secret, tags
  message.extra.emplace().number = 3;
  CHECK(hex_of(message, 4).ends_with(joined({"01", "01 0003 01 00", "01", "00"})));
}

TEST_CASE("encoder: a value that the version has no field for is refused, and named") {
  auto message = with_note();
  message.payload = test::from_hex("00");
  auto error = failure_of(message, 0);
  CHECK(error.code == wire_errc::not_representable);
  CHECK(error.path == "payload");

  sample tagged;
  tagged.tagged_number = 1;
  error = failure_of(tagged, 1);
  CHECK(error.code == wire_errc::not_representable);
  CHECK(error.path == "tagged_number");

  auto ignored = with_note();
  ignored.ratio = 2;
  ignored.id.octets[0] = 1;
  ignored.items.resize(1);
  ignored.items[0].text = "dropped";
  CHECK_FALSE(hex_of(ignored, 0).empty());
}

TEST_CASE("encoder: null where the version has none") {
  sample message;  // its note is null
  const auto error = failure_of(message, 0);
  CHECK(error.code == wire_errc::unexpected_null);
  CHECK(error.path == "note");
}

TEST_CASE("encoder: strings have a limit in all versions") {
  auto message = with_note();
  message.items.resize(2);
  message.items[1].text.assign(0x8000, 'x');
  for (auto version : {std::int16_t{1}, std::int16_t{2}}) {
    const auto error = failure_of(message, version);
    CHECK(error.code == wire_errc::bad_length);
    CHECK(error.path == "items[1].text");
  }
  message.items[1].text.pop_back();
  CHECK_FALSE(hex_of(message, 2).empty());
}

TEST_CASE("encoder: gathered record sets leave a gap of their size") {
  const auto records = test::from_hex("0102030405");
  sample message;
  message.records = records;
  writer copied;
  writer gathered;
  gathered.gather(true);
  REQUIRE(encode(message, 2, copied).has_value());
  REQUIRE(encode(message, 2, gathered).has_value());
  CHECK(gathered.total() == copied.total());
  REQUIRE(gathered.slices().size() == 1);
  auto whole = gathered.buffer();
  const auto at = static_cast<std::ptrdiff_t>(gathered.slices()[0].at);
  whole.insert(whole.begin() + at, records.begin(), records.end());
  CHECK(to_hex(whole) == to_hex(copied.buffer()));
}

TEST_CASE("encoder: tags rise, whatever the order of the fields and whoever knows them") {
  const auto wire = [](const disorderly& message) {
    writer out;
    REQUIRE(encode(message, 0, out).has_value());
    CHECK(encoded_size(message, 0) == out.buffer().size());
    return to_hex(out.buffer());
  };
  disorderly message;
  message.last = 0x55;
  message.first = 0x11;
  CHECK(wire(message) == joined({"02", "01", "01", "11", "05", "01", "55"}));
  message.unknown.add(0, test::from_hex("aa"));
  message.unknown.add(3, test::from_hex("bb"));
  message.unknown.add(9, {});
  CHECK(wire(message) ==
        joined({"05", "00", "01", "aa", "01", "01", "11", "03", "01", "bb", "05", "01", "55", "09", "00"}));
  message.first = message.last = 0;
  CHECK(wire(message) == joined({"03", "00", "01", "aa", "03", "01", "bb", "09", "00"}));
}

TEST_CASE("encoder: stored messages carry their version in front") {
  writer out;
  REQUIRE(encode_stored(ref(with_note()), 0, out).has_value());
  CHECK(to_hex(out.buffer()) == joined({"0000", "00", "0000", "0000", "0000", "00000000"}));
}
