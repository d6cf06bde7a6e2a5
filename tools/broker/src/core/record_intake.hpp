#pragma once

#include <functional>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/records/compression.hpp>

#include "core/cluster.hpp"

namespace kwire::embedded {

/// What became of a partition's records.
struct append_result {
  broker_errc error{};
  std::string message;  ///< for people; empty without an error
  std::int64_t base_offset = -1;
  std::int64_t append_time = -1;  ///< ms, where the topic uses the broker's clock
};

struct intake_rules {
  std::int16_t version = 0;  ///< of the Produce request
  bool check_crc = true;
  bool check_records = false;
  std::int64_t now_ms = 0;
  /// Sees to it that the partition is part of the producer's transaction; asked for batches of transactions
  /// that are not open here yet. Without it there are no transactions.
  std::function<broker_errc(producer_id id, producer_epoch epoch)> enlist{};
};

/// Checks what a producer sent for a partition as Kafka does, and appends it. `records` is a view into
/// `from`, whose bytes become part of the log.
append_result take_records(topic& to, partition& where, const frame& from, std::optional<bytes_view> records,
                           const intake_rules& rules);

/// Answers as if it had taken them, and keeps nothing: no more than the batch's header is looked at.
append_result discard_records(partition& where, std::optional<bytes_view> records);

}  // namespace kwire::embedded
