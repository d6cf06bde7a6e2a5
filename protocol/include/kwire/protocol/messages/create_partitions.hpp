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

struct create_partitions_response;

struct create_partitions_request {
  using response = create_partitions_response;
  static constexpr message_info info{
      "CreatePartitionsRequest", api::create_partitions, direction::request, {0, 3}, 2};
  static constexpr api_facts facts{route::controller, "1.0 2.0 2.5 2.7"};

  struct assignment {
    std::vector<node_id> broker_ids;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::int32_t count = 0;
    std::optional<std::vector<assignment>> assignments{std::in_place};  ///< null lets the broker choose
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topics;
  std::int32_t timeout_ms = 0;
  bool validate_only = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct create_partitions_response {
  static constexpr message_info info{
      "CreatePartitionsResponse", api::create_partitions, direction::response, {0, 3}, 2};

  struct topic {
    std::string name;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
