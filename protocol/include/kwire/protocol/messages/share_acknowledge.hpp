#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct share_acknowledge_response;

struct share_acknowledge_request {
  using response = share_acknowledge_response;
  static constexpr message_info info{
      "ShareAcknowledgeRequest", api::share_acknowledge, direction::request, {1, 2}, 0};
  static constexpr api_facts facts{route::leader, "4.1 4.2"};

  struct acknowledgement_batch {
    std::int64_t first_offset = 0;
    std::int64_t last_offset = 0;
    std::vector<std::int8_t> acknowledge_types;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id partition_index{};
    std::vector<acknowledgement_batch> acknowledgement_batches;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> group_id;
  std::optional<std::string> member_id = "";
  std::int32_t share_session_epoch = 0;
  bool is_renew_ack = false;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_acknowledge_response {
  static constexpr message_info info{
      "ShareAcknowledgeResponse", api::share_acknowledge, direction::response, {1, 2}, 0};

  struct leader {
    node_id leader_id{};
    leader_epoch epoch{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    leader current_leader;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint {
    node_id id{};
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::int32_t acquisition_lock_timeout_ms = 0;
  std::vector<topic> responses;
  std::vector<endpoint> node_endpoints;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
