#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct legacy_offset_commit_key {
  static constexpr auto info = record_key("LegacyOffsetCommitKey", coordinator_log::group, 0);

  std::string group;
  std::string topic;
  partition_id partition{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct legacy_offset_commit_value {
  static constexpr auto info =
      record_value("LegacyOffsetCommitValue", coordinator_log::group, 0, {0, 0}, never);

  std::int64_t offset = 0;
  std::string metadata;
  std::int64_t commit_timestamp = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct offset_commit_key {
  static constexpr auto info = record_key("OffsetCommitKey", coordinator_log::group, 1);

  std::string group;
  std::string topic;
  partition_id partition{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct offset_commit_value {
  static constexpr auto info = record_value("OffsetCommitValue", coordinator_log::group, 1, {0, 4}, 4);

  std::int64_t offset = 0;
  leader_epoch epoch = no_leader_epoch;
  std::string metadata;
  std::int64_t commit_timestamp = 0;
  std::int64_t expire_timestamp = -1;
  uuid topic_id{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct group_metadata_key {
  static constexpr auto info = record_key("GroupMetadataKey", coordinator_log::group, 2);

  std::string group;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct group_metadata_value {
  static constexpr auto info = record_value("GroupMetadataValue", coordinator_log::group, 2, {0, 4}, 4);

  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    std::int32_t rebalance_timeout = -1;
    std::int32_t session_timeout = 0;
    bytes subscription;
    bytes assignment;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string protocol_type;
  generation_id generation{};
  std::optional<std::string> protocol = "";
  std::optional<std::string> leader = "";
  std::int64_t current_state_timestamp = -1;
  std::vector<member> members;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
