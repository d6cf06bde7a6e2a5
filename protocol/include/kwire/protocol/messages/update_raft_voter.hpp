#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct update_raft_voter_response;

struct update_raft_voter_request {
  using response = update_raft_voter_response;
  static constexpr message_info info{
      "UpdateRaftVoterRequest", api::update_raft_voter, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::inter_broker, "3.9"};

  struct listener {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct feature_range {
    std::int16_t min_supported_version = 0;
    std::int16_t max_supported_version = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> cluster_id = "";
  leader_epoch current_leader_epoch{};
  node_id voter_id{};
  uuid voter_directory_id{};
  std::vector<listener> listeners;
  feature_range k_raft_version_feature;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct update_raft_voter_response {
  static constexpr message_info info{
      "UpdateRaftVoterResponse", api::update_raft_voter, direction::response, {0, 0}, 0};

  struct leader {
    node_id leader_id = no_node;
    leader_epoch epoch = no_leader_epoch;
    std::string host;
    std::int32_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  leader current_leader;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
