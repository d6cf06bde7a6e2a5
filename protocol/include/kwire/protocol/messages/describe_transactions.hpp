#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct describe_transactions_response;

struct describe_transactions_request {
  using response = describe_transactions_response;
  static constexpr message_info info{
      "DescribeTransactionsRequest", api::describe_transactions, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::transaction_coordinator, "3.0"};

  std::vector<std::string> transactional_ids;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_transactions_response {
  static constexpr message_info info{
      "DescribeTransactionsResponse", api::describe_transactions, direction::response, {0, 0}, 0};

  struct topic {
    std::string name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct transaction {
    std::int16_t error_code = 0;
    std::string transactional_id;
    std::string transaction_state;
    std::int32_t transaction_timeout_ms = 0;
    std::int64_t transaction_start_time_ms = 0;
    producer_id producer{};
    producer_epoch epoch{};
    std::vector<topic> topics;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<transaction> transaction_states;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
