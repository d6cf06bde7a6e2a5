#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <vector>

namespace kwire::protocol {

struct assign_replicas_to_dirs_response;

struct assign_replicas_to_dirs_request {
  using response = assign_replicas_to_dirs_response;
  static constexpr message_info info{
      "AssignReplicasToDirsRequest", api::assign_replicas_to_dirs, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::inter_broker, "3.7"};

  struct partition {
    partition_id partition_index{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct directory {
    uuid id{};
    std::vector<topic> topics;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  node_id broker_id{};
  std::int64_t broker_epoch = -1;
  std::vector<directory> directories;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct assign_replicas_to_dirs_response {
  static constexpr message_info info{
      "AssignReplicasToDirsResponse", api::assign_replicas_to_dirs, direction::response, {0, 0}, 0};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct directory {
    uuid id{};
    std::vector<topic> topics;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<directory> directories;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
