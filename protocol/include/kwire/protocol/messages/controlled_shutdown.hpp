#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct controlled_shutdown_response;

struct controlled_shutdown_request {
  using response = controlled_shutdown_response;
  static constexpr message_info info{
      "ControlledShutdownRequest", api::controlled_shutdown, direction::request, {0, 3}, 3};
  static constexpr api_facts facts{route::inter_broker, "0.8 0.9 2.2 2.4", api_facts::gone};

  node_id broker_id{};
  std::int64_t broker_epoch = -1;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct controlled_shutdown_response {
  static constexpr message_info info{
      "ControlledShutdownResponse", api::controlled_shutdown, direction::response, {0, 3}, 3};

  struct partition {
    std::string topic_name;
    partition_id partition_index{};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t error_code = 0;
  std::vector<partition> remaining_partitions;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
