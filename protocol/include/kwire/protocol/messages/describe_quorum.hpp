#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct describe_quorum_response;

struct describe_quorum_request {
  using response = describe_quorum_response;
  static constexpr message_info info{
      "DescribeQuorumRequest", api::describe_quorum, direction::request, {0, 2}, 0};
  static constexpr api_facts facts{route::controller, "2.8 3.3 3.9"};

  struct partition {
    partition_id partition_index{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_quorum_response {
  static constexpr message_info info{
      "DescribeQuorumResponse", api::describe_quorum, direction::response, {0, 2}, 0};

  struct replica {
    node_id replica_id{};
    uuid replica_directory_id{};
    std::int64_t log_end_offset = 0;
    std::int64_t last_fetch_timestamp = -1;
    std::int64_t last_caught_up_timestamp = -1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    node_id leader_id{};
    leader_epoch epoch{};
    std::int64_t high_watermark = 0;
    std::vector<replica> current_voters;
    std::vector<replica> observers;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct listener {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct node {
    node_id id{};
    std::vector<listener> listeners;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<topic> topics;
  std::vector<node> nodes;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
