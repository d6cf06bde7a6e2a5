#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct share_group_member_metadata_key {
  static constexpr auto info = record_key("ShareGroupMemberMetadataKey", coordinator_log::group, 10);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_member_metadata_value {
  static constexpr auto info = record_value("ShareGroupMemberMetadataValue", coordinator_log::group, 10);

  std::optional<std::string> rack_id = "";
  std::string client_id;
  std::string client_host;
  std::vector<std::string> subscribed_topic_names;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_metadata_key {
  static constexpr auto info = record_key("ShareGroupMetadataKey", coordinator_log::group, 11);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_metadata_value {
  static constexpr auto info = record_value("ShareGroupMetadataValue", coordinator_log::group, 11);

  std::int32_t epoch = 0;
  std::int64_t metadata_hash = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_target_assignment_metadata_key {
  static constexpr auto info =
      record_key("ShareGroupTargetAssignmentMetadataKey", coordinator_log::group, 12);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_target_assignment_metadata_value {
  static constexpr auto info =
      record_value("ShareGroupTargetAssignmentMetadataValue", coordinator_log::group, 12);

  std::int32_t assignment_epoch = 0;
  std::int64_t assignment_timestamp = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_target_assignment_member_key {
  static constexpr auto info = record_key("ShareGroupTargetAssignmentMemberKey", coordinator_log::group, 13);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_target_assignment_member_value {
  static constexpr auto info =
      record_value("ShareGroupTargetAssignmentMemberValue", coordinator_log::group, 13);

  struct topic {
    uuid topic_id{};
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topic_partitions;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_current_member_assignment_key {
  static constexpr auto info = record_key("ShareGroupCurrentMemberAssignmentKey", coordinator_log::group, 14);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_current_member_assignment_value {
  static constexpr auto info =
      record_value("ShareGroupCurrentMemberAssignmentValue", coordinator_log::group, 14);

  struct topic {
    uuid topic_id{};
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t member_epoch = 0;
  std::int32_t previous_member_epoch = 0;
  std::int8_t state = 0;
  std::vector<topic> assigned_partitions;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_state_partition_metadata_key {
  static constexpr auto info = record_key("ShareGroupStatePartitionMetadataKey", coordinator_log::group, 15);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_group_state_partition_metadata_value {
  static constexpr auto info =
      record_value("ShareGroupStatePartitionMetadataValue", coordinator_log::group, 15);

  struct topic {
    uuid topic_id{};
    std::string topic_name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct deleting_topic {
    uuid topic_id{};
    std::string topic_name;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> initializing_topics;
  std::vector<topic> initialized_topics;
  std::vector<deleting_topic> deleting_topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
