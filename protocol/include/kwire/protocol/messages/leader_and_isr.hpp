#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct leader_and_isr_response;

struct leader_and_isr_request {
  using response = leader_and_isr_response;
  static constexpr message_info info{
      "LeaderAndIsrRequest", api::leader_and_isr, direction::request, {0, 7}, 4};
  static constexpr api_facts facts{route::inter_broker, "0.8 1.0 2.2 2.4 2.4 2.8 3.2 3.4", api_facts::gone};

  struct partition_state {
    std::string topic_name;  ///< up to version 1
    partition_id partition_index{};
    std::int32_t controller_epoch = 0;
    node_id leader{};
    leader_epoch epoch{};
    std::vector<node_id> isr;
    std::int32_t partition_epoch = 0;
    std::vector<node_id> replicas;
    std::vector<node_id> adding_replicas;
    std::vector<node_id> removing_replicas;
    bool is_new = false;
    std::int8_t leader_recovery_state = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic_state {
    std::string topic_name;
    uuid topic_id{};
    std::vector<partition_state> partition_states;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct live_leader {
    node_id broker_id{};
    std::string host_name;
    std::int32_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  node_id controller_id{};
  bool is_k_raft_controller = false;
  std::int32_t controller_epoch = 0;
  std::int64_t broker_epoch = -1;
  std::int8_t type = 0;
  std::vector<partition_state> ungrouped_partition_states;  ///< up to version 1
  std::vector<topic_state> topic_states;                    ///< from version 2 on
  std::vector<live_leader> live_leaders;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct leader_and_isr_response {
  static constexpr message_info info{
      "LeaderAndIsrResponse", api::leader_and_isr, direction::response, {0, 7}, 4};

  struct partition_error {
    std::string topic_name;  ///< up to version 4
    partition_id partition_index{};
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic_error {
    uuid topic_id{};
    std::vector<partition_error> partition_errors;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t error_code = 0;
  std::vector<partition_error> partition_errors;  ///< up to version 4
  std::vector<topic_error> topics;                ///< from version 5 on
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
