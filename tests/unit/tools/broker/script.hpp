#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/records/batch_builder.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/broker_core.hpp"

namespace kwire::embedded::test {

using namespace std::chrono_literals;

/// Drives a core as clients would, at a time of the test's choosing.
class script {
 public:
  explicit script(core_options options = {}) : core(std::move(options)) {}

  connection_id connect(std::int32_t node = 1) {
    const connection_id id{++last_connection_};
    core.connected(id, "10.0.0.7", node_id{node});
    collect();
    return id;
  }

  template <class Request>
  void send(connection_id to, const Request& request, std::int16_t version) {
    protocol::writer out;
    const protocol::request_header header{Request::info.key, version, correlation_id{++last_correlation_},
                                          "tester"};
    protocol::encode_header(header, Request::info, out);
    const auto done = protocol::encode(request, version, out);
    REQUIRE(done.has_value());
    expected_[to].push_back(last_correlation_);
    send_raw(to, out.buffer());
  }

  void send_raw(connection_id to, bytes_view content) {
    frame made{std::make_shared_for_overwrite<std::byte[]>(content.size()), content.size()};
    std::ranges::copy(content, made.storage.get());
    core.handle(to, std::move(made), now);
    collect();
  }

  bool answered(connection_id from) { return !replies_[from].empty(); }
  bool closed(connection_id id) const { return closed_.contains(id); }

  /// The next frame to the connection, without its length.
  bytes raw_answer(connection_id from) {
    REQUIRE(answered(from));
    auto content = std::move(replies_[from].front());
    replies_[from].pop_front();
    REQUIRE(content.size() >= 4);
    REQUIRE(protocol::reader::load<std::int32_t>(content.data()) ==
            static_cast<std::int32_t>(content.size() - 4));
    content.erase(content.begin(), content.begin() + 4);
    return content;
  }

  /// The next answer; views in it hold until the next call.
  template <class Response>
  Response answer(connection_id from, std::int16_t version) {
    last_frame_ = raw_answer(from);
    protocol::reader in{last_frame_};
    const auto correlation = protocol::decode_response_header(in, Response::info, version);
    REQUIRE(correlation.has_value());
    CHECK(raw(*correlation) == expected_[from].front());
    expected_[from].pop_front();
    Response response;
    const auto done = protocol::decode(response, version, in.rest());
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message()));
    return response;
  }

  template <class Request>
  typename Request::response ask(connection_id whom, const Request& request, std::int16_t version) {
    send(whom, request, version);
    return answer<typename Request::response>(whom, version);
  }

  /// Lets time pass, stopping at every deadline on the way.
  void pass(std::chrono::microseconds span) {
    const auto end = now + span;
    while (core.next_deadline() && *core.next_deadline() <= end) {
      now = std::max(now, *core.next_deadline());
      core.advance(now);
      collect();
    }
    now = end;
    core.advance(now);
    collect();
  }

  topic& make_topic(const std::string& name, std::int32_t partitions = 1) {
    return core.create_topic(name, partitions, core.default_config());
  }

  /// To be called after the core was acted on directly.
  void look() { collect(); }

  instant now{1'700'000'000s};
  broker_core core;

 private:
  void collect() {
    for (auto& reply : core.take_replies()) {
      if (reply.close) {
        closed_.insert(reply.connection);
        continue;
      }
      bytes whole;
      std::size_t from = 0;
      const auto head = [&](std::size_t to) {
        whole.insert(whole.end(), reply.content.head.begin() + static_cast<std::ptrdiff_t>(from),
                     reply.content.head.begin() + static_cast<std::ptrdiff_t>(to));
        from = to;
      };
      for (const auto& piece : reply.content.pieces) {
        head(piece.at);
        whole.insert(whole.end(), piece.slice.content.begin(), piece.slice.content.end());
      }
      head(reply.content.head.size());
      replies_[reply.connection].push_back(std::move(whole));
    }
  }

  std::uint64_t last_connection_ = 0;
  std::int32_t last_correlation_ = 100;
  std::map<connection_id, std::deque<bytes>> replies_;
  std::map<connection_id, std::deque<std::int32_t>> expected_;
  std::set<connection_id> closed_;
  bytes last_frame_;
};

/// Brokers 1 to `count`.
inline core_options cluster_of(std::int32_t count, std::vector<std::string> racks = {}) {
  core_options options;
  options.nodes.clear();
  for (std::int32_t i = 0; i < count; ++i) {
    auto& node = options.nodes.emplace_back();
    node.id = node_id{i + 1};
    node.port = 9092 + i;
    if (!racks.empty()) node.rack = racks[static_cast<std::size_t>(i) % racks.size()];
  }
  return options;
}

struct batch_options {
  protocol::batch_stamp stamp{};
  protocol::codec codec = protocol::codec::none;
  std::int64_t timestamp = 1'700'000'000'000;
  bool headers = false;
};

/// A sealed batch of magic 2 with these values; record i is stamped `timestamp + i`.
inline bytes make_batch(const std::vector<std::string>& values, batch_options how = {}) {
  bytes buffer(64 * 1024 + values.size() * 64);
  protocol::batch_builder builder;
  protocol::compressor packer;
  builder.open(buffer.data(), buffer.size());
  const std::vector<header_view> headers{{"h", as_bytes("v")}};
  auto at = how.timestamp;
  for (const auto& value : values) {
    const auto shown = how.headers ? std::span<const header_view>{headers} : std::span<const header_view>{};
    REQUIRE(builder.append(at++, as_bytes("k"), as_bytes(value), shown));
  }
  return to_bytes(builder.seal(how.stamp, protocol::compression{how.codec}, &packer));
}

inline protocol::batch_stamp stamp(std::int64_t id, std::int16_t epoch, std::int32_t sequence) {
  return {producer_id{id}, producer_epoch{epoch}, sequence};
}

inline protocol::produce_request produce_of(const std::string& topic, bytes_view records,
                                            std::int32_t index = 0, std::int16_t acks = -1) {
  protocol::produce_request request;
  request.acks = acks;
  request.timeout_ms = 1000;
  auto& to = request.topic_data.emplace_back();
  to.name = topic;
  auto& data = to.partition_data.emplace_back();
  data.index = partition_id{index};
  data.records = records;
  return request;
}

inline protocol::fetch_request fetch_of(const std::string& topic, std::int64_t offset,
                                        std::int32_t max_wait_ms = 0, std::int32_t index = 0) {
  protocol::fetch_request request;
  request.max_wait_ms = max_wait_ms;
  request.min_bytes = 1;
  request.max_bytes = 1 << 20;
  auto& from = request.topics.emplace_back();
  from.name = topic;
  auto& wanted = from.partitions.emplace_back();
  wanted.index = partition_id{index};
  wanted.fetch_offset = offset;
  wanted.partition_max_bytes = 1 << 20;
  return request;
}

/// Produces and returns what was answered for the one partition.
inline protocol::produce_response::partition produce(script& s, connection_id by, const std::string& topic,
                                                     bytes_view records, std::int16_t version = 9) {
  return s.ask(by, produce_of(topic, records), version).responses.at(0).partition_responses.at(0);
}

constexpr std::int16_t code_of(broker_errc error) { return static_cast<std::int16_t>(error); }

}  // namespace kwire::embedded::test
