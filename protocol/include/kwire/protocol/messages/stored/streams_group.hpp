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

struct streams_group_metadata_key {
  static constexpr auto info = record_key("StreamsGroupMetadataKey", coordinator_log::group, 17);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_metadata_value {
  static constexpr auto info = record_value("StreamsGroupMetadataValue", coordinator_log::group, 17);

  struct config {
    std::string key;
    std::string value;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t epoch = 0;
  std::int64_t metadata_hash = 0;
  std::int32_t validated_topology_epoch = -1;
  std::optional<std::vector<config>> last_assignment_configs{std::in_place};
  std::int32_t stored_description_topology_epoch = -1;
  std::int32_t failed_description_topology_epoch = -1;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_member_metadata_key {
  static constexpr auto info = record_key("StreamsGroupMemberMetadataKey", coordinator_log::group, 19);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_member_metadata_value {
  static constexpr auto info = record_value("StreamsGroupMemberMetadataValue", coordinator_log::group, 19);

  struct endpoint {
    endpoint() noexcept {}  // clang needs to see one before the class is complete
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct key_value {
    std::string key;
    std::string value;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> instance_id = "";
  std::optional<std::string> rack_id = "";
  std::string client_id;
  std::string client_host;
  std::int32_t rebalance_timeout_ms = -1;
  std::int32_t topology_epoch = 0;
  std::string process_id;
  std::optional<endpoint> user_endpoint;
  std::vector<key_value> client_tags;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_target_assignment_metadata_key {
  static constexpr auto info =
      record_key("StreamsGroupTargetAssignmentMetadataKey", coordinator_log::group, 20);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_target_assignment_metadata_value {
  static constexpr auto info =
      record_value("StreamsGroupTargetAssignmentMetadataValue", coordinator_log::group, 20);

  std::int32_t assignment_epoch = 0;
  std::int64_t assignment_timestamp = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_target_assignment_member_key {
  static constexpr auto info =
      record_key("StreamsGroupTargetAssignmentMemberKey", coordinator_log::group, 21);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_target_assignment_member_value {
  static constexpr auto info =
      record_value("StreamsGroupTargetAssignmentMemberValue", coordinator_log::group, 21);

  struct task_ids {
    std::string subtopology_id;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<task_ids> active_tasks;
  std::vector<task_ids> standby_tasks;
  std::vector<task_ids> warmup_tasks;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_current_member_assignment_key {
  static constexpr auto info =
      record_key("StreamsGroupCurrentMemberAssignmentKey", coordinator_log::group, 22);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_current_member_assignment_value {
  static constexpr auto info =
      record_value("StreamsGroupCurrentMemberAssignmentValue", coordinator_log::group, 22);

  struct task_ids {
    std::string subtopology_id;
    std::vector<partition_id> partitions;
    std::optional<std::vector<std::int32_t>> assignment_epochs{std::in_place};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t member_epoch = 0;
  std::int32_t previous_member_epoch = 0;
  std::int8_t state = 0;
  std::vector<task_ids> active_tasks;
  std::vector<task_ids> standby_tasks;
  std::vector<task_ids> warmup_tasks;
  std::vector<task_ids> active_tasks_pending_revocation;
  std::vector<task_ids> standby_tasks_pending_revocation;
  std::vector<task_ids> warmup_tasks_pending_revocation;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_topology_key {
  static constexpr auto info = record_key("StreamsGroupTopologyKey", coordinator_log::group, 23);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_topology_value {
  static constexpr auto info = record_value("StreamsGroupTopologyValue", coordinator_log::group, 23);

  struct config {
    std::string key;
    std::string value;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::int32_t partitions = 0;
    std::int16_t replication_factor = 0;
    std::vector<config> topic_configs;
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

  std::int32_t epoch = 0;
  std::vector<subtopology> subtopologies;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
