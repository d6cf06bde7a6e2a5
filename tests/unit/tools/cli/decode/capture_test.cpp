// Tests: capture_file.cpp, ../decode.cpp
#include "decode/capture.hpp"

#include <fstream>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/metadata.hpp>

#include "app.hpp"
#include "decode.hpp"
#include "packets.hpp"
#include "session.hpp"

using namespace kwire;
using namespace kwire::cli;
using namespace kwire::protocol;
using test::framed;
using test::holds;
using test::made_packet;
using test::made_segment;

namespace {

const bytes question = framed(test::request_frame(metadata_request{}, 4, 1));
const bytes answer = framed(test::response_frame(metadata_response{}, 4, 1));
const bytes beat = framed(test::request_frame(heartbeat_request{}, 4, 2));
const bytes beaten = framed(test::response_frame(heartbeat_response{}, 4, 2));

made_segment to(std::uint32_t sequence, const bytes& payload, std::string flags = "A",
                std::uint32_t ack = 0) {
  return {false, 50000, 9092, sequence, ack, std::move(flags), payload};
}
made_segment back(std::uint32_t sequence, const bytes& payload, std::string flags = "A",
                  std::uint32_t ack = 0) {
  return {false, 9092, 50000, sequence, ack, std::move(flags), payload};
}

struct outcome {
  std::string text;
  std::string problem;
  std::uint64_t understood = 0;
};

outcome read(std::string file, std::optional<std::uint16_t> port = {}) {
  test::captured out;
  traffic all{traffic_choice{}, out.to()};
  capture packets{all, port};
  outcome result;
  try {
    read_capture(::fmemopen(file.data(), file.size(), "rb"), "test", packets);
  } catch (const failure& why) {
    result.problem = why.what();
  }
  result.text = out.text();
  result.understood = packets.understood();
  return result;
}

std::vector<made_packet> packets_of(const std::vector<made_segment>& segments,
                                    int link = link_type::ethernet) {
  std::vector<made_packet> all;
  std::int64_t time = 1'700'000'000'000'000;
  for (const auto& each : segments) all.push_back({test::packet(link, each), time += 500, 0});
  return all;
}

std::vector<made_segment> exchange() {
  return {to(99, {}, "S"), back(499, {}, "SA", 100), to(100, question, "A", 500), back(500, answer)};
}

}  // namespace

TEST_CASE("capture: pcap and pcapng, on every link layer") {
  for (const int link : {link_type::ethernet, link_type::null, link_type::raw, link_type::linux_cooked,
                         link_type::linux_cooked_2}) {
    for (const bool ng : {false, true}) {
      const auto packets = packets_of(exchange(), link);
      const auto found = read(ng ? test::pcapng_file(link, packets) : test::pcap_file(link, packets));
      INFO("link ", link, found.problem);
      CHECK(found.understood == 1);
      CHECK(holds(found.text,
                  "2023-11-14T22:13:20.001500Z  10.0.0.1:50000 -> 10.0.0.2:9092  Metadata v4 request"));
      CHECK(holds(found.text, "Metadata v4 response, correlation 1, client \"tester\""));
      CHECK(holds(found.text, "after 0.500 ms"));
      CHECK_FALSE(holds(found.text, "--"));
    }
  }
}

TEST_CASE("capture: one that begins in the middle finds out who is the client") {
  const auto packets = packets_of({back(500, bytes(7)), to(100, question, "A", 507), back(507, answer)});
  for (const auto port : {std::optional<std::uint16_t>{}, std::optional<std::uint16_t>{9092}}) {
    const auto found = read(test::pcap_file(link_type::ethernet, packets), port);
    CHECK(holds(found.text, "10.0.0.1:50000 -> 10.0.0.2:9092  Metadata v4 request"));
    CHECK(holds(found.text, "Metadata v4 response"));
  }
  CHECK(read(test::pcap_file(link_type::ethernet, packets), 1234).understood == 0);
}

TEST_CASE("capture: lost, repeated, reordered and cut packets") {
  const auto size = static_cast<std::uint32_t>(question.size());
  const auto tail = to_bytes(bytes_view{question}.subspan(10));
  const auto head = to_bytes(bytes_view{question}.first(10));
  auto segments = exchange();
  segments[2] = to(110, tail, "A", 500);
  segments.insert(segments.begin() + 3, {to(100, head), to(100, head)});
  auto found = read(test::pcap_file(link_type::ethernet, packets_of(segments)));
  CHECK(holds(found.text, "Metadata v4 response"));
  CHECK_FALSE(holds(found.text, "--"));

  segments = exchange();
  segments.pop_back();
  segments.push_back(back(500 + static_cast<std::uint32_t>(answer.size()), beaten, "A", 100 + size));
  segments.push_back(
      to(100 + size, beat, "A", 500 + static_cast<std::uint32_t>(answer.size() + beaten.size())));
  found = read(test::pcap_file(link_type::ethernet, packets_of(segments)));
  CHECK(holds(found.text, std::to_string(answer.size()) + " octets of the server's stream are missing"));
  CHECK(holds(found.text, "Heartbeat v4 request"));

  auto packets = packets_of(exchange());
  packets[2].cut = 3;
  found = read(test::pcap_file(link_type::ethernet, packets));
  CHECK(holds(found.text, "3 octets of the client's stream are missing"));
  CHECK(holds(found.text, "Metadata v4 response"));
}

TEST_CASE("capture: ports are used again, and connections end") {
  auto segments = exchange();
  segments.push_back(to(99 + 5000, {}, "S"));
  segments.push_back(to(100 + 5000, beat));
  segments.push_back(back(9000, beaten, "A"));
  segments.push_back(back(9000 + static_cast<std::uint32_t>(beaten.size()), {}, "R"));
  const auto found = read(test::pcap_file(link_type::ethernet, packets_of(segments)));
  CHECK(found.understood == 2);
  CHECK(holds(found.text, "Heartbeat v4 response"));
  CHECK_FALSE(holds(found.text, "--"));
}

TEST_CASE("capture: files that are none, are cut, or of another world") {
  CHECK(is_capture(as_bytes("\x0a\x0d\x0d\x0a")));
  CHECK_FALSE(is_capture(as_bytes("\x0a")));
  CHECK(holds(read("not a capture at all, surely").problem, "test is no capture that can be read"));
  auto file = test::pcap_file(link_type::ethernet, packets_of(exchange()));
  file.resize(file.size() - 3);
  const auto cut = read(file);
  CHECK(holds(cut.problem, "behind packet 3"));
  CHECK(holds(cut.text, "Metadata v4 request"));
  CHECK(holds(read(test::pcap_file(105, {})).problem, "link type IEEE802_11"));
}

TEST_CASE("capture: packets of impossible times") {
  auto packets = packets_of(exchange());
  packets[2].microseconds = -1;  // the largest that pcapng can say
  packets[3].microseconds = 0;
  const auto found = read(test::pcapng_file(link_type::ethernet, packets));
  CHECK(found.understood == 1);
  CHECK(
      holds(found.text, "9999-12-31T23:59:59.551615Z  10.0.0.1:50000 -> 10.0.0.2:9092  Metadata v4 request"));
  CHECK(holds(found.text, "Metadata v4 response"));
}

TEST_CASE("decode command: captures and frames from files") {
  const std::string name = "/tmp/kwire_decode_test_" + std::to_string(::getpid());
  const auto run_on = [&](const std::string& content, std::vector<std::string> options) {
    std::ofstream{name, std::ios::binary} << content;
    CHECK(read_input(name) == content);
    options.insert(options.begin(), "decode");
    options.push_back(name);
    return run(options);
  };
  const auto file = test::pcap_file(link_type::ethernet, packets_of(exchange()));
  CHECK(run_on(file, {"--stats"}) == 0);
  CHECK(run_on(file, {"--json", "--filter", "api=Metadata"}) == 0);
  CHECK(run_on(file, {"--port", "7"}) == 1);
  CHECK(run_on(file, {"--filter", "colour=red"}) == 2);
  CHECK(run_on(std::string{as_text(question)}, {"--in", "raw"}) == 0);
  CHECK(run_on(std::string{as_text(answer)}, {"--response", "--api", "Metadata", "--version", "4"}) == 0);
  CHECK(run_on(std::string{as_text(answer)}, {"--response", "--api", "Metadata", "--version", "12"}) == 1);
  CHECK(run_on("00", {"--response"}) == 2);
  CHECK(run_on("00", {"--stats"}) == 2);
  CHECK(run_on("", {}) == 1);
  ::unlink(name.c_str());
  CHECK(run(std::vector<std::string>{"decode", "/nowhere"}) == 1);
}
