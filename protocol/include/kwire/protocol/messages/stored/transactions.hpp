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

struct transaction_log_key {
  static constexpr auto info = record_key("TransactionLogKey", coordinator_log::transaction, 0);

  std::string transactional_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct transaction_log_value {
  static constexpr auto info =
      record_value("TransactionLogValue", coordinator_log::transaction, 0, {0, 1}, 1);

  struct topic {
    std::string name;
    std::vector<partition_id> partition_ids;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  producer_id producer{};
  producer_id previous_producer_id = no_producer_id;
  producer_id next_producer_id = no_producer_id;
  producer_epoch epoch{};
  producer_epoch next_producer_epoch = no_producer_epoch;
  std::int32_t transaction_timeout_ms = 0;
  std::int8_t transaction_status = 0;
  std::optional<std::vector<topic>> transaction_partitions{std::in_place};
  std::int64_t transaction_last_update_timestamp_ms = 0;
  std::int64_t transaction_start_timestamp_ms = 0;
  std::int16_t client_transaction_version = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

/// An entry of a log segment's transaction index.
struct aborted_txn {
  static constexpr message_info info{"AbortedTxn", no_api, direction::stored, {0, 0}};

  producer_id producer{};
  std::int64_t first_offset = 0;
  std::int64_t last_offset = 0;
  std::int64_t last_stable_offset = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
