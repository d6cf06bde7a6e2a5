#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct describe_topic_partitions_response;

struct describe_topic_partitions_request {
  using response = describe_topic_partitions_response;
  static constexpr message_info info{
      "DescribeTopicPartitionsRequest", api::describe_topic_partitions, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::any_broker, "3.8"};

  struct topic {
    std::string name;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct position {
    position() noexcept {}  // clang needs to see one before the class is complete
    std::string topic_name;
    partition_id partition_index{};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topics;
  std::int32_t response_partition_limit = 2000;
  std::optional<position> cursor;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_topic_partitions_response {
  static constexpr message_info info{
      "DescribeTopicPartitionsResponse", api::describe_topic_partitions, direction::response, {0, 0}, 0};

  struct partition {
    std::int16_t error_code = 0;
    partition_id partition_index{};
    node_id leader_id{};
    leader_epoch epoch = no_leader_epoch;
    std::vector<node_id> replica_nodes;
    std::vector<node_id> isr_nodes;
    std::optional<std::vector<node_id>> eligible_leader_replicas;
    std::optional<std::vector<node_id>> last_known_elr;
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
  struct position {
    position() noexcept {}  // clang needs to see one before the class is complete
    std::string topic_name;
    partition_id partition_index{};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  std::optional<position> next_cursor;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
