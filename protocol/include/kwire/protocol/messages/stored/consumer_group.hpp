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

struct consumer_group_metadata_key {
  static constexpr auto info = record_key("ConsumerGroupMetadataKey", coordinator_log::group, 3);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_metadata_value {
  static constexpr auto info = record_value("ConsumerGroupMetadataValue", coordinator_log::group, 3);

  std::int32_t epoch = 0;
  std::int64_t metadata_hash = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_partition_metadata_key {
  static constexpr auto info = record_key("ConsumerGroupPartitionMetadataKey", coordinator_log::group, 4);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_partition_metadata_value {
  static constexpr auto info = record_value("ConsumerGroupPartitionMetadataValue", coordinator_log::group, 4);

  struct partition {
    partition_id index{};
    std::vector<std::string> racks;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::string topic_name;
    std::int32_t num_partitions = 0;
    std::vector<partition> partition_metadata;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_member_metadata_key {
  static constexpr auto info = record_key("ConsumerGroupMemberMetadataKey", coordinator_log::group, 5);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_member_metadata_value {
  static constexpr auto info = record_value("ConsumerGroupMemberMetadataValue", coordinator_log::group, 5);

  struct classic_protocol {
    std::string name;
    bytes metadata;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct classic_member {
    classic_member() noexcept {}  // clang cannot tell of a defaulted one in time for the optional below
    std::int32_t session_timeout_ms = 0;
    std::vector<classic_protocol> supported_protocols;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> instance_id = "";
  std::optional<std::string> rack_id = "";
  std::string client_id;
  std::string client_host;
  std::vector<std::string> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex = "";
  std::int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> server_assignor = "";
  std::optional<classic_member> classic_member_metadata{std::in_place};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_target_assignment_metadata_key {
  static constexpr auto info =
      record_key("ConsumerGroupTargetAssignmentMetadataKey", coordinator_log::group, 6);

  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_target_assignment_metadata_value {
  static constexpr auto info =
      record_value("ConsumerGroupTargetAssignmentMetadataValue", coordinator_log::group, 6);

  std::int32_t assignment_epoch = 0;
  std::int64_t assignment_timestamp = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_target_assignment_member_key {
  static constexpr auto info =
      record_key("ConsumerGroupTargetAssignmentMemberKey", coordinator_log::group, 7);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_target_assignment_member_value {
  static constexpr auto info =
      record_value("ConsumerGroupTargetAssignmentMemberValue", coordinator_log::group, 7);

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

struct consumer_group_current_member_assignment_key {
  static constexpr auto info =
      record_key("ConsumerGroupCurrentMemberAssignmentKey", coordinator_log::group, 8);

  std::string group_id;
  std::string member_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_current_member_assignment_value {
  static constexpr auto info =
      record_value("ConsumerGroupCurrentMemberAssignmentValue", coordinator_log::group, 8);

  struct topic {
    uuid topic_id{};
    std::vector<partition_id> partitions;
    std::optional<std::vector<std::int32_t>> assignment_epochs{std::in_place};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t member_epoch = 0;
  std::int32_t previous_member_epoch = 0;
  std::int8_t state = 0;
  std::vector<topic> assigned_partitions;
  std::vector<topic> partitions_pending_revocation;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_regular_expression_key {
  static constexpr auto info = record_key("ConsumerGroupRegularExpressionKey", coordinator_log::group, 16);

  std::string group_id;
  std::string regular_expression;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_regular_expression_value {
  static constexpr auto info =
      record_value("ConsumerGroupRegularExpressionValue", coordinator_log::group, 16);

  std::vector<std::string> topics;
  std::int64_t version = 0;
  std::int64_t timestamp = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
