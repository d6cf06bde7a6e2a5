#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct list_partition_reassignments_response;

struct list_partition_reassignments_request {
  using response = list_partition_reassignments_response;
  static constexpr message_info info{
      "ListPartitionReassignmentsRequest", api::list_partition_reassignments, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::controller, "2.4"};

  struct topic {
    std::string name;
    std::vector<partition_id> partition_indexes;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t timeout_ms = 60000;
  std::optional<std::vector<topic>> topics;  ///< null asks for all
  unknown_fields unknown;
  void describe(visitor& v);
};

struct list_partition_reassignments_response {
  static constexpr message_info info{"ListPartitionReassignmentsResponse",
                                     api::list_partition_reassignments,
                                     direction::response,
                                     {0, 0},
                                     0};

  struct partition {
    partition_id partition_index{};
    std::vector<node_id> replicas;
    std::vector<node_id> adding_replicas;
    std::vector<node_id> removing_replicas;
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
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
