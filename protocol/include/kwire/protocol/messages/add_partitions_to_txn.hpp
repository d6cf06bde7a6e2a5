#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct add_partitions_to_txn_response;

struct add_partitions_to_txn_request {
  using response = add_partitions_to_txn_response;
  static constexpr message_info info{
      "AddPartitionsToTxnRequest", api::add_partitions_to_txn, direction::request, {0, 5}, 3};
  static constexpr api_facts facts{route::transaction_coordinator, "0.11 2.0 2.7 2.8 3.6 3.8"};

  struct topic {
    std::string name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct transaction {
    std::string transactional_id;
    producer_id producer{};
    producer_epoch epoch{};
    bool verify_only = false;
    std::vector<topic> topics;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<transaction> transactions;  ///< from version 4 on; before that the `v3_and_below_` fields
  std::string v3_and_below_transactional_id;
  producer_id v3_and_below_producer_id{};
  producer_epoch v3_and_below_producer_epoch{};
  std::vector<topic> v3_and_below_topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct add_partitions_to_txn_response {
  static constexpr message_info info{
      "AddPartitionsToTxnResponse", api::add_partitions_to_txn, direction::response, {0, 5}, 3};

  struct partition {
    partition_id partition_index{};
    std::int16_t partition_error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> results_by_partition;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct transaction {
    std::string transactional_id;
    std::vector<topic> topic_results;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<transaction> results_by_transaction;   ///< from version 4 on
  std::vector<topic> results_by_topic_v3_and_below;  ///< up to version 3
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
