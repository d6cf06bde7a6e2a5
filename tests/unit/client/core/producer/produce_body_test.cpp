#include "core/producer/produce_body.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/records/batch_reader.hpp>

using namespace kwire;

namespace {

struct sealed {
  core::topic_slot topic;
  core::partition_slot slot;
  core::accumulator source{16384, 1 << 20, [] {}};
  core::batch_ptr content;

  explicit sealed(const char* name, std::int32_t partition, bool with_id,
                  std::span<const header_view> headers = {}, protocol::batch_stamp stamp = {},
                  protocol::compression how = {}) {
    topic.name = name;
    if (with_id) topic.id.octets[3] = 9;
    slot.topic = &topic;
    slot.id = partition_id{partition};
    core::accumulator::item what;
    what.timestamp_ms = 77;
    what.key = as_bytes("k");
    what.value = as_bytes("v");
    what.headers = headers;
    delivery_callback none;
    std::size_t needed = 0;
    REQUIRE(source.append(slot, what, none, core::accumulator::placing::fixed, needed) ==
            core::accumulator::appended::ok);
    content = core::accumulator::take(slot, UINT64_MAX);
    protocol::compressor with;
    content->sealed = content->builder.seal(stamp, how, &with);
  }
};

}  // namespace

TEST_CASE("produce body: every version reads back with its records") {
  sealed a{"a", 3, true};
  sealed b{"b", 0, true};
  for (std::int16_t version = 0; version <= 13; ++version) {
    CAPTURE(version);
    core::produce_body body{-1, 1500, {}};
    body.add(*a.content);
    body.add(*b.content);
    protocol::writer out;
    REQUIRE(body.encode(version, out).has_value());
    protocol::produce_request message;
    REQUIRE(protocol::decode(message, version, out.buffer()).has_value());
    CHECK(message.acks == -1);
    CHECK(message.timeout_ms == 1500);
    CHECK_FALSE(message.transactional_id);
    REQUIRE(message.topic_data.size() == 2);
    if (version < 13) CHECK(message.topic_data[0].name == "a");
    if (version >= 13) CHECK(message.topic_data[0].topic_id == a.topic.id);
    REQUIRE(message.topic_data[0].partition_data.size() == 1);
    CHECK(message.topic_data[0].partition_data[0].index == partition_id{3});
    protocol::record_set set{*message.topic_data[0].partition_data[0].records};
    std::size_t batches = 0;
    for (const auto& batch : set) {
      ++batches;
      CHECK(batch.magic == (version >= 3 ? 2 : version == 2 ? 1 : 0));
      CHECK(protocol::verify(batch).has_value());
      protocol::decompressor unpack;
      bytes buffer;
      for (const auto record : protocol::records(batch, *protocol::payload(batch, unpack, 1000, buffer))) {
        CHECK(as_text(*record.key()) == "k");
        CHECK(as_text(*record.value()) == "v");
        CHECK(record.timestamp_ms() == (version >= 2 ? 77 : -1));
      }
    }
    CHECK(batches == 1);
    CHECK_FALSE(set.error());
  }
}

TEST_CASE("produce body: topics that stand together share an entry; ids only count when all have them") {
  sealed a{"a", 0, true};
  sealed other{"a", 1, true};
  core::produce_body body{1, 1, {}};
  body.add(*a.content);
  body.add(*other.content);
  CHECK(body.has_ids());
  protocol::writer out;
  REQUIRE(body.encode(9, out).has_value());
  protocol::produce_request message;
  REQUIRE(protocol::decode(message, 9, out.buffer()).has_value());
  REQUIRE(message.topic_data.size() == 1);
  CHECK(message.topic_data[0].partition_data.size() == 2);
  sealed nameless{"b", 0, false};
  body.add(*nameless.content);
  CHECK_FALSE(body.has_ids());
}

TEST_CASE("produce body: what old brokers cannot take") {
  const header_view header{"h", std::nullopt};
  sealed with_header{"a", 0, false, std::span{&header, 1}};
  sealed with_id{"a", 0, false, {}, protocol::batch_stamp{producer_id{1}, producer_epoch{0}, 0}};
  for (auto* batch : {&with_header, &with_id}) {
    core::produce_body body{1, 1, {}};
    body.add(*batch->content);
    protocol::writer out;
    const auto done = body.encode(2, out);
    REQUIRE(done.has_error());
    CHECK(done.error() == errc::unsupported_by_broker);
    CHECK(done.error().topic() == "a");
  }
  core::produce_body zstd{1, 1, {protocol::codec::zstd}};
  sealed plain{"a", 0, false};
  zstd.add(*plain.content);
  protocol::writer out;
  REQUIRE(zstd.encode(6, out).has_error());
  CHECK(zstd.encode(6, out).error().message().find("zstd") != std::string::npos);
  CHECK(zstd.encode(7, out).has_value());
}

TEST_CASE("produce body: keeps the memory of its batches") {
  auto batch = std::make_unique<sealed>("a", 0, false);
  core::produce_body body{1, 1, {}};
  body.add(*batch->content);
  auto& pool = batch->source.pool();
  batch->content.reset();
  CHECK(pool.used() > 0);
  protocol::writer out;
  CHECK(body.encode(9, out).has_value());
}
