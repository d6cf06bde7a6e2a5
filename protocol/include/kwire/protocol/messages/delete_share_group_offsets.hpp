#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct delete_share_group_offsets_response;

struct delete_share_group_offsets_request {
  using response = delete_share_group_offsets_response;
  static constexpr message_info info{
      "DeleteShareGroupOffsetsRequest", api::delete_share_group_offsets, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::group_coordinator, "4.1"};

  struct topic {
    std::string topic_name;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct delete_share_group_offsets_response {
  static constexpr message_info info{
      "DeleteShareGroupOffsetsResponse", api::delete_share_group_offsets, direction::response, {0, 0}, 0};

  struct topic {
    std::string topic_name;
    uuid topic_id{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::vector<topic> responses;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
