#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct alter_replica_log_dirs_response;

struct alter_replica_log_dirs_request {
  using response = alter_replica_log_dirs_response;
  static constexpr message_info info{
      "AlterReplicaLogDirsRequest", api::alter_replica_log_dirs, direction::request, {0, 2}, 2};
  static constexpr api_facts facts{route::every_broker, "1.0 2.0 2.8", 1};

  struct topic {
    std::string name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct log_dir {
    std::string path;
    std::vector<topic> topics;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<log_dir> dirs;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct alter_replica_log_dirs_response {
  static constexpr message_info info{
      "AlterReplicaLogDirsResponse", api::alter_replica_log_dirs, direction::response, {0, 2}, 2};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
