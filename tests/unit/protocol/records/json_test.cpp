// Tests: batch_encoder.cpp, json_reader.cpp

#include <doctest/doctest.h>

#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/json.hpp>
#include <regex>

#include "vectors.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

constexpr std::size_t cap = 1 << 20;

bytes sample(codec type = codec::none) {
  bytes buffer(4096);
  compressor packer;
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  const std::vector<header_view> headers{{"h", as_bytes("1")}, {"h", std::nullopt}};
  REQUIRE(builder.append(1000, as_bytes("a"), std::nullopt, headers));
  REQUIRE(builder.append(1001, std::nullopt, as_bytes(std::string(500, 'x'))));
  const auto batch = builder.seal({producer_id{7}, producer_epoch{1}, 0x7fffffff, true}, type, &packer);
  assign_offset(batch, 40, leader_epoch{3});
  return to_bytes(batch);
}

std::string json_of(bytes_view set) {
  const auto text = records_to_json(set, cap);
  REQUIRE(text.has_value());
  return *text;
}

/// What stands behind a member's name.
std::string value_of(std::string_view text, std::string_view name) {
  const auto quoted = "\"" + std::string{name} + "\":";
  const auto at = text.find(quoted);
  REQUIRE(at != text.npos);
  const auto rest = text.substr(at + quoted.size());
  return std::string{rest.substr(0, rest.find_first_of(",}"))};
}

/// What must stay the same when the compressed octets need not.
std::string without_encoding(const std::string& text) {
  static const std::regex member{"\"(crc|sizeInBytes|baseTimestamp)\":[0-9]+,"};
  return std::regex_replace(text, member, "");
}

json_error refused(std::string_view text) {
  bytes out;
  const auto done = records_from_json(text, out);
  REQUIRE_FALSE(done.has_value());
  return done.error();
}

}  // namespace

TEST_CASE("a batch and its records as JSON") {
  const auto text = json_of(sample());
  CHECK(text.starts_with(
      "[{\"magic\":2,\"baseOffset\":40,\"lastOffset\":41,\"partitionLeaderEpoch\":3,\"crc\":"));
  CHECK(value_of(text, "isTransactional") == "true");
  CHECK(value_of(text, "deleteHorizonMs") == "null");
  CHECK(text.find("{\"offset\":40,\"timestamp\":1000,\"sequence\":2147483647,\"key\":\"YQ==\",\"value\":null,"
                  "\"headers\":[{\"key\":\"h\",\"value\":\"MQ==\"},{\"key\":\"h\",\"value\":null}]}") !=
        text.npos);
  CHECK(text.find("{\"offset\":41,\"timestamp\":1001,\"sequence\":0,\"key\":null,") != text.npos);
  CHECK(json_of({}) == "[]");
}

TEST_CASE("control records say what they mean") {
  bytes marker;
  write_end_marker(producer_id{1}, producer_epoch{0}, control_type::commit, 21, 5, marker);
  CHECK(json_of(marker).find("\"control\":{\"type\":\"COMMIT\",\"coordinatorEpoch\":21}") !=
        std::string::npos);
  CHECK(name(control_type::kraft_voters) == "KRAFT_VOTERS");
  CHECK(name(control_type{99}) == "UNKNOWN");
}

TEST_CASE("what Java wrote is written again, from octets and from JSON") {
  for (const auto& set : test::java_record_sets()) {
    CAPTURE(set.name);
    const auto text = json_of(set.content);
    bool plain = true;
    for (const auto& batch : set.batches) {
      plain = plain && batch.codec == "none" && batch.timestamp_type != "LogAppendTime";
    }
    bytes anew;
    REQUIRE(rewrite_records(set.content, cap, anew).has_value());
    bytes from_text;
    REQUIRE(records_from_json(text, from_text).has_value());
    if (plain) {
      CHECK(same_bytes(anew, set.content));
      CHECK(same_bytes(from_text, set.content));
      continue;
    }
    for (const auto& written : {anew, from_text}) {
      CHECK(without_encoding(json_of(written)) == without_encoding(text));
    }
  }
}

TEST_CASE("broken sets are refused, a cut last batch is left out") {
  auto twice = sample();
  const auto one = twice;
  twice.insert(twice.end(), one.begin(), one.end() - 1);
  CHECK(json_of(twice) == json_of(one));
  for (std::size_t at = 16; at < one.size(); ++at) {  // behind the fields without a checksum
    CAPTURE(at);
    auto broken = one;
    broken[at] ^= std::byte{1};
    CHECK_FALSE(records_to_json(broken, cap).has_value());
    bytes out;
    CHECK_FALSE(rewrite_records(broken, cap, out).has_value());
  }
}

TEST_CASE("all that is decompressed counts towards one cap") {
  auto set = sample(codec::zstd);
  CHECK(records_to_json(set, 600).has_value());
  const auto one = set;
  set.insert(set.end(), one.begin(), one.end());
  const auto refused = records_to_json(set, 600);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == wire_errc::too_large);
}

TEST_CASE("JSON may leave out what follows from the rest") {
  bytes out;
  REQUIRE(
      records_from_json(R"([{"magic":2,"baseOffset":5,"records":[{"value":"YQ==","timestamp":9},{}]}])", out)
          .has_value());
  const auto text = json_of(out);
  CHECK(value_of(text, "lastOffset") == "6");
  CHECK(value_of(text, "baseTimestamp") == "9");
  CHECK(value_of(text, "producerId") == "-1");
  out.clear();
  REQUIRE(records_from_json("[]", out).has_value());
  CHECK(out.empty());
}

TEST_CASE("an emptied batch keeps its codec") {
  bytes out;
  REQUIRE(records_from_json(R"([{"magic":2,"compression":"gzip","lastOffset":3,"records":[]}])", out)
              .has_value());
  CHECK(out.size() == batch_header_size);
  CHECK(value_of(json_of(out), "compression") == "\"gzip\"");
}

TEST_CASE("what is wrong with JSON of records is told with its path") {
  CHECK(refused("{}").problem == "expected an array of batches, found an object");
  CHECK(refused("[7]").path == "[0]");
  CHECK(refused(R"([{"magic":3}])").path == "[0].magic");
  CHECK(refused(R"([{"magic":2,"nonsense":1}])").path == "[0].nonsense");
  CHECK(refused(R"([{"magic":2,"compression":"brotli"}])").path == "[0].compression");
  CHECK(refused(R"([{"magic":0,"compression":"zstd","records":[{}]}])").path == "[0].compression");
  CHECK(refused(R"([{"magic":1,"producerId":3,"records":[{}]}])").path == "[0].magic");
  CHECK(refused(R"([{"magic":1,"records":[]}])").path == "[0].records");
  CHECK(refused(R"([{"magic":0,"records":[{"offset":-1}]}])").path == "[0].records[0].offset");
  CHECK(refused(R"([{"magic":1,"records":[{"headers":[{"key":"a"}]}]}])").path == "[0].records[0].headers");
  CHECK(refused(R"([{"magic":2,"records":[{"headers":[{}]}]}])").path == "[0].records[0].headers[0].key");
  CHECK(refused(R"([{"magic":2,"records":[{},{"key":"?"}]}])").path == "[0].records[1].key");
  CHECK(refused(R"([{"magic":2,"producerEpoch":40000}])").path == "[0].producerEpoch");
  CHECK(refused(R"([{"magic":2,"lastOffset":1,"records":[{"offset":9}]}])").path == "[0].lastOffset");
  CHECK(refused(R"([{"magic":2,"baseOffset":0,"lastOffset":1,"records":[{"offset":9}]}])").path ==
        "[0].records[0].offset");
}
