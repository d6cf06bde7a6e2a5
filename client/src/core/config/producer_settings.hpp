#pragma once

#include <chrono>
#include <cstdint>
#include <kwire/protocol/records/compression.hpp>
#include <string>

#include "core/config/config_reader.hpp"

namespace kwire::core {

enum class partitioner_kind : std::uint8_t {
  murmur2_random,
  murmur2,
  consistent,
  consistent_random,
  random,
  fnv1a,
  fnv1a_random,
  sticky,
  round_robin,
};

/// Keys of a producer. Defaults are Java 4.4's but for batch.size, which is an upper bound here: buffers
/// start small and grow on demand, so a large bound costs nothing until it pays.
struct producer_settings {
  using milliseconds = std::chrono::milliseconds;

  std::int64_t acks = -1;
  bool idempotence = true;
  bool idempotence_explicit = false;  ///< asked for, so that it must not be dropped
  milliseconds linger{5};
  std::int64_t batch_size = 256 * 1024;
  std::int64_t buffer_memory = 8 * 1024 * 1024;
  milliseconds max_block{60'000};
  milliseconds delivery_timeout{120'000};
  std::int64_t max_request_size = 1'048'576;
  std::int64_t max_in_flight = 5;
  std::int64_t retries = 2'147'483'647;
  milliseconds topic_propagation{30'000};
  protocol::codec codec = protocol::codec::none;
  std::int64_t gzip_level = -1;
  std::int64_t lz4_level = 9;
  std::int64_t zstd_level = 3;
  std::int64_t level = -1;  ///< of whatever codec
  partitioner_kind partitioner = partitioner_kind::murmur2_random;
  bool adaptive = true;
  bool ignore_keys = false;
  milliseconds availability_timeout{0};
  bool create_topics = true;
  bool report_by_poll = false;
  bool report_record = false;
  std::string transactional_id;
  milliseconds transaction_timeout{60'000};

  void describe(setting_visitor& v);
  /// Reads the keys, settles what depends on each other and adds contradictions to the reader's faults.
  void read(config_reader& reader);
  protocol::compression compression() const;

  bool buffer_explicit = false;    ///< asked for, so that partitions do not add to it
  std::int64_t buffer_kbytes = 0;  ///< librdkafka's word for buffer_memory; 0: not given

 private:
  void apply_level(config_reader& reader);
  void describe_delivery(setting_visitor& v);
  void describe_content(setting_visitor& v);
  void describe_transactions(setting_visitor& v);
};

}  // namespace kwire::core
