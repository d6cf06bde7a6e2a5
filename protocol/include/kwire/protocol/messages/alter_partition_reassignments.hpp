#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct alter_partition_reassignments_response;

struct alter_partition_reassignments_request {
  using response = alter_partition_reassignments_response;
  static constexpr message_info info{"AlterPartitionReassignmentsRequest",
                                     api::alter_partition_reassignments,
                                     direction::request,
                                     {0, 1},
                                     0};
  static constexpr api_facts facts{route::controller, "2.4 4.1"};

  struct partition {
    partition_id partition_index{};
    std::optional<std::vector<node_id>> replicas;  ///< null cancels
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t timeout_ms = 60000;
  bool allow_replication_factor_change = true;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct alter_partition_reassignments_response {
  static constexpr message_info info{"AlterPartitionReassignmentsResponse",
                                     api::alter_partition_reassignments,
                                     direction::response,
                                     {0, 1},
                                     0};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
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
  bool allow_replication_factor_change = true;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<topic> responses;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
