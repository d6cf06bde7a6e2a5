#include <doctest/doctest.h>

#include <kwire/protocol/header.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/wire/json.hpp>

#include "dump.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::from_hex;
using test::to_hex;

namespace {

request_header metadata_header(std::int16_t version, std::optional<std::string> client_id) {
  return {api::metadata, version, correlation_id{0x01020304}, std::move(client_id)};
}

}  // namespace

TEST_CASE("request header: version 1 without, version 2 with tagged fields") {
  writer out;
  encode_header(metadata_header(8, "ab"), metadata_request::info, out);
  CHECK(to_hex(out.buffer()) ==
        "0003000801020304"
        "00026162");
  out.clear();
  encode_header(metadata_header(9, "ab"), metadata_request::info, out);
  CHECK(to_hex(out.buffer()) ==
        "0003000901020304"
        "00026162"
        "00");
  out.clear();
  encode_header(metadata_header(9, std::nullopt), metadata_request::info, out);
  CHECK(to_hex(out.buffer()) ==
        "0003000901020304"
        "ffff"
        "00");
}

TEST_CASE("request header: read back, tagged fields skipped") {
  const auto wire = from_hex("0003000901020304 00026162 02 00 01 ff 05 02 aabb cc");
  reader in{wire};
  const auto header = decode_request_header(in);
  REQUIRE(header.has_value());
  CHECK(header->key == api::metadata);
  CHECK(header->version == 9);
  CHECK(header->correlation == correlation_id{0x01020304});
  CHECK(header->client_id == "ab");
  skip_header_tags(in);
  CHECK(in.ok());
  CHECK(in.remaining() == 1);
}

TEST_CASE("request header: cut short or with a bad length") {
  const auto wire = from_hex("0003000901020304 00026162");
  for (std::size_t length = 0; length < wire.size(); ++length) {
    reader in{bytes_view{wire}.first(length)};
    CHECK(decode_request_header(in).has_error());
  }
  const auto negative = from_hex("0003000901020304 fffe");
  reader in{negative};
  CHECK(decode_request_header(in).error().code == wire_errc::bad_length);
}

TEST_CASE("request header: ControlledShutdown 0 has no client id") {
  writer out;
  const message_info info{
      "ControlledShutdownRequest", api::controlled_shutdown, direction::request, {0, 3}, 3};
  encode_header({api::controlled_shutdown, 0, correlation_id{1}, "x"}, info, out);
  CHECK(to_hex(out.buffer()) == "0007000000000001");
  reader in{out.buffer()};
  CHECK_FALSE(decode_request_header(in)->client_id.has_value());
  CHECK(in.ok());
}

TEST_CASE("request header: a client id beyond the format's limit is cut, not garbled") {
  writer out;
  encode_header(metadata_header(9, std::string(40000, 'c')), metadata_request::info, out);
  reader in{out.buffer()};
  CHECK(decode_request_header(in)->client_id->size() == 0x7fff);
}

TEST_CASE("response header: flexible versions have tagged fields, ApiVersions never") {
  writer out;
  encode_response_header(correlation_id{7}, metadata_response::info, 8, out);
  CHECK(to_hex(out.buffer()) == "00000007");
  out.clear();
  encode_response_header(correlation_id{7}, metadata_response::info, 9, out);
  CHECK(to_hex(out.buffer()) == "0000000700");
  out.clear();
  encode_response_header(correlation_id{7}, api_versions_response::info, 3, out);
  CHECK(to_hex(out.buffer()) == "00000007");

  const auto wire = from_hex("00000007 01 03 01 ee 99");
  reader in{wire};
  CHECK(decode_response_header(in, metadata_response::info, 9).value() == correlation_id{7});
  CHECK(in.remaining() == 1);
  reader cut{bytes_view{wire}.first(6)};
  CHECK(decode_response_header(cut, metadata_response::info, 9).error().path == "response header");
}

TEST_CASE("headers: their descriptions make the same octets") {
  for (const auto header_version : {std::int16_t{1}, std::int16_t{2}}) {
    for (const auto& client : {std::optional<std::string>{}, std::optional<std::string>{"ab"}}) {
      const auto header = metadata_header(header_version == 2 ? 9 : 8, client);
      writer fast;
      encode_header(header, metadata_request::info, fast);
      writer described;
      REQUIRE(encode(header, header_version, described).has_value());
      CHECK(to_hex(described.buffer()) == to_hex(fast.buffer()));
      request_header again;
      REQUIRE(decode(again, header_version, fast.buffer()).has_value());
      CHECK(again.client_id == client);
    }
  }
  CHECK(to_json(metadata_header(9, "ab"), 2) ==
        R"({"requestApiKey":3,"requestApiVersion":9,"correlationId":16909060,"clientId":"ab"})");
  request_header sample;
  CHECK(describe_schema(ref(sample)).find(R"("flexibleVersions":"none")") != std::string::npos);

  writer fast;
  encode_response_header(correlation_id{7}, metadata_response::info, 9, fast);
  writer described;
  REQUIRE(encode(response_header{correlation_id{7}}, 1, described).has_value());
  CHECK(to_hex(described.buffer()) == to_hex(fast.buffer()));
}

TEST_CASE("header tags: a huge count ends with the input") {
  const auto wire = from_hex("ffffffff0f 00 00");
  reader in{wire};
  skip_header_tags(in);
  CHECK_FALSE(in.ok());
}
