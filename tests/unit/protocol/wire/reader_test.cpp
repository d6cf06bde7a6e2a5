#include <doctest/doctest.h>

#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/writer.hpp>

#include "dump.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::from_hex;

TEST_CASE("reader: fixed-width numbers are big-endian") {
  const auto wire = from_hex("80 0102 fffffffe 0102030405060708 3ff8000000000000");
  reader in{wire};
  CHECK(in.fixed<std::int8_t>() == -128);
  CHECK(in.fixed<std::uint16_t>() == 0x0102);
  CHECK(in.fixed<std::int32_t>() == -2);
  CHECK(in.fixed<std::int64_t>() == 0x0102030405060708);
  CHECK(in.float64() == 1.5);
  CHECK(in.ok());
  CHECK(in.remaining() == 0);
}

TEST_CASE("reader: the first failure sticks, with its place") {
  const auto wire = from_hex("01 02 03");
  reader in{wire};
  in.skip(1);
  CHECK(in.fixed<std::int32_t>() == 0);
  CHECK(in.error() == wire_errc::truncated);
  CHECK(in.failed_at() == 1);
  CHECK(in.fixed<std::int8_t>() == 0);  // would fit, but nothing is read after a failure
  CHECK(in.uvarint() == 0);
  CHECK(in.take(1).empty());
  in.fail(wire_errc::bad_count);
  CHECK(in.error() == wire_errc::truncated);
  CHECK(in.offset() == 1);
}

TEST_CASE("reader: every varint that the writer makes comes back") {
  for (int shift = 0; shift < 64; ++shift) {
    for (std::int64_t delta : {-1, 0, 1}) {
      const auto number = static_cast<std::int64_t>(std::uint64_t{1} << shift) + delta * (shift < 63);
      writer out;
      out.varint(number);
      out.varint(static_cast<std::int32_t>(number));
      out.uvarint(static_cast<std::uint32_t>(number));
      reader in{out.buffer()};
      CHECK(in.varlong() == number);
      CHECK(in.varint() == static_cast<std::int32_t>(number));
      CHECK(in.uvarint() == static_cast<std::uint32_t>(number));
      CHECK(in.ok());
      CHECK(in.remaining() == 0);
    }
  }
}

TEST_CASE("reader: varints that do not end, are too wide or overlong") {
  const auto error_of = [](std::string_view hex) {
    const auto wire = from_hex(hex);
    reader in{wire};
    in.uvarint();
    return in.error();
  };
  CHECK(error_of("80") == wire_errc::truncated);
  CHECK(error_of("ffffffff10") == wire_errc::bad_varint);    // 33 bits
  CHECK(error_of("ffffffffff01") == wire_errc::bad_varint);  // six octets
  CHECK(error_of("ffffffff0f") == wire_errc{});
  CHECK(error_of("8000") == wire_errc{});  // zero in two octets: Kafka reads it too

  const auto wide = from_hex("ffffffffffffffffff02");
  reader in{wide};
  in.varlong();
  CHECK(in.error() == wire_errc::bad_varint);
  CHECK(in.offset() == 0);
}

TEST_CASE("reader: a section bounds what is read inside it") {
  const auto wire = from_hex("01 02 03 04");
  reader in{wire};
  const auto* outer = in.enter(2);
  CHECK(in.remaining() == 2);
  in.skip(2);
  CHECK(in.ok());
  in.leave(outer);
  CHECK(in.remaining() == 2);

  reader tight{wire};
  tight.enter(1);
  tight.fixed<std::int16_t>();
  CHECK(tight.error() == wire_errc::truncated);

  reader beyond{wire};
  beyond.enter(5);
  CHECK(beyond.error() == wire_errc::truncated);
}

TEST_CASE("reader: views and ids") {
  const auto wire = from_hex("00112233445566778899aabbccddeeff 4142");
  reader in{wire};
  CHECK(in.id().octets[15] == 0xff);
  CHECK(as_text(in.take(2)) == "AB");
  CHECK(in.take(0).empty());
  CHECK(in.ok());
  reader cut{bytes_view{wire}.first(15)};
  CHECK(cut.id().is_zero());
  CHECK_FALSE(cut.ok());
}
