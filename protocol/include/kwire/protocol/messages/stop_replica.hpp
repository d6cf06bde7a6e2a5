#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct stop_replica_response;

struct stop_replica_request {
  using response = stop_replica_response;
  static constexpr message_info info{"StopReplicaRequest", api::stop_replica, direction::request, {0, 4}, 2};
  static constexpr api_facts facts{route::inter_broker, "0.8 2.2 2.4 2.6 3.4", api_facts::gone};

  struct ungrouped_partition {
    std::string topic_name;
    partition_id partition_index{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition_id> partition_indexes;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition_state {
    partition_id partition_index{};
    leader_epoch epoch = no_leader_epoch;
    bool delete_partition = false;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic_state {
    std::string topic_name;
    std::vector<partition_state> partition_states;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  node_id controller_id{};
  bool is_k_raft_controller = false;
  std::int32_t controller_epoch = 0;
  std::int64_t broker_epoch = -1;
  bool delete_partitions = false;                         ///< up to version 2
  std::vector<ungrouped_partition> ungrouped_partitions;  ///< version 0
  std::vector<topic> topics;                              ///< versions 1 to 2
  std::vector<topic_state> topic_states;                  ///< from version 3 on
  unknown_fields unknown;
  void describe(visitor& v);
};

struct stop_replica_response {
  static constexpr message_info info{
      "StopReplicaResponse", api::stop_replica, direction::response, {0, 4}, 2};

  struct partition_error {
    std::string topic_name;
    partition_id partition_index{};
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t error_code = 0;
  std::vector<partition_error> partition_errors;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
