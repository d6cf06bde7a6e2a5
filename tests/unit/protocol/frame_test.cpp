#include <doctest/doctest.h>

#include <kwire/protocol/frame.hpp>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/wire/json.hpp>

#include "dump.hpp"
#include "generator.hpp"

using namespace kwire;
using namespace kwire::protocol;

TEST_CASE("frame: every key and version, both ways, comes back octet for octet") {
  for (const auto& entry : all_messages()) {
    const auto& info = *entry.info;
    if (info.way != direction::request && info.way != direction::response) continue;
    for (auto version = info.versions.min; version <= info.versions.max; ++version) {
      INFO(std::string{info.name}, " version ", version);
      const bool request = info.way == direction::request;
      auto header = request ? any_message::of<request_header>() : any_message::of<response_header>();
      frame made{std::move(header), entry.make(), version};
      test::generate(made.header.ref(), made.header_version(), 3);
      if (request) {
        auto& fields = *static_cast<request_header*>(made.header.ref().value.at);
        fields.key = info.key;
        fields.version = version;
      }
      test::generate(made.body.ref(), version, 4);
      writer wire;
      REQUIRE(encode_frame(made, wire).has_value());

      const auto read = request ? decode_request_frame(wire.buffer())
                                : decode_response_frame(wire.buffer(), info.key, version);
      REQUIRE_MESSAGE(read.has_value(), read.error().message());
      CHECK(test::dump(read->body.ref()) == test::dump(made.body.ref()));
      CHECK(test::dump(read->header.ref()) == test::dump(made.header.ref()));
      writer again;
      REQUIRE(encode_frame(*read, again).has_value());
      CHECK(test::to_hex(again.buffer()) == test::to_hex(wire.buffer()));
    }
  }
}

TEST_CASE("frame: the header functions that connections use write the same") {
  frame made{any_message::of<request_header>(), find_message(api::metadata, direction::request)->make(), 12};
  auto& fields = *static_cast<request_header*>(made.header.ref().value.at);
  fields = {api::metadata, 12, correlation_id{7}, "client"};
  writer wire;
  REQUIRE(encode_frame(made, wire).has_value());
  writer header;
  encode_header(fields, made.body.info(), header);
  CHECK(test::to_hex(wire.buffer()).starts_with(test::to_hex(header.buffer())));
  const auto read = decode_request_frame(wire.buffer());
  REQUIRE(read.has_value());
  CHECK(read->body_at == header.buffer().size());
}

TEST_CASE("frame: errors tell where in the frame, and which field") {
  CHECK(decode_request_frame({}).error().path == "header");
  CHECK(decode_request_frame(test::from_hex("7fff0000 00000001 ffff")).error().code ==
        wire_errc::unsupported_version);
  CHECK(decode_request_frame(test::from_hex("00030fff 00000001 ffff")).error().code ==
        wire_errc::unsupported_version);
  const auto cut = decode_request_frame(test::from_hex("00120000 00000001 0005 6162"));
  CHECK(cut.error().code == wire_errc::truncated);
  CHECK(cut.error().path == "header.client_id");
  CHECK(cut.error().offset == 10);
  const auto more = decode_request_frame(test::from_hex("00120000 00000001 ffff 00"));
  CHECK(more.error().code == wire_errc::trailing_bytes);
  CHECK(more.error().offset == 10);
  CHECK(decode_response_frame(test::from_hex("00000001 00"), api::api_versions, 0).error().path ==
        "error_code");
}
