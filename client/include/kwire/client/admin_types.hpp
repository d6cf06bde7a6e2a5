#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <kwire/client/error.hpp>
#include <kwire/client/record.hpp>
#include <kwire/protocol/api.hpp>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire {

/// A broker as clients reach it.
struct broker_node {
  node_id id = no_node;
  std::string host;
  std::uint16_t port = 0;
  std::optional<std::string> rack;
};

struct cluster_description {
  std::optional<std::string> cluster_id;
  node_id controller = no_node;   ///< with KRaft a broker by chance, which forwards
  node_id answered_by = no_node;  ///< the broker that told all this
  std::vector<broker_node> brokers;
};

/// Any request of the protocol, for tools: its body is made of octets, whatever they are.
struct raw_request {
  raw_request(api which, std::function<result<bytes>(std::int16_t version)> make_body)
      : key(which), body(std::move(make_body)) {}

  api key;
  std::function<result<bytes>(std::int16_t version)> body;  ///< called once, on the I/O thread
  /// Sent at this version even if the broker does not offer it; else at the highest that both know.
  std::optional<std::int16_t> version;
  std::optional<node_id> broker;                ///< else whoever the API is for, or any broker
  std::optional<std::string> group;             ///< to the coordinator of this group
  std::optional<std::string> transactional_id;  ///< to the coordinator of these transactions
};

/// The answer to it, without its header.
struct raw_response {
  std::int16_t version = 0;
  node_id from = no_node;
  bytes body;
};

struct partition_description {
  partition_id id{};
  node_id leader = no_node;  ///< `no_node` while there is none
  leader_epoch epoch = no_leader_epoch;
  std::vector<node_id> replicas;
  std::vector<node_id> in_sync;
  std::vector<node_id> offline;
  std::optional<error> failure;
};

struct topic_description {
  std::string name;
  uuid id;  ///< zero with brokers before Kafka 2.8
  bool internal = false;
  std::vector<partition_description> partitions;  ///< ascending by number
};

using topic_results = std::map<std::string, result<topic_description>>;

/// Brokers and topics out of one answer, so that they fit each other.
struct cluster_metadata {
  cluster_description cluster;
  topic_results topics;
};

/// A topic to be created. What is not set is left to the broker (needs Kafka 2.4).
class new_topic {
 public:
  explicit new_topic(std::string name) : name_(std::move(name)) {}

  new_topic& partitions(std::int32_t count) {
    partitions_ = count;
    return *this;
  }
  new_topic& replication(std::int16_t factor) {
    replication_ = factor;
    return *this;
  }
  /// A topic setting by Kafka's name, such as `retention.ms`.
  new_topic& config(std::string key, std::string value) {
    configs_.emplace_back(std::move(key), std::move(value));
    return *this;
  }

  const std::string& name() const noexcept { return name_; }
  std::int32_t partitions() const noexcept { return partitions_; }
  std::int16_t replication() const noexcept { return replication_; }
  const std::vector<std::pair<std::string, std::string>>& configs() const noexcept { return configs_; }

 private:
  std::string name_;
  std::int32_t partitions_ = -1;
  std::int16_t replication_ = -1;
  std::vector<std::pair<std::string, std::string>> configs_;
};

/// A topic that was created, or would have been; older brokers tell less.
struct created_topic {
  uuid id;
  std::int32_t partitions = -1;
  std::int16_t replication = -1;
};

struct group_listing {
  std::string id;
  std::string protocol_type;  ///< `consumer` for consumers; empty when only offsets are kept
  std::string state;          ///< empty with brokers before Kafka 2.6
  std::string type;           ///< `classic`, `consumer`, `share`; empty before Kafka 3.8
  node_id coordinator = no_node;
};

/// Groups of all brokers that answered, by id, and why others did not.
struct group_listings {
  std::vector<group_listing> groups;
  std::map<node_id, error> failures;
};

struct group_member {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string host;
  std::vector<std::string> topics;          ///< subscribed to
  std::vector<topic_partition> assignment;  ///< ascending
};

struct group_description {
  std::string id;
  std::string state;  ///< Empty, PreparingRebalance, CompletingRebalance, Stable, Dead
  std::string protocol_type;
  std::string protocol;  ///< the assignor in use
  std::vector<group_member> members;
};

struct group_offset {
  std::int64_t offset = -1;
  leader_epoch epoch = no_leader_epoch;
  std::string metadata;
};
using group_offsets = std::map<topic_partition, result<group_offset>>;

/// How far a group is behind in a partition. What is not known is not there.
struct partition_lag {
  topic_partition where;
  std::optional<std::int64_t> committed;
  std::optional<std::int64_t> end;
  std::optional<std::int64_t> lag;
  std::optional<error> failure;
};

/// Which offset of a partition is asked for.
class offset_query {
 public:
  static offset_query earliest() { return offset_query{-2}; }
  static offset_query latest() { return offset_query{-1}; }
  /// The record with the largest timestamp (Kafka 3.0).
  static offset_query max_timestamp() { return offset_query{-3}; }
  /// The first record that is not older.
  static offset_query at(timestamp when) { return offset_query{when.time_since_epoch().count()}; }
  /// A number as the protocol has it: -1 latest, -2 earliest, -3 largest timestamp, else milliseconds.
  static offset_query raw(std::int64_t number) { return offset_query{number}; }

  std::int64_t number() const noexcept { return number_; }

 private:
  explicit offset_query(std::int64_t number) : number_(number) {}
  std::int64_t number_;
};

struct found_offset {
  std::int64_t offset = -1;        ///< -1: no record is that young
  std::int64_t timestamp_ms = -1;  ///< of the record found; -1 where there is none to tell
  leader_epoch epoch = no_leader_epoch;
};
using found_offsets = std::map<topic_partition, result<found_offset>>;

/// Whom settings belong to.
struct config_resource {
  enum class kind : std::int8_t { topic = 2, broker = 4, broker_logger = 8, client_metrics = 16, group = 32 };

  kind type = kind::topic;
  std::string name;  ///< topic or group; the number of a broker, empty for the cluster's default

  config_resource() = default;
  config_resource(kind t, std::string n) : type(t), name(std::move(n)) {}
  friend auto operator<=>(const config_resource&, const config_resource&) = default;
};

struct config_entry {
  /// Where a value comes from, by the protocol's numbers.
  enum class source : std::int8_t {
    unknown = 0,
    topic = 1,
    dynamic_broker = 2,
    dynamic_default_broker = 3,
    static_broker = 4,
    fallback = 5,
    dynamic_logger = 6,
    client_metrics = 7,
    group = 8,
  };

  std::string name;
  std::optional<std::string> value;  ///< nothing when it is sensitive
  source from = source::unknown;
  bool read_only = false;
  bool sensitive = false;
};
using config_results = std::map<config_resource, result<std::vector<config_entry>>>;

}  // namespace kwire
