#include "proxy/address_rewriter.hpp"

#include <kwire/protocol/messages/describe_cluster.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>

#include "../decode/frames.hpp"

using namespace kwire;
using namespace kwire::cli;
using namespace kwire::protocol;
using test::framed;
using test::operator+;

namespace {

broker_address next_port(const broker_address& from) { return {"proxy-" + from.host, from.port + 1}; }

template <class Address>
bool is_changed(const Address& where) {
  return where.host == "proxy-real" && where.port == 9093;
}

/// What the client gets of the response, in chunks of this size.
template <class Request, class Response>
Response through(const Response& answer, std::int16_t version, std::size_t chunk = 7) {
  address_rewriter proxy{next_port};
  const auto question = framed(test::request_frame(Request{}, version, 5)) +
                        framed(test::request_frame(heartbeat_request{}, 4, 6));
  const auto beat = framed(test::response_frame(heartbeat_response{}, 4, 6));
  const auto octets = framed(test::response_frame(answer, version, 5)) + beat;
  const auto feed = [&](bytes_view all, auto to) {
    for (; !all.empty(); all = all.subspan(std::min(chunk, all.size())))
      to(all.first(std::min(chunk, all.size())));
  };
  feed(question, [&](bytes_view part) { proxy.request(part); });
  bytes out;
  feed(octets, [&](bytes_view part) { out = std::move(out) + proxy.response(part); });
  REQUIRE(out.size() > beat.size());
  CHECK(bytes(out.end() - static_cast<std::ptrdiff_t>(beat.size()), out.end()) == beat);
  const auto frame = bytes_view{out}.subspan(4, out.size() - beat.size() - 4);
  CHECK(static_cast<std::size_t>(reader::load<std::int32_t>(out.data())) == frame.size());
  const auto read = decode_response_frame(frame, Response::info.key, version);
  REQUIRE(read.has_value());
  return *static_cast<const Response*>(read->body.ref().value.at);
}

template <class Address>
void fill(Address& where) {
  where.host = "real";
  where.port = 9092;
}

template <class Request, class Response>
void check_endpoints(std::int16_t version) {
  Response answer;
  fill(answer.node_endpoints.emplace_back());
  CHECK(is_changed(through<Request>(answer, version).node_endpoints.at(0)));
}

}  // namespace

TEST_CASE("rewriter: every answer that holds addresses of brokers") {
  metadata_response metadata;
  fill(metadata.brokers.emplace_back());
  for (const std::size_t chunk : {1U, 3U, 1000U}) {
    CHECK(is_changed(through<metadata_request>(metadata, 9, chunk).brokers.at(0)));
  }
  describe_cluster_response cluster;
  fill(cluster.brokers.emplace_back());
  CHECK(is_changed(through<describe_cluster_request>(cluster, 1).brokers.at(0)));
  find_coordinator_response coordinator;
  fill(coordinator);
  CHECK(is_changed(through<find_coordinator_request>(coordinator, 3)));
  find_coordinator_response coordinators;
  fill(coordinators.coordinators.emplace_back());
  CHECK(is_changed(through<find_coordinator_request>(coordinators, 4).coordinators.at(0)));
  check_endpoints<produce_request, produce_response>(10);
  check_endpoints<fetch_request, fetch_response>(16);
  check_endpoints<share_fetch_request, share_fetch_response>(1);
  check_endpoints<share_acknowledge_request, share_acknowledge_response>(1);
}

TEST_CASE("rewriter: no address stays no address") {
  find_coordinator_response none;
  none.port = -1;
  CHECK(through<find_coordinator_request>(none, 3).host.empty());
}

TEST_CASE("rewriter: what it cannot read passes unchanged") {
  address_rewriter proxy{next_port};
  const auto unasked = framed(bytes(20, std::byte{7}));
  CHECK(proxy.response(unasked) == unasked);
  proxy.request(framed(test::request_frame(metadata_request{}, 9, 5)));
  const auto broken = framed(bytes{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{5}, std::byte{99}});
  CHECK(proxy.response(broken) == broken);
  const auto short_frame = framed(bytes(2));
  CHECK(proxy.response(short_frame) == short_frame);

  address_rewriter tls{next_port};
  const auto hello =
      to_bytes(as_bytes(std::string_view{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03zzzz", 15}));
  tls.request(hello);
  CHECK(tls.response(hello) == hello);
}
