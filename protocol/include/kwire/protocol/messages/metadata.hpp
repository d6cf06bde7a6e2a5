#pragma once

#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct metadata_response;

struct metadata_request {
  using response = metadata_response;
  static constexpr message_info info{"MetadataRequest", api::metadata, direction::request, {0, 13}, 9};
  static constexpr api_facts facts{route::any_broker,
                                   "0.8 0.10 0.10.1 0.11 0.11 1.0 2.0 2.1 2.3 2.4 2.8 2.8 3.1 4.0"};

  struct topic {
    uuid topic_id{};
    std::optional<std::string> name = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::vector<topic>> topics{std::in_place};  ///< null asks for all, from version 1 on
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct metadata_response {
  static constexpr message_info info{"MetadataResponse", api::metadata, direction::response, {0, 13}, 9};

  struct broker {
    node_id id{};
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    std::int16_t error_code = 0;
    partition_id partition_index{};
    node_id leader_id{};
    leader_epoch epoch = no_leader_epoch;
    std::vector<node_id> replica_nodes;
    std::vector<node_id> isr_nodes;
    std::vector<node_id> offline_replicas;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::int16_t error_code = 0;
    std::optional<std::string> name = "";
    uuid topic_id{};
    bool is_internal = false;
    std::vector<partition> partitions;
    std::int32_t topic_authorized_operations = INT32_MIN;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<broker> brokers;
  std::optional<std::string> cluster_id;
  node_id controller_id = no_node;
  std::vector<topic> topics;
  std::int32_t cluster_authorized_operations = INT32_MIN;
  std::int16_t error_code = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
