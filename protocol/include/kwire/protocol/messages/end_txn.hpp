#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>

namespace kwire::protocol {

struct end_txn_response;

struct end_txn_request {
  using response = end_txn_response;
  static constexpr message_info info{"EndTxnRequest", api::end_txn, direction::request, {0, 5}, 3};
  static constexpr api_facts facts{route::transaction_coordinator, "0.11 2.0 2.7 2.8 3.8 4.0"};

  std::string transactional_id;
  producer_id producer{};
  producer_epoch epoch{};
  bool committed = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct end_txn_response {
  static constexpr message_info info{"EndTxnResponse", api::end_txn, direction::response, {0, 5}, 3};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  producer_id producer = no_producer_id;
  producer_epoch epoch = no_producer_epoch;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
