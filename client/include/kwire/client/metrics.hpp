#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <string>
#include <vector>

namespace kwire {

/// Latencies in microseconds, from a histogram with 10 % wide buckets; zero while nothing was measured.
struct latency_summary {
  std::uint64_t count = 0;
  std::uint64_t p50_us = 0;
  std::uint64_t p99_us = 0;
  std::uint64_t max_us = 0;
};

struct broker_metrics {
  node_id id = no_node;  ///< `no_node` for an address of the bootstrap list
  std::string address;
  std::string last_failure;  ///< why it could not be reached; empty while it can
  std::uint32_t connections = 0;
  std::uint32_t in_flight = 0;  ///< requests sent and not yet answered
  std::uint32_t waiting = 0;    ///< requests not yet sent
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;  ///< requests that ended without an answer
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  latency_summary latency;  ///< from handing a request to the socket to its answer
};

struct producer_metrics {
  std::uint64_t records_accepted = 0;
  std::uint64_t records_persisted = 0;
  std::uint64_t records_failed = 0;
  std::uint64_t batches_sent = 0;
  std::uint64_t batches_retried = 0;
  std::uint64_t queue_bytes = 0;    ///< batch memory in use, of buffer.memory
  std::uint64_t queue_records = 0;  ///< accepted and without an outcome
};

struct consumer_metrics {
  std::uint64_t records_delivered = 0;
  std::uint64_t bytes_fetched = 0;
  std::uint64_t fetches = 0;
  std::uint64_t rebalances = 0;
  std::uint64_t queue_bytes = 0;  ///< received and not yet handed over
};

/// Everything a client counts, at one moment.
struct metrics_snapshot {
  std::vector<broker_metrics> brokers;
  std::vector<producer_metrics> producers;
  std::vector<consumer_metrics> consumers;
};

/// One JSON object, keys as the members.
std::string to_json(const metrics_snapshot& metrics);

}  // namespace kwire
