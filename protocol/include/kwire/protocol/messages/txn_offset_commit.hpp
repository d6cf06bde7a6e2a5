#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct txn_offset_commit_response;

struct txn_offset_commit_request {
  using response = txn_offset_commit_response;
  static constexpr message_info info{
      "TxnOffsetCommitRequest", api::txn_offset_commit, direction::request, {0, 6}, 3};
  static constexpr api_facts facts{route::group_coordinator, "0.11 2.0 2.1 2.5 3.8 4.0 4.4"};

  struct partition {
    partition_id partition_index{};
    std::int64_t committed_offset = 0;
    leader_epoch committed_leader_epoch = no_leader_epoch;
    std::optional<std::string> committed_metadata = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;  ///< up to version 5
    uuid topic_id{};   ///< from version 6 on
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string transactional_id;
  std::string group_id;
  producer_id producer{};
  producer_epoch epoch{};
  generation_id generation_id_or_member_epoch = no_generation;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct txn_offset_commit_response {
  static constexpr message_info info{
      "TxnOffsetCommitResponse", api::txn_offset_commit, direction::response, {0, 6}, 3};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;  ///< up to version 5
    uuid topic_id{};   ///< from version 6 on
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
