#include "core/config/producer_settings.hpp"

#include <doctest/doctest.h>

using namespace kwire;
using namespace std::chrono_literals;

namespace {

core::producer_settings read(const config& properties) {
  core::producer_settings settings;
  core::config_reader reader{properties};
  settings.read(reader);
  reader.finish();
  return settings;
}

std::size_t faults(const config& properties) {
  try {
    (void)read(properties);
    return 0;
  } catch (const config_error& e) {
    return e.faults().size();
  }
}

/// The first fault.
std::string fault(const config& properties) {
  try {
    (void)read(properties);
    return {};
  } catch (const config_error& e) {
    return e.faults().front();
  }
}

}  // namespace

TEST_CASE("producer settings: defaults") {
  const auto settings = read("");
  CHECK(settings.acks == -1);
  CHECK(settings.idempotence);
  CHECK_FALSE(settings.idempotence_explicit);
  CHECK(settings.linger == 5ms);
  CHECK(settings.delivery_timeout == 2min);
  CHECK(settings.compression().type == protocol::codec::none);
}

TEST_CASE("producer settings: idempotence and what contradicts it") {
  struct row {
    const char* text;
    std::size_t faults;
    bool idempotence;
  };
  const row rows[] = {{"acks=all", 0, true},
                      {"acks=-1", 0, true},
                      {"acks=1", 0, false},
                      {"acks=0", 0, false},
                      {"request.required.acks=1", 0, false},
                      {"acks=2", 1, true},
                      {"max.in.flight=6", 0, false},
                      {"max.in.flight=5", 0, true},
                      {"retries=0", 0, false},
                      {"enable.idempotence=false", 0, false},
                      {"enable.idempotence=true", 0, true},
                      {"enable.idempotence=true\nacks=1", 1, false},
                      {"enable.idempotence=true\nmax.in.flight=6", 1, false},
                      {"enable.idempotence=true\nretries=0", 1, false},
                      {"enable.idempotence=true\nretries=0\nacks=0\nmax.in.flight=9", 3, false}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(faults(row.text) == row.faults);
    if (row.faults == 0) CHECK(read(row.text).idempotence == row.idempotence);
  }
  CHECK(read("enable.idempotence=true").idempotence_explicit);
  CHECK_FALSE(read("enable.idempotence=false").idempotence_explicit);
}

TEST_CASE("producer settings: sizes and times that do not fit each other") {
  CHECK(faults("linger.ms=1000\ndelivery.timeout.ms=999") == 1);
  CHECK(faults("linger.ms=1000\ndelivery.timeout.ms=1000") == 0);
  CHECK(faults("message.timeout.ms=4") == 1);
  CHECK(faults("batch.size=1000000\nbuffer.memory=999999") == 1);
  CHECK(faults("batch.size=511") == 1);
  CHECK(faults("linger.ms=900001\ndelivery.timeout.ms=900002") == 1);
}

TEST_CASE("producer settings: compression and partitioner") {
  struct row {
    const char* text;
    protocol::codec type;
    std::optional<int> level;
  };
  const row rows[] = {
      {"compression.type=gzip\ncompression.gzip.level=9", protocol::codec::gzip, 9},
      {"compression.type=gzip", protocol::codec::gzip, -1},
      {"compression.codec=lz4\ncompression.lz4.level=17", protocol::codec::lz4, 17},
      {"compression.type=zstd\ncompression.zstd.level=-131072", protocol::codec::zstd, -131072},
      {"compression.type=snappy", protocol::codec::snappy, std::nullopt}};
  for (const auto& row : rows) {
    const auto how = read(row.text).compression();
    CHECK(how.type == row.type);
    CHECK(how.level == row.level);
  }
  CHECK(faults("compression.type=brotli") == 1);
  CHECK(faults("compression.zstd.level=23") == 1);
  CHECK(read("partitioner=consistent_random").partitioner == core::partitioner_kind::consistent_random);
  CHECK(faults("partitioner=murmur3") == 1);
}

TEST_CASE("producer settings: librdkafka's words with other units or for all codecs") {
  CHECK(read("queue.buffering.max.kbytes=2048").buffer_memory == 2048 * 1024);
  CHECK(read("queue.buffering.max.kbytes=2048\nbuffer.memory=2097152").buffer_memory == 2048 * 1024);
  CHECK(fault("queue.buffering.max.kbytes=2048\nbuffer.memory=1000000").find("contradicts") !=
        std::string::npos);
  CHECK(read("compression.type=gzip\ncompression.level=7").gzip_level == 7);
  CHECK(read("compression.type=lz4\ncompression.level=12").lz4_level == 12);
  CHECK(read("compression.type=zstd\ncompression.level=19").zstd_level == 19);
  CHECK(read("compression.level=5").gzip_level == -1);
  CHECK(fault("compression.type=gzip\ncompression.level=12").find("within 0..9") != std::string::npos);
  CHECK(fault("compression.type=zstd\ncompression.level=12\ncompression.zstd.level=3").find("contradicts") !=
        std::string::npos);
}

TEST_CASE("producer settings: every partitioner by its names") {
  using enum core::partitioner_kind;
  CHECK(read("partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner").partitioner ==
        round_robin);
  CHECK(read("partitioner=org.apache.kafka.clients.producer.UniformStickyPartitioner").partitioner == sticky);
  CHECK(read("partitioner.class=fnv1a_random").partitioner == fnv1a_random);
  CHECK(read("").partitioner == murmur2_random);
  CHECK(read("partitioner.adaptive.partitioning.enable=false").adaptive == false);
  CHECK(read("partitioner.availability.timeout.ms=250").availability_timeout ==
        std::chrono::milliseconds{250});
  CHECK(read("partitioner.ignore.keys=true").ignore_keys);
  CHECK(fault("partitioner=murmur").find("must be one of murmur2_random") != std::string::npos);
}
