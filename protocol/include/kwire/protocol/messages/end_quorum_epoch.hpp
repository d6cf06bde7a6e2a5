#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct end_quorum_epoch_response;

struct end_quorum_epoch_request {
  using response = end_quorum_epoch_response;
  static constexpr message_info info{
      "EndQuorumEpochRequest", api::end_quorum_epoch, direction::request, {0, 1}, 1};
  static constexpr api_facts facts{route::inter_broker, "2.8 3.9"};

  struct candidate {
    node_id candidate_id{};
    uuid candidate_directory_id{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id partition_index{};
    node_id leader_id{};
    leader_epoch epoch{};
    std::vector<node_id> preferred_successors;    ///< version 0
    std::vector<candidate> preferred_candidates;  ///< from version 1 on
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
  std::vector<topic> topics;
  std::vector<endpoint> leader_endpoints;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct end_quorum_epoch_response {
  static constexpr message_info info{
      "EndQuorumEpochResponse", api::end_quorum_epoch, direction::response, {0, 1}, 1};

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
