#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>

namespace kwire::protocol {

struct add_offsets_to_txn_response;

struct add_offsets_to_txn_request {
  using response = add_offsets_to_txn_response;
  static constexpr message_info info{
      "AddOffsetsToTxnRequest", api::add_offsets_to_txn, direction::request, {0, 4}, 3};
  static constexpr api_facts facts{route::transaction_coordinator, "0.11 2.0 2.7 2.8 3.8"};

  std::string transactional_id;
  producer_id producer{};
  producer_epoch epoch{};
  std::string group_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct add_offsets_to_txn_response {
  static constexpr message_info info{
      "AddOffsetsToTxnResponse", api::add_offsets_to_txn, direction::response, {0, 4}, 3};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
