#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct vote_response;

struct vote_request {
  using response = vote_response;
  static constexpr message_info info{"VoteRequest", api::vote, direction::request, {0, 2}, 0};
  static constexpr api_facts facts{route::inter_broker, "2.8 3.9 4.0"};

  struct partition {
    partition_id partition_index{};
    leader_epoch replica_epoch{};
    node_id replica_id{};
    uuid replica_directory_id{};
    uuid voter_directory_id{};
    leader_epoch last_offset_epoch{};
    std::int64_t last_offset = 0;
    bool pre_vote = false;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> cluster_id;
  node_id voter_id = no_node;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct vote_response {
  static constexpr message_info info{"VoteResponse", api::vote, direction::response, {0, 2}, 0};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    node_id leader_id{};
    leader_epoch epoch{};
    bool vote_granted = false;
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
