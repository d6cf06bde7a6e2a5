#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>

namespace kwire::protocol {

struct allocate_producer_ids_response;

struct allocate_producer_ids_request {
  using response = allocate_producer_ids_response;
  static constexpr message_info info{
      "AllocateProducerIdsRequest", api::allocate_producer_ids, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::inter_broker, "3.0"};

  node_id broker_id{};
  std::int64_t broker_epoch = -1;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct allocate_producer_ids_response {
  static constexpr message_info info{
      "AllocateProducerIdsResponse", api::allocate_producer_ids, direction::response, {0, 0}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  producer_id producer_id_start{};
  std::int32_t producer_id_len = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
