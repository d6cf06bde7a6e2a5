#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct describe_cluster_response;

struct describe_cluster_request {
  using response = describe_cluster_response;
  static constexpr message_info info{
      "DescribeClusterRequest", api::describe_cluster, direction::request, {0, 2}, 0};
  static constexpr api_facts facts{route::any_broker, "2.8 3.7 4.0"};

  bool include_cluster_authorized_operations = false;
  std::int8_t endpoint_type = 1;
  bool include_fenced_brokers = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_cluster_response {
  static constexpr message_info info{
      "DescribeClusterResponse", api::describe_cluster, direction::response, {0, 2}, 0};

  struct broker {
    node_id broker_id{};
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    bool is_fenced = false;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::int8_t endpoint_type = 1;
  std::string cluster_id;
  node_id controller_id = no_node;
  std::vector<broker> brokers;
  std::int32_t cluster_authorized_operations = INT32_MIN;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
