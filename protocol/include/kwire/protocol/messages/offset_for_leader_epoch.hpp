#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct offset_for_leader_epoch_response;

struct offset_for_leader_epoch_request {
  using response = offset_for_leader_epoch_response;
  static constexpr message_info info{
      "OffsetForLeaderEpochRequest", api::offset_for_leader_epoch, direction::request, {0, 4}, 4};
  static constexpr api_facts facts{route::leader, "0.11 2.0 2.1 2.3 2.8", 2};

  struct partition {
    partition_id index{};
    leader_epoch current_leader_epoch = no_leader_epoch;
    leader_epoch epoch{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  node_id replica_id{-2};  ///< -1 for a consumer
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct offset_for_leader_epoch_response {
  static constexpr message_info info{
      "OffsetForLeaderEpochResponse", api::offset_for_leader_epoch, direction::response, {0, 4}, 4};

  struct partition {
    std::int16_t error_code = 0;
    partition_id index{};
    leader_epoch epoch = no_leader_epoch;
    std::int64_t end_offset = -1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
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
