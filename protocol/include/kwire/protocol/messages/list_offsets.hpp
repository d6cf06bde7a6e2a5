#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct list_offsets_response;

struct list_offsets_request {
  using response = list_offsets_response;
  static constexpr message_info info{"ListOffsetsRequest", api::list_offsets, direction::request, {0, 11}, 6};
  static constexpr api_facts facts{route::leader, "0.8 0.10.1 0.11 2.0 2.1 2.2 2.8 3.0 3.5 3.9 4.0 4.2", 1};

  struct partition {
    partition_id partition_index{};
    leader_epoch current_leader_epoch = no_leader_epoch;
    std::int64_t timestamp = 0;
    std::int32_t max_num_offsets = 1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  node_id replica_id{};  ///< consumers send `no_node`; the schema's default is broker 0
  std::int8_t isolation_level = 0;
  std::vector<topic> topics;
  std::int32_t timeout_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct list_offsets_response {
  static constexpr message_info info{
      "ListOffsetsResponse", api::list_offsets, direction::response, {0, 11}, 6};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    std::vector<std::int64_t> old_style_offsets;
    std::int64_t timestamp = -1;
    std::int64_t offset = -1;
    leader_epoch epoch = no_leader_epoch;
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
