#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/cluster.hpp"
#include "core/group.hpp"
#include "core/release_line.hpp"
#include "core/transaction_coordinator.hpp"

namespace kwire::embedded {

struct core_options {
  std::string cluster_id = "kwire-embedded-broker";
  std::vector<broker_node> nodes{broker_node{}};  ///< with different ids; at least one
  std::int16_t replication_factor = 3;            ///< of new topics; at most the number of nodes
  /// How long followers take to have a batch (before that, acks=all waits and consumers do not see it).
  std::chrono::microseconds replication_lag{0};
  bool auto_create = true;
  std::int32_t default_partitions = 1;
  std::optional<std::size_t> retention_bytes;  ///< of a partition, unless the topic says otherwise
  /// How often records are looked for that are too old (log.retention.check.interval.ms), and dirt to clean
  /// up in compacted topics (log.cleaner.backoff.ms).
  std::chrono::milliseconds retention_check{300'000};
  std::chrono::milliseconds cleaner_backoff{15'000};
  std::size_t max_message_bytes = 1'048'588;       ///< Kafka's message.max.bytes
  std::size_t max_fetch_bytes = 55 * 1024 * 1024;  ///< Kafka's fetch.max.bytes of the broker
  std::size_t fetch_session_slots = 1000;
  std::size_t share_session_slots = 2000;
  bool authorize = false;                                   ///< ask the rules that CreateAcls makes
  std::vector<std::string> super_users;                     ///< who may do anything, like "User:admin"
  std::map<std::string, std::string> passwords;             ///< of PLAIN, by user
  std::optional<std::chrono::milliseconds> sasl_session{};  ///< Kafka's connections.max.reauth.ms
  bool check_crc = true;
  bool discard = false;        ///< answer producers without transactions and keep nothing of what they send
  bool check_records = false;  ///< parse every record of every batch before taking it
  /// How long delegation tokens hold at most, and without being renewed.
  std::chrono::milliseconds token_max_lifetime{std::chrono::days{7}};
  std::chrono::milliseconds token_renewal{std::chrono::days{1}};
  group_limits groups;
  transaction_limits transactions;
  std::optional<release> line;  ///< offer what brokers of this release offer; none: everything
  release_features features;    ///< as ApiVersions tells them
  std::chrono::milliseconds producer_id_expiration{86'400'000};  ///< Kafka's producer.id.expiration.ms
  std::uint64_t seed = 1;
};

}  // namespace kwire::embedded
