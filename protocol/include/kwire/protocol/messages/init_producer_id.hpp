#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>

namespace kwire::protocol {

struct init_producer_id_response;

struct init_producer_id_request {
  using response = init_producer_id_response;
  static constexpr message_info info{
      "InitProducerIdRequest", api::init_producer_id, direction::request, {0, 6}, 2, 5};
  static constexpr api_facts facts{route::transaction_coordinator, "0.11 2.0 2.4 2.5 2.7 3.8"};

  std::optional<std::string> transactional_id = "";
  std::int32_t transaction_timeout_ms = 0;
  producer_id producer = no_producer_id;
  producer_epoch epoch = no_producer_epoch;
  bool enable_2pc = false;
  bool keep_prepared_txn = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct init_producer_id_response {
  static constexpr message_info info{
      "InitProducerIdResponse", api::init_producer_id, direction::response, {0, 6}, 2, 5};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  producer_id producer = no_producer_id;
  producer_epoch epoch{};
  producer_id ongoing_txn_producer_id = no_producer_id;
  producer_epoch ongoing_txn_producer_epoch = no_producer_epoch;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
