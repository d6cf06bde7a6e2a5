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

struct describe_share_group_offsets_response;

struct describe_share_group_offsets_request {
  using response = describe_share_group_offsets_response;
  static constexpr message_info info{
      "DescribeShareGroupOffsetsRequest", api::describe_share_group_offsets, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::group_coordinator, "4.1 4.2"};

  struct topic {
    std::string topic_name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group {
    std::string group_id;
    std::optional<std::vector<topic>> topics{std::in_place};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<group> groups;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_share_group_offsets_response {
  static constexpr message_info info{
      "DescribeShareGroupOffsetsResponse", api::describe_share_group_offsets, direction::response, {0, 1}, 0};

  struct partition {
    partition_id partition_index{};
    std::int64_t start_offset = 0;
    leader_epoch epoch{};
    std::int64_t lag = -1;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string topic_name;
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group {
    std::string group_id;
    std::vector<topic> topics;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<group> groups;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
