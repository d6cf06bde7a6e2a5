#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct begin_quorum_epoch_response;

struct begin_quorum_epoch_request {
  using response = begin_quorum_epoch_response;
  static constexpr message_info info{
      "BeginQuorumEpochRequest", api::begin_quorum_epoch, direction::request, {0, 1}, 1};
  static constexpr api_facts facts{route::inter_broker, "2.8 3.9"};

  struct partition {
    partition_id partition_index{};
    uuid voter_directory_id{};
    node_id leader_id{};
    leader_epoch epoch{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> cluster_id;
  node_id voter_id = no_node;
  std::vector<topic> topics;
  std::vector<endpoint> leader_endpoints;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct begin_quorum_epoch_response {
  static constexpr message_info info{
      "BeginQuorumEpochResponse", api::begin_quorum_epoch, direction::response, {0, 1}, 1};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    node_id leader_id{};
    leader_epoch epoch{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;
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

  std::int16_t error_code = 0;
  std::vector<topic> topics;
  std::vector<endpoint> node_endpoints;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
