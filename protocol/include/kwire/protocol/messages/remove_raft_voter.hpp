#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>

namespace kwire::protocol {

struct remove_raft_voter_response;

struct remove_raft_voter_request {
  using response = remove_raft_voter_response;
  static constexpr message_info info{
      "RemoveRaftVoterRequest", api::remove_raft_voter, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::controller, "3.9"};

  std::optional<std::string> cluster_id = "";
  node_id voter_id{};
  uuid voter_directory_id{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct remove_raft_voter_response {
  static constexpr message_info info{
      "RemoveRaftVoterResponse", api::remove_raft_voter, direction::response, {0, 0}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
