#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct offset_commit_response;

struct offset_commit_request {
  using response = offset_commit_response;
  static constexpr message_info info{
      "OffsetCommitRequest", api::offset_commit, direction::request, {0, 10}, 8};
  static constexpr api_facts facts{route::group_coordinator,
                                   "0.8.1 0.8.2 0.9 0.11 2.0 2.1 2.1 2.3 2.4 3.7 4.2", 2};

  struct partition {
    partition_id partition_index{};
    std::int64_t committed_offset = 0;
    leader_epoch committed_leader_epoch = no_leader_epoch;
    std::int64_t commit_timestamp = -1;
    std::optional<std::string> committed_metadata = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;  ///< up to version 9
    uuid topic_id{};   ///< from version 10 on
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  generation_id generation_id_or_member_epoch = no_generation;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::int64_t retention_time_ms = -1;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct offset_commit_response {
  static constexpr message_info info{
      "OffsetCommitResponse", api::offset_commit, direction::response, {0, 10}, 8};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;  ///< up to version 9
    uuid topic_id{};   ///< from version 10 on
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
