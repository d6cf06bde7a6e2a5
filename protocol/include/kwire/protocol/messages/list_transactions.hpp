#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct list_transactions_response;

struct list_transactions_request {
  using response = list_transactions_response;
  static constexpr message_info info{
      "ListTransactionsRequest", api::list_transactions, direction::request, {0, 2}, 0};
  static constexpr api_facts facts{route::every_broker, "3.0 3.8 4.1"};

  std::vector<std::string> state_filters;
  std::vector<producer_id> producer_id_filters;
  std::int64_t duration_filter = -1;
  std::optional<std::string> transactional_id_pattern;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct list_transactions_response {
  static constexpr message_info info{
      "ListTransactionsResponse", api::list_transactions, direction::response, {0, 2}, 0};

  struct transaction {
    std::string transactional_id;
    producer_id producer{};
    std::string transaction_state;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<std::string> unknown_state_filters;
  std::vector<transaction> transaction_states;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
