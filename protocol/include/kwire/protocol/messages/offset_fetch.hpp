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

struct offset_fetch_response;

struct offset_fetch_request {
  using response = offset_fetch_response;
  static constexpr message_info info{"OffsetFetchRequest", api::offset_fetch, direction::request, {0, 10}, 6};
  static constexpr api_facts facts{route::group_coordinator,
                                   "0.8.1 0.8.2 0.10.2 0.11 2.0 2.1 2.4 2.5 3.0 3.7 4.2", 1};

  struct topic {
    std::string name;
    std::vector<partition_id> partition_indexes;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group_topic {
    std::string name;  ///< up to version 9
    uuid topic_id{};   ///< from version 10 on
    std::vector<partition_id> partition_indexes;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group {
    std::string group_id;
    std::optional<std::string> member_id;
    std::int32_t member_epoch = -1;
    std::optional<std::vector<group_topic>> topics{std::in_place};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;                                     ///< up to version 7
  std::optional<std::vector<topic>> topics{std::in_place};  ///< up to version 7; null asks for all
  std::vector<group> groups;                                ///< from version 8 on
  bool require_stable = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct offset_fetch_response {
  static constexpr message_info info{
      "OffsetFetchResponse", api::offset_fetch, direction::response, {0, 10}, 6};

  struct partition {
    partition_id partition_index{};
    std::int64_t committed_offset = 0;
    leader_epoch committed_leader_epoch = no_leader_epoch;
    std::optional<std::string> metadata = "";
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group_partition {
    partition_id partition_index{};
    std::int64_t committed_offset = 0;
    leader_epoch committed_leader_epoch = no_leader_epoch;
    std::optional<std::string> metadata = "";
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group_topic {
    std::string name;  ///< up to version 9
    uuid topic_id{};   ///< from version 10 on
    std::vector<group_partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group {
    std::string group_id;
    std::vector<group_topic> topics;
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  std::int16_t error_code = 0;
  std::vector<group> groups;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
