#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct elect_leaders_response;

struct elect_leaders_request {
  using response = elect_leaders_response;
  static constexpr message_info info{
      "ElectLeadersRequest", api::elect_leaders, direction::request, {0, 2}, 2};
  static constexpr api_facts facts{route::controller, "2.2 2.4 2.4"};

  struct topic {
    std::string name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int8_t election_type = 0;
  std::optional<std::vector<topic>> topic_partitions{std::in_place};  ///< null elects for all partitions
  std::int32_t timeout_ms = 60000;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct elect_leaders_response {
  static constexpr message_info info{
      "ElectLeadersResponse", api::elect_leaders, direction::response, {0, 2}, 2};

  struct partition {
    partition_id index{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partition_result;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<topic> replica_election_results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
