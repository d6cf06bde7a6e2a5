#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct alter_partition_response;

struct alter_partition_request {
  using response = alter_partition_response;
  static constexpr message_info info{
      "AlterPartitionRequest", api::alter_partition, direction::request, {0, 3}, 0};
  static constexpr api_facts facts{route::inter_broker, "2.7 3.2 3.3 3.5", 2};

  struct broker {
    node_id broker_id{};
    std::int64_t broker_epoch = -1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id partition_index{};
    leader_epoch epoch{};
    std::vector<node_id> new_isr;             ///< up to version 2
    std::vector<broker> new_isr_with_epochs;  ///< from version 3 on
    std::int8_t leader_recovery_state = 0;
    std::int32_t partition_epoch = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;  ///< up to version 1
    uuid topic_id{};         ///< from version 2 on
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  node_id broker_id{};
  std::int64_t broker_epoch = -1;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct alter_partition_response {
  static constexpr message_info info{
      "AlterPartitionResponse", api::alter_partition, direction::response, {0, 3}, 0};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    node_id leader_id{};
    leader_epoch epoch{};
    std::vector<node_id> isr;
    std::int8_t leader_recovery_state = 0;
    std::int32_t partition_epoch = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;  ///< up to version 1
    uuid topic_id{};         ///< from version 2 on
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
