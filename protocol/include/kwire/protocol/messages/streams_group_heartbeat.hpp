#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct streams_group_heartbeat_response;

struct streams_group_heartbeat_request {
  using response = streams_group_heartbeat_response;
  static constexpr message_info info{
      "StreamsGroupHeartbeatRequest", api::streams_group_heartbeat, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::group_coordinator, "4.2 4.4"};

  struct key_value {
    std::string key;
    std::string value;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::int32_t partitions = 0;
    std::int16_t replication_factor = 0;
    std::vector<key_value> topic_configs;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct copartition_group {
    std::vector<std::int16_t> source_topics;
    std::vector<std::int16_t> source_topic_regex;
    std::vector<std::int16_t> repartition_source_topics;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct subtopology {
    std::string subtopology_id;
    std::vector<std::string> source_topics;
    std::vector<std::string> source_topic_regex;
    std::vector<topic> state_changelog_topics;
    std::vector<std::string> repartition_sink_topics;
    std::vector<topic> repartition_source_topics;
    std::vector<copartition_group> copartition_groups;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topology_info {
    topology_info() noexcept {}  // clang needs to see one before the class is complete
    std::int32_t epoch = 0;
    std::vector<subtopology> subtopologies;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct task_ids {
    std::string subtopology_id;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint {
    endpoint() noexcept {}  // clang needs to see one before the class is complete
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct task_offset {
    std::string subtopology_id;
    partition_id partition{};
    std::int64_t offset = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::string member_id;
  std::int32_t member_epoch = 0;
  std::int32_t endpoint_information_epoch = 0;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::int32_t rebalance_timeout_ms = -1;
  std::optional<topology_info> topology;
  std::optional<std::vector<task_ids>> active_tasks;
  std::optional<std::vector<task_ids>> standby_tasks;
  std::optional<std::vector<task_ids>> warmup_tasks;
  std::optional<std::string> process_id;
  std::optional<endpoint> user_endpoint;
  std::optional<std::vector<key_value>> client_tags;
  std::optional<std::vector<task_offset>> task_offsets;
  std::optional<std::vector<task_offset>> task_end_offsets;
  bool shutdown_application = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_heartbeat_response {
  static constexpr message_info info{
      "StreamsGroupHeartbeatResponse", api::streams_group_heartbeat, direction::response, {0, 1}, 0};

  struct group_status {
    std::int8_t status_code = 0;
    std::string status_detail;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct task_ids {
    std::string subtopology_id;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint {
    endpoint() noexcept {}  // clang needs to see one before the class is complete
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint_partitions {
    endpoint user_endpoint;
    std::vector<topic> active_partitions;
    std::vector<topic> standby_partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::string member_id;
  std::int32_t member_epoch = 0;
  std::int32_t heartbeat_interval_ms = 0;
  std::int32_t acceptable_recovery_lag_legacy = 0;  ///< version 0
  std::int32_t task_offset_interval_ms = 0;
  std::int64_t acceptable_recovery_lag = -1;  ///< from version 1 on
  std::optional<std::vector<group_status>> status{std::in_place};
  std::optional<std::vector<task_ids>> active_tasks;
  std::optional<std::vector<task_ids>> standby_tasks;
  std::optional<std::vector<task_ids>> warmup_tasks;
  bool topology_description_required = false;
  std::int32_t endpoint_information_epoch = 0;
  std::optional<std::vector<endpoint_partitions>> partitions_by_user_endpoint;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
