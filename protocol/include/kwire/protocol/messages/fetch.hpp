#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct fetch_response;

struct fetch_request {
  using response = fetch_response;
  static constexpr message_info info{"FetchRequest", api::fetch, direction::request, {0, 18}, 12};
  static constexpr api_facts facts{
      route::leader, "0.8 0.9 0.10 0.10.1 0.11 0.11 1.0 1.1 2.0 2.1 2.1 2.3 2.7 3.1 3.5 3.5 3.7 3.9 4.1", 4};

  struct replica {
    node_id replica_id = no_node;
    std::int64_t replica_epoch = -1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id index{};
    leader_epoch current_leader_epoch = no_leader_epoch;
    std::int64_t fetch_offset = 0;
    leader_epoch last_fetched_epoch = no_leader_epoch;
    std::int64_t log_start_offset = -1;
    std::int32_t partition_max_bytes = 0;
    uuid replica_directory_id{};
    std::int64_t high_watermark = INT64_MAX;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;  ///< up to version 12
    uuid topic_id{};   ///< from version 13 on
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct forgotten_topic {
    std::string name;  ///< up to version 12
    uuid topic_id{};   ///< from version 13 on
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> cluster_id;
  node_id replica_id = no_node;
  replica replica_state;
  std::int32_t max_wait_ms = 0;
  std::int32_t min_bytes = 0;
  std::int32_t max_bytes = INT32_MAX;
  std::int8_t isolation_level = 0;
  std::int32_t session_id = 0;
  std::int32_t session_epoch = -1;
  std::vector<topic> topics;
  std::vector<forgotten_topic> forgotten_topics_data;
  std::string rack_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct fetch_response {
  static constexpr message_info info{"FetchResponse", api::fetch, direction::response, {0, 18}, 12};

  struct epoch_end {
    leader_epoch epoch = no_leader_epoch;
    std::int64_t end_offset = -1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct leader {
    node_id leader_id = no_node;
    leader_epoch epoch = no_leader_epoch;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct snapshot {
    std::int64_t end_offset = -1;
    leader_epoch epoch = no_leader_epoch;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct aborted_transaction {
    producer_id producer{};
    std::int64_t first_offset = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    std::int64_t high_watermark = 0;
    std::int64_t last_stable_offset = -1;
    std::int64_t log_start_offset = -1;
    epoch_end diverging_epoch;
    leader current_leader;
    snapshot snapshot_id;
    std::optional<std::vector<aborted_transaction>> aborted_transactions{std::in_place};
    node_id preferred_read_replica = no_node;
    std::optional<bytes_view> records;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;  ///< up to version 12
    uuid topic_id{};   ///< from version 13 on
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint {
    node_id id{};
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::int32_t session_id = 0;
  std::vector<topic> responses;
  std::vector<endpoint> node_endpoints;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
