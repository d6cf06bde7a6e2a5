#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct add_raft_voter_response;

struct add_raft_voter_request {
  using response = add_raft_voter_response;
  static constexpr message_info info{
      "AddRaftVoterRequest", api::add_raft_voter, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::controller, "3.9 4.2"};

  struct listener {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> cluster_id = "";
  std::int32_t timeout_ms = 0;
  node_id voter_id{};
  uuid voter_directory_id{};
  std::vector<listener> listeners;
  bool ack_when_committed = true;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct add_raft_voter_response {
  static constexpr message_info info{
      "AddRaftVoterResponse", api::add_raft_voter, direction::response, {0, 1}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
