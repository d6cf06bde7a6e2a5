#include <doctest/doctest.h>

#include <kwire/protocol/wire/writer.hpp>
#include <limits>

#include "dump.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::to_hex;

TEST_CASE("writer: primitives") {
  writer out;
  out.fixed(std::int8_t{-1});
  out.fixed(std::uint16_t{0x0102});
  out.fixed(std::int32_t{-2});
  out.fixed(std::int64_t{3});
  out.float64(1.5);
  out.uvarint(300);
  out.varint(-1);
  out.raw(as_bytes("hi"));
  CHECK(to_hex(out.buffer()) == "ff0102fffffffe00000000000000033ff8000000000000ac02016869");
}

TEST_CASE("writer: sizes of varints are those written") {
  for (int shift = 0; shift < 64; ++shift) {
    const auto number = std::uint64_t{1} << shift;
    for (auto value : {number - 1, number, number + 1}) {
      writer out;
      out.uvarint(value);
      CHECK(out.buffer().size() == uvarint_size(value));
      out.clear();
      out.varint(static_cast<std::int64_t>(value));
      CHECK(out.buffer().size() == varint_size(static_cast<std::int64_t>(value)));
    }
  }
  CHECK(uvarint_size(0) == 1);
  CHECK(uvarint_size(std::numeric_limits<std::uint64_t>::max()) == 10);
}

TEST_CASE("writer: record sets are copied, or noted as slices when gathering") {
  const auto records = test::from_hex("aabbcc");
  writer out;
  out.fixed(std::int8_t{1});
  out.records(records);
  CHECK(to_hex(out.buffer()) == "01aabbcc");
  CHECK(out.total() == 4);

  out.clear();
  out.gather(true);
  out.fixed(std::int8_t{1});
  out.records(records);
  out.fixed(std::int8_t{2});
  out.records(records);
  CHECK(to_hex(out.buffer()) == "0102");
  CHECK(out.total() == 8);
  REQUIRE(out.slices().size() == 2);
  CHECK(out.slices()[0].at == 1);
  CHECK(out.slices()[1].at == 2);
  CHECK(out.slices()[0].content.data() == records.data());

  out.clear();
  CHECK(out.total() == 0);
  CHECK(out.slices().empty());
}

TEST_CASE("writer: a length written early is filled in later") {
  writer out;
  out.fixed(std::int32_t{0});
  out.raw(as_bytes("abc"));
  out.patch32(0, 3);
  CHECK(to_hex(out.buffer()) == "00000003616263");
}
