#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct consumer_group_heartbeat_response;

struct consumer_group_heartbeat_request {
  using response = consumer_group_heartbeat_response;
  static constexpr message_info info{
      "ConsumerGroupHeartbeatRequest", api::consumer_group_heartbeat, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::group_coordinator, "3.7 4.0"};

  struct topic {
    uuid topic_id{};
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::string member_id;
  std::int32_t member_epoch = 0;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string>> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex;
  std::optional<std::string> server_assignor;
  std::optional<std::vector<topic>> topic_partitions;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_heartbeat_response {
  static constexpr message_info info{
      "ConsumerGroupHeartbeatResponse", api::consumer_group_heartbeat, direction::response, {0, 1}, 0};

  struct topic {
    uuid topic_id{};
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct assigned {
    std::vector<topic> topic_partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::optional<std::string> member_id;
  std::int32_t member_epoch = 0;
  std::int32_t heartbeat_interval_ms = 0;
  std::optional<assigned> assignment;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
