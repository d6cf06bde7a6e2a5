#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct fetch_snapshot_response;

struct fetch_snapshot_request {
  using response = fetch_snapshot_response;
  static constexpr message_info info{
      "FetchSnapshotRequest", api::fetch_snapshot, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::inter_broker, "2.8 3.9"};

  struct snapshot {
    std::int64_t end_offset = 0;
    leader_epoch epoch{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id index{};
    leader_epoch current_leader_epoch{};
    snapshot snapshot_id;
    std::int64_t position = 0;
    uuid replica_directory_id{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> cluster_id;
  node_id replica_id = no_node;
  std::int32_t max_bytes = INT32_MAX;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct fetch_snapshot_response {
  static constexpr message_info info{
      "FetchSnapshotResponse", api::fetch_snapshot, direction::response, {0, 1}, 0};

  struct snapshot {
    std::int64_t end_offset = 0;
    leader_epoch epoch{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct leader {
    node_id leader_id{};
    leader_epoch epoch{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id index{};
    std::int16_t error_code = 0;
    snapshot snapshot_id;
    leader current_leader;
    std::int64_t size = 0;
    std::int64_t position = 0;
    bytes_view unaligned_records;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint {
    node_id id{};
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<topic> topics;
  std::vector<endpoint> node_endpoints;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
