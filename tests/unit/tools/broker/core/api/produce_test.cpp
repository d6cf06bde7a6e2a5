// Tests: ../old_records.cpp, ../record_intake.cpp
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/message_set.hpp>
#include <kwire/protocol/records/record_range.hpp>

#include "core/old_records.hpp"
#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

struct stage : script {
  explicit stage(core_options options = {}) : script(std::move(options)) {
    make_topic("t");
    c = connect();
  }
  partition_log& log() { return core.state().find("t")->partitions[0].log; }
  broker_errc error(bytes_view records, std::int16_t version = 9) {
    return broker_errc{produce(*this, c, "t", records, version).error_code};
  }
  connection_id c{};
};

void patch16(bytes& batch, std::size_t at, std::int16_t value) { protocol::store(batch.data() + at, value); }

TEST_CASE("every version appends and tells the base offset") {
  stage s;
  const auto id = s.core.state().find("t")->id;
  const auto batch = make_batch({"a", "b", "c"});
  std::int64_t next = 0;
  for (std::int16_t version = 3; version <= 13; ++version) {
    auto request = produce_of("t", batch);
    if (version >= 13) request.topic_data[0].topic_id = id;
    const auto told = s.ask(s.c, request, version).responses[0].partition_responses[0];
    CHECK(told.error_code == 0);
    CHECK(told.base_offset == next);
    next += 3;
  }
  CHECK(s.log().end_offset() == next);
}

TEST_CASE("unknown topics, partitions and ids") {
  stage s;
  const auto batch = make_batch({"a"});
  CHECK(produce(s, s.c, "nope", batch).error_code == code_of(broker_errc::unknown_topic_or_partition));
  auto request = produce_of("t", batch, 1);
  CHECK(s.ask(s.c, request, 9).responses[0].partition_responses[0].error_code ==
        code_of(broker_errc::unknown_topic_or_partition));
  CHECK(s.ask(s.c, produce_of("t", batch), 13).responses[0].partition_responses[0].error_code ==
        code_of(broker_errc::unknown_topic_id));
}

TEST_CASE("acks 0 gets no answer, or a closed connection") {
  stage s;
  const auto batch = make_batch({"a"});
  s.send(s.c, produce_of("t", batch, 0, 0), 9);
  CHECK_FALSE(s.answered(s.c));
  CHECK(s.log().end_offset() == 1);
  s.send(s.c, produce_of("nope", batch, 0, 0), 9);
  CHECK(s.closed(s.c));
  s.c = s.connect();
  const auto told = s.ask(s.c, produce_of("t", batch, 0, 2), 9).responses[0].partition_responses[0];
  CHECK(told.error_code == code_of(broker_errc::invalid_required_acks));
}

TEST_CASE("bad batches are refused and leave no trace") {
  core_options options;
  options.max_message_bytes = 1000;
  stage s{options};
  auto good = make_batch({"a", "b"});
  CHECK(s.error({}) == broker_errc::invalid_record);
  CHECK(s.error(bytes_view{good}.first(30)) == broker_errc::corrupt_message);
  CHECK(s.error(make_batch({std::string(2000, 'x')})) == broker_errc::message_too_large);
  auto broken = good;
  broken.back() ^= std::byte{1};
  CHECK(s.error(broken) == broker_errc::corrupt_message);
  auto twice = good;
  twice.insert(twice.end(), good.begin(), good.end());
  CHECK(s.error(twice) == broker_errc::invalid_record);
  auto control = good;
  patch16(control, protocol::batch_at::attributes, protocol::batch_flag::control);
  CHECK(s.error(control) == broker_errc::invalid_record);
  auto miscounted = good;
  patch16(miscounted, protocol::batch_at::count + 2, 7);
  CHECK(s.error(miscounted) == broker_errc::invalid_record);
  auto moved = good;
  protocol::assign_offset(moved, 5, no_leader_epoch);
  CHECK(s.error(moved) == broker_errc::invalid_record);
  CHECK(s.error(make_batch(
            {"a"}, {.stamp = {}, .codec = protocol::codec::none, .timestamp = to_ms(s.now) + 3'600'001})) ==
        broker_errc::invalid_timestamp);
  CHECK(s.log().end_offset() == 0);
  CHECK(s.error(good) == broker_errc::none);
}

TEST_CASE("records are looked into on demand") {
  for (const bool check : {false, true}) {
    core_options options;
    options.check_records = check;
    options.check_crc = false;
    stage s{options};
    auto broken = make_batch({"a", "b"});
    broken[protocol::batch_header_size] = std::byte{0x7e};  // length of the first record
    CHECK(s.error(broken) == (check ? broker_errc::invalid_record : broker_errc::none));
  }
}

TEST_CASE("discarding: the header is enough, offsets go on, nothing is kept") {
  core_options options;
  options.discard = true;
  stage s{options};
  auto batch = make_batch({"a", "b", "c"});
  batch.back() ^= std::byte{1};  // which its checksum would tell
  for (std::int64_t next = 0; next < 9; next += 3) {
    const auto told = produce(s, s.c, "t", batch);
    CHECK(told.error_code == 0);
    CHECK(told.base_offset == next);
  }
  CHECK(s.log().entries().empty());
  CHECK(s.log().bytes() == 0);
  CHECK(s.log().start_offset() == 9);
  CHECK(s.log().end_offset() == 9);
  CHECK(s.core.state().find("t")->partitions[0].high_watermark == 9);
  CHECK(s.error({}) == broker_errc::corrupt_message);
  CHECK(s.error(bytes_view{batch}.first(30)) == broker_errc::corrupt_message);
  auto hollow = batch;
  patch16(hollow, protocol::batch_at::count + 2, 0);
  CHECK(s.error(hollow) == broker_errc::invalid_record);
  CHECK(produce(s, s.c, "nope", batch).error_code == code_of(broker_errc::unknown_topic_or_partition));
}

TEST_CASE("compacted topics need keys, zstd needs version 7") {
  stage s;
  CHECK(s.core.state().find("t")->config.set("cleanup.policy", "compact"));
  CHECK(s.error(make_batch({"a"})) == broker_errc::none);
  bytes buffer(1000);
  protocol::batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  REQUIRE(builder.append(1, std::nullopt, as_bytes("v")));
  CHECK(s.error(builder.seal({})) == broker_errc::invalid_record);
  const auto zstd = make_batch({std::string(500, 'z')}, {.stamp = {}, .codec = protocol::codec::zstd});
  CHECK(s.error(zstd, 6) == broker_errc::unsupported_compression_type);
  CHECK(s.error(zstd, 7) == broker_errc::none);
}

TEST_CASE("idempotent producers: a repetition is answered as the first time") {
  stage s;
  const auto first = make_batch({"a", "b"}, {.stamp = stamp(5, 0, 0)});
  const auto second = make_batch({"c"}, {.stamp = stamp(5, 0, 2)});
  CHECK(produce(s, s.c, "t", first).base_offset == 0);
  CHECK(produce(s, s.c, "t", second).base_offset == 2);
  CHECK(produce(s, s.c, "t", first).base_offset == 0);
  CHECK(s.log().end_offset() == 3);
  CHECK(s.error(make_batch({"x"}, {.stamp = stamp(5, 0, 9)})) == broker_errc::out_of_order_sequence_number);
  CHECK(s.error(make_batch({"x"}, {.stamp = stamp(5, 1, 0)})) == broker_errc::none);
  CHECK(s.error(make_batch({"x"}, {.stamp = stamp(5, 0, 3)})) == broker_errc::invalid_producer_epoch);
}

TEST_CASE("log append time stamps the batch and the answer") {
  stage s;
  CHECK(s.core.state().find("t")->config.set("message.timestamp.type", "LogAppendTime"));
  const auto told = produce(s, s.c, "t", make_batch({"a"}, {.stamp = {}, .codec = {}, .timestamp = 5}));
  CHECK(told.log_append_time_ms == to_ms(s.now));
  protocol::record_set set{s.log().entries()[0].batch.content};
  CHECK(set.begin()->max_timestamp == to_ms(s.now));
  CHECK(protocol::verify(*set.begin()).has_value());
}

TEST_CASE("message sets of old versions become batches") {
  for (const auto codec : {protocol::codec::none, protocol::codec::gzip, protocol::codec::lz4}) {
    for (std::int8_t magic = 0; magic < 2; ++magic) {
      stage s;
      protocol::compressor packer;
      protocol::decompressor unpacker;
      bytes old;
      const auto batch = make_batch({"a", "b", "c"});
      const auto done =
          protocol::down_convert(batch, magic, protocol::compression{codec}, packer, unpacker, 1 << 20, old);
      REQUIRE(done.has_value());
      for (std::int16_t version = 0; version < 3; ++version) {
        CHECK(produce(s, s.c, "t", old, version).base_offset == version * 3);
      }
      auto broken = old;
      broken.back() ^= std::byte{1};
      CHECK(s.error(broken, 2) == broker_errc::corrupt_message);
      const auto all = s.log().read(0, 1 << 20, true);
      protocol::record_set set{all.slices[0].content};
      for (const auto& kept : set) {
        CHECK(kept.magic == 2);
        CHECK(kept.count == 3);
        CHECK(protocol::verify(kept).has_value());
      }
    }
  }
}

TEST_CASE("all that a conversion decompresses counts towards one cap") {
  const auto batch = make_batch({std::string(1000, 'z')}, {.stamp = {}, .codec = protocol::codec::gzip});
  const auto old = down_convert(batch, 1);
  REQUIRE(old.has_value());
  auto twice = *old;
  twice.insert(twice.end(), old->begin(), old->end());
  CHECK(up_convert(twice, true, 3000).has_value());
  CHECK(up_convert(*old, true, 1500).has_value());
  CHECK(up_convert(twice, true, 1500).error().code == protocol::wire_errc::too_large);

  auto both = batch;
  both.insert(both.end(), batch.begin(), batch.end());
  CHECK(down_convert(both, 1, 1500).value() == *old);
  CHECK(down_convert(both, 1, 3000).value() == twice);
  CHECK(down_convert(both, 1, 500).error().code == protocol::wire_errc::too_large);
}

TEST_CASE("retention.bytes bounds a partition") {
  core_options options;
  options.retention_bytes = 1000;
  stage s{options};
  for (int i = 0; i < 100; ++i) CHECK(s.error(make_batch({std::string(100, 'x')})) == broker_errc::none);
  CHECK(s.log().bytes() < 1300);
  CHECK(s.log().start_offset() > 90);
}

}  // namespace
}  // namespace kwire::embedded
