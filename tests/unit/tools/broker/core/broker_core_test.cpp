// Tests: handlers.cpp, api/api_versions.cpp
#include "core/broker_core.hpp"

#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/metadata.hpp>

#include "core/handlers.hpp"
#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

protocol::api_versions_request hello() {
  protocol::api_versions_request request;
  request.client_software_name = "kwire-test";
  request.client_software_version = "1.0";
  return request;
}

TEST_CASE("ApiVersions lists what is served, in all its versions") {
  script s;
  const auto c = s.connect();
  for (std::int16_t version = 0; version <= 5; ++version) {
    CHECK(s.ask(c, hello(), version).api_keys.size() == served_apis().size());
  }
  CHECK(s.core.client(c)->software_name == "kwire-test");
  CHECK(s.core.client(c)->client_id == "tester");
}

TEST_CASE("an unknown version of ApiVersions is answered in version 0 with its own range") {
  script s;
  const auto c = s.connect();
  protocol::writer out;
  out.fixed(std::int16_t{18});
  out.fixed(std::int16_t{99});
  out.fixed(std::int32_t{101});
  out.fixed(std::int16_t{-1});
  s.send_raw(c, out.buffer());
  const auto content = s.raw_answer(c);
  protocol::api_versions_response answer;
  REQUIRE(protocol::decode(answer, 0, bytes_view{content}.subspan(4)).has_value());
  CHECK(answer.error_code == code_of(broker_errc::unsupported_version));
  REQUIRE(answer.api_keys.size() == 1);
  CHECK(answer.api_keys[0].api_key == api::api_versions);
  CHECK(answer.api_keys[0].max_version == 5);
}

TEST_CASE("version caps play an older broker") {
  script s;
  s.core.cap_version(api::produce, 2);
  s.core.cap_version(api::init_producer_id, -1);
  const auto c = s.connect();
  const auto answer = s.ask(c, hello(), 3);
  CHECK(answer.api_keys.size() == served_apis().size() - 1);
  s.send(c, produce_of("t", {}), 3);
  CHECK(s.closed(c));
}

TEST_CASE("a wrong cluster id or node id is told (KIP-1242)") {
  script s;
  const auto c = s.connect();
  auto request = hello();
  request.node = node_id{9};
  CHECK(s.ask(c, request, 5).error_code == code_of(broker_errc::rebootstrap_required));
  request.node = node_id{1};
  CHECK(s.ask(c, request, 5).error_code == 0);
  request.client_software_name = "-";
  CHECK(s.ask(c, request, 5).error_code == code_of(broker_errc::invalid_request));
}

TEST_CASE("what is no request costs the connection") {
  script s;
  const std::vector<bytes> broken = {
      {},
      bytes(3),
      bytes(8, std::byte{0x7f}),                                       // no such API
      to_bytes(as_bytes({"\0\3\0\1\0\0\0\1\xff\xff\x7f\0\0\0", 14})),  // a count beyond the end
      to_bytes(as_bytes({"\0\3\0\x50\0\0\0\1\xff\xff", 10})),          // no such version
      to_bytes(as_bytes({"\0\3\0\1\0\0\0\1\x7f\xff", 10})),            // client id beyond the end
  };
  for (const auto& content : broken) {
    const auto c = s.connect();
    s.send_raw(c, content);
    CHECK(s.closed(c));
  }
}

TEST_CASE("every truncation of a request costs the connection and nothing else") {
  protocol::writer out;
  const auto batch = make_batch({"a", "b"});
  protocol::encode_header({api::produce, 9, correlation_id{1}, "c"}, protocol::produce_request::info, out);
  REQUIRE(protocol::encode(produce_of("t", batch), 9, out).has_value());
  script s;
  for (std::size_t size = 0; size < out.buffer().size(); ++size) {
    const auto c = s.connect();
    s.send_raw(c, bytes_view{out.buffer()}.first(size));
    CHECK(s.closed(c));
  }
}

TEST_CASE("requests of a connection wait for the one before, those of others do not") {
  script s;
  s.make_topic("t");
  const auto waiting = s.connect();
  const auto other = s.connect();
  s.send(waiting, fetch_of("t", 0, 500), 12);
  s.send(waiting, hello(), 3);
  CHECK_FALSE(s.answered(waiting));
  CHECK(s.core.queued(waiting) == 1);
  CHECK(s.ask(other, hello(), 3).error_code == 0);
  s.pass(500ms);
  CHECK(s.answer<protocol::fetch_response>(waiting, 12).error_code == 0);
  CHECK(s.answer<protocol::api_versions_response>(waiting, 3).error_code == 0);
}

TEST_CASE("metadata creates topics where both sides want it") {
  script s;
  const auto c = s.connect();
  protocol::metadata_request request;
  request.topics.emplace().emplace_back().name = "new";
  request.allow_auto_topic_creation = false;
  CHECK(s.ask(c, request, 9).topics[0].error_code == code_of(broker_errc::unknown_topic_or_partition));
  request.allow_auto_topic_creation = true;
  auto answer = s.ask(c, request, 12);
  REQUIRE(answer.topics.size() == 1);
  CHECK(answer.topics[0].error_code == 0);
  CHECK(answer.topics[0].partitions.size() == 1);
  request.topics->at(0).name.reset();
  request.topics->at(0).topic_id = answer.topics[0].topic_id;
  CHECK(s.ask(c, request, 12).topics[0].name == "new");
  request.topics->at(0).topic_id.octets[0] ^= 1;
  CHECK(s.ask(c, request, 12).topics[0].error_code == code_of(broker_errc::unknown_topic_id));
  request.topics->at(0).name = "no/name";
  CHECK(s.ask(c, request, 4).topics[0].error_code == code_of(broker_errc::invalid_topic_exception));
  request.topics.emplace();
  CHECK(s.ask(c, request, 0).topics.size() == 1);  // all, in version 0
  CHECK(s.ask(c, request, 1).topics.empty());
  request.topics.reset();
  for (std::int16_t version = 1; version <= 13; ++version)
    CHECK(s.ask(c, request, version).topics.size() == 1);
}

TEST_CASE("octets behind a request are let pass, as by Kafka") {
  script s;
  s.make_topic("t");
  const auto c = s.connect();
  // librdkafka 2.16 asks for all topics like this, with the array's length in four octets instead of one.
  constexpr unsigned char asked[] = {0x00, 0x03, 0x00, 0x0d, 0x00, 0x00, 0x00, 0x03, 0x00, 0x01,
                                     'x',  0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00};
  s.send_raw(c, bytes_view{reinterpret_cast<const std::byte*>(asked), sizeof asked});
  CHECK_FALSE(s.closed(c));
  CHECK(s.answered(c));
}

TEST_CASE("faults strike in the order they were added") {
  script s;
  s.make_topic("t");
  auto& faults = s.core.faults();
  faults.add(api::produce, {fault::kind::fail, 2, broker_errc::not_enough_replicas, {}, {}});
  faults.add(api::produce, {fault::kind::delay, 1, {}, 300ms, {}});
  faults.add(api::produce, {fault::kind::drop_before, 1, {}, {}, {}});
  faults.add(api::produce, {fault::kind::drop_after, 1, {}, {}, {}});
  faults.add(api::produce, {fault::kind::answer, 1, {}, {}, to_bytes(as_bytes("junk"))});
  faults.add(api::produce, {fault::kind::ignore, 1, {}, {}, {}});
  const auto batch = make_batch({"a"});
  const auto& log = s.core.state().find("t")->partitions[0].log;
  auto c = s.connect();
  for (int i = 0; i < 2; ++i) {
    CHECK(produce(s, c, "t", batch).error_code == code_of(broker_errc::not_enough_replicas));
  }
  CHECK(log.end_offset() == 0);
  s.send(c, produce_of("t", batch), 9);
  s.pass(299ms);
  CHECK_FALSE(s.answered(c));
  s.pass(1ms);
  CHECK(s.answer<protocol::produce_response>(c, 9).responses[0].partition_responses[0].error_code == 0);
  s.send(c, produce_of("t", batch), 9);
  CHECK(s.closed(c));
  CHECK(log.end_offset() == 1);
  c = s.connect();
  s.send(c, produce_of("t", batch), 9);
  CHECK(s.closed(c));
  CHECK(log.end_offset() == 2);
  c = s.connect();
  s.send(c, produce_of("t", batch), 9);
  CHECK(as_text(s.raw_answer(c)).substr(4) == "junk");
  s.send(c, produce_of("t", batch), 9);
  s.pass(1h);
  CHECK_FALSE(s.answered(c));
  CHECK_FALSE(s.closed(c));
  c = s.connect();
  CHECK(produce(s, c, "t", batch).base_offset == 2);
}

}  // namespace
}  // namespace kwire::embedded
