#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct consumer_group_describe_response;

struct consumer_group_describe_request {
  using response = consumer_group_describe_response;
  static constexpr message_info info{
      "ConsumerGroupDescribeRequest", api::consumer_group_describe, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::group_coordinator, "3.8 4.0"};

  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_group_describe_response {
  static constexpr message_info info{
      "ConsumerGroupDescribeResponse", api::consumer_group_describe, direction::response, {0, 1}, 0};

  struct topic {
    uuid topic_id{};
    std::string topic_name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct assigned {
    std::vector<topic> topic_partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct member {
    std::string member_id;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::int32_t member_epoch = 0;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> subscribed_topic_names;
    std::optional<std::string> subscribed_topic_regex;
    assigned assignment;
    assigned target_assignment;
    std::int8_t member_type = -1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::int32_t group_epoch = 0;
    std::int32_t assignment_epoch = 0;
    std::string assignor_name;
    std::vector<member> members;
    std::int32_t authorized_operations = INT32_MIN;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<group> groups;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
