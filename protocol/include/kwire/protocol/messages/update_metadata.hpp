#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct update_metadata_response;

struct update_metadata_request {
  using response = update_metadata_response;
  static constexpr message_info info{
      "UpdateMetadataRequest", api::update_metadata, direction::request, {0, 8}, 6};
  static constexpr api_facts facts{route::inter_broker, "0.8 0.9 0.10 0.10.2 1.0 2.2 2.4 2.8 3.4",
                                   api_facts::gone};

  struct partition_state {
    std::string topic_name;  ///< up to version 4
    partition_id partition_index{};
    std::int32_t controller_epoch = 0;
    node_id leader{};
    leader_epoch epoch{};
    std::vector<node_id> isr;
    std::int32_t zk_version = 0;
    std::vector<node_id> replicas;
    std::vector<node_id> offline_replicas;
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
  struct endpoint {
    std::int32_t port = 0;
    std::string host;
    std::string listener;
    std::int16_t security_protocol = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct broker {
    node_id id{};
    std::string v0_host;              ///< version 0
    std::int32_t v0_port = 0;         ///< version 0
    std::vector<endpoint> endpoints;  ///< from version 1 on
    std::optional<std::string> rack = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };

  node_id controller_id{};
  bool is_k_raft_controller = false;
  std::int8_t type = 0;
  std::int32_t controller_epoch = 0;
  std::int64_t broker_epoch = -1;
  std::vector<partition_state> ungrouped_partition_states;  ///< up to version 4
  std::vector<topic_state> topic_states;                    ///< from version 5 on
  std::vector<broker> live_brokers;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct update_metadata_response {
  static constexpr message_info info{
      "UpdateMetadataResponse", api::update_metadata, direction::response, {0, 8}, 6};

  std::int16_t error_code = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
