// Tests: field_printer.cpp, frame_facts.cpp, record_sets.cpp
#include "decode/frame_printer.hpp"

#include <boost/json.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/sasl_authenticate.hpp>
#include <kwire/protocol/records/batch_builder.hpp>

#include "decode/field_printer.hpp"
#include "decode/frame_facts.hpp"
#include "frames.hpp"
#include "generator.hpp"

using namespace kwire;
using namespace kwire::cli;
using namespace kwire::protocol;
using test::holds;

namespace {

struct printed {
  std::string text;
  bool sound;
};

printed print(const seen_frame& seen, bool json = false, decode_view view = {}) {
  test::captured out;
  frame_printer printer{view, json, out.to()};
  const bool sound = printer.print(seen, read_frame(seen));
  return {out.text(), sound};
}

seen_frame request(const bytes& frame) {
  seen_frame seen;
  seen.octets = frame;
  return seen;
}

seen_frame response(const bytes& frame, api key, std::int16_t version) {
  seen_frame seen;
  seen.way = direction::response;
  seen.octets = frame;
  seen.key = key;
  seen.version = version;
  return seen;
}

bytes some_records() {
  bytes storage(512);
  batch_builder batch;
  batch.open(storage.data(), storage.size());
  const header_view headers[] = {{"origin", as_bytes("test")}, {"none", std::nullopt}};
  REQUIRE(batch.append(1700000000123, as_bytes("key"), as_bytes("a long value indeed"), headers));
  return to_bytes(batch.seal({}));
}

metadata_request asks_for_orders() {
  metadata_request body;
  body.topics->emplace_back().name = "orders";
  return body;
}

/// Offsets in the gutter, in order.
std::vector<std::size_t> offsets(const std::string& text) {
  std::vector<std::size_t> all;
  for (std::size_t at = text.find('\n') + 1; at < text.size(); at = text.find('\n', at) + 1) {
    const auto gutter = text.substr(at, 8);
    if (gutter.find_first_not_of(' ') != gutter.npos) all.push_back(std::stoul(gutter));
  }
  return all;
}

}  // namespace

TEST_CASE("decode text: fields stand with their offsets under Kafka's names") {
  const auto frame = test::request_frame(asks_for_orders(), 4, 7);
  const auto [text, sound] = print(request(frame));
  CHECK(sound);
  CHECK(text ==
        "Metadata v4 request, correlation 7, client \"tester\", 29 octets\n"
        "       0  header:\n"
        "       0    requestApiKey: 3 (Metadata)\n"
        "       2    requestApiVersion: 4\n"
        "       4    correlationId: 7\n"
        "       8    clientId: \"tester\"\n"
        "      16  body:\n"
        "      16    topics: 1 element\n"
        "      20      [0]\n"
        "      20        name: \"orders\"\n"
        "      28    allowAutoTopicCreation: true\n");
}

TEST_CASE("decode text: every message is read to its end, at offsets that never fall") {
  for (const auto& entry : all_messages()) {
    for (auto version = entry.info->versions.min; version <= entry.info->versions.max; ++version) {
      INFO(std::string{entry.info->name}, " version ", version);
      const auto message = entry.make();
      test::generate(message.ref(), version, 11);
      writer wire;
      REQUIRE(encode(message.ref(), version, wire).has_value());
      std::string text = "\n";
      lines out{text};
      reader in{wire.buffer()};
      const auto done = print_fields(message.ref(), version, in, 0, {}, {}, out);
      CHECK_FALSE(done.error);
      CHECK(in.remaining() == 0);
      CHECK(done.unknown == facts_of(message.ref(), version).unknown);
      CHECK(std::ranges::is_sorted(offsets(text)));
    }
  }
}

TEST_CASE("decode text: what is cut short is refused by the printer as by the decoder") {
  for (const auto* name :
       {"MetadataResponse", "FetchRequest", "JoinGroupResponse", "DescribeQuorumResponse"}) {
    const auto& entry = *find_message(name);
    const auto version = entry.info->versions.max;
    const auto message = entry.make();
    test::generate(message.ref(), version, 5);
    writer wire;
    REQUIRE(encode(message.ref(), version, wire).has_value());
    for (std::size_t size = 0; size < wire.buffer().size(); ++size) {
      const auto part = bytes_view{wire.buffer()}.first(size);
      INFO(name, " cut at ", size);
      std::string text;
      lines out{text};
      reader in{part};
      const auto done = print_fields(message.ref(), version, in, 0, {}, {}, out);
      const auto into = entry.make();
      REQUIRE(done.error);
      CHECK_FALSE(decode(into.ref(), version, part).has_value());
    }
  }
}

TEST_CASE("decode text: records are shown, cut at the limit") {
  const auto records = some_records();
  fetch_response body;
  auto& partition = body.responses.emplace_back().partitions.emplace_back();
  partition.records = records;
  const auto frame = test::response_frame(body, 11, 3);
  const auto [text, sound] = print(response(frame, api::fetch, 11), false, {.max_bytes = 6});
  CHECK(sound);
  CHECK(holds(text, "batch: offsets 0..0, magic 2, none, CreateTime, 1 record"));
  CHECK(holds(text,
              R"(offset 0  2023-11-14T22:13:20.123Z  key "key"  value "a long"... (19 octets)  headers )"
              R"("origin"="test", "none"=null)"));
  auto broken = frame;
  broken.back() ^= std::byte{1};
  const auto again = print(response(broken, api::fetch, 11));
  CHECK_FALSE(again.sound);
  CHECK(holds(again.text, "checksum mismatch"));
}

TEST_CASE("decode json: one object a line, records beside the body") {
  const auto records = some_records();
  produce_request body;
  auto& topic = body.topic_data.emplace_back();
  topic.name = "orders";
  topic.partition_data.emplace_back().records = records;
  const auto frame = test::request_frame(body, 9, 3);
  auto seen = request(frame);
  seen.connection = "a -> b";
  seen.time = wall_time{std::chrono::microseconds{1700000000123456}};
  const auto [text, sound] = print(seen, true);
  CHECK(sound);
  CHECK(std::ranges::count(text, '\n') == 1);
  const auto value = boost::json::parse(text);
  CHECK(value.at("time") == "2023-11-14T22:13:20.123456Z");
  CHECK(value.at("connection") == "a -> b");
  CHECK(value.at("api") == "Produce");
  CHECK(value.at("correlationId") == 3);
  CHECK(value.at("clientId") == "tester");
  CHECK(value.at_pointer("/body/topicData/0/name") == "orders");
  CHECK(value.at_pointer("/records/0/0/records/0/key") == "a2V5");
  CHECK(value.at_pointer("/records/0/0/records/0/headers/1/value").is_null());
}

TEST_CASE("decode: what does not decode is told with field and place") {
  auto frame = test::request_frame(asks_for_orders(), 4, 7);
  frame.resize(24);
  const auto text = print(request(frame));
  CHECK_FALSE(text.sound);
  CHECK(holds(text.text, "error: the message ends inside a field at topics[0].name (octet 22)"));
  CHECK(holds(text.text, ">"));
  CHECK(holds(text.text, "20      [0]"));
  const auto json = boost::json::parse(print(request(frame), true).text);
  CHECK(json.at("errorPath") == "topics[0].name");
  CHECK(json.at("errorOffset") == 22);

  const bytes nonsense(12, std::byte{0x77});
  const auto unknown = print(request(nonsense));
  CHECK_FALSE(unknown.sound);
  CHECK(holds(unknown.text, "there is no API with key 30583"));
  auto later = test::request_frame(asks_for_orders(), 4, 7);
  later[3] = std::byte{99};
  CHECK(holds(print(request(later)).text, "Metadata has versions 0 to 13"));
  CHECK_FALSE(print(request(bytes{})).sound);
}

TEST_CASE("decode: secrets are masked unless asked for") {
  sasl_authenticate_request body;
  body.auth_bytes = to_bytes(as_bytes("user password"));
  const auto frame = test::request_frame(body, 1, 7);
  for (const bool json : {false, true}) {
    CHECK_FALSE(holds(print(request(frame), json).text, json ? "dXNlciBwYXNzd29yZA" : "password"));
    CHECK(holds(print(request(frame), json).text, "***"));
    CHECK(
        holds(print(request(frame), json, {.secrets = true}).text, json ? "dXNlciBwYXNzd29yZA" : "password"));
  }
  auto cut = frame;
  cut.resize(cut.size() - 2);
  CHECK_FALSE(holds(print(request(cut)).text, "user"));
  CHECK(holds(print(request(cut), false, {.secrets = true}).text, "user pass"));
  CHECK(may_hold_secrets(find_message("AlterUserScramCredentialsRequest")->make().ref().value.type, 0));
  CHECK_FALSE(may_hold_secrets(find_message("FetchResponse")->make().ref().value.type, 16));
}

TEST_CASE("decode: facts for filters and statistics") {
  metadata_response body;
  body.brokers.emplace_back().host = "not a topic";
  auto& topic = body.topics.emplace_back();
  topic.name = "orders";
  topic.topic_id.octets[0] = 1;
  topic.error_code = 5;
  topic.unknown.add(99, as_bytes("x"));
  const auto facts = facts_of(ref(body), 12);
  CHECK(facts.topics == std::vector<std::string>{"orders"});
  REQUIRE(facts.named_topics.size() == 1);
  CHECK(facts.named_topics.front().second == "orders");
  CHECK(facts.errors == 1);
  CHECK(facts.unknown == 1);
  fetch_request fetch;
  fetch.topics.emplace_back().topic_id.octets[0] = 1;
  CHECK(facts_of(ref(fetch), 13).topic_ids.size() == 1);
}
