#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/consumer/offset_bodies.hpp"
#include "core/producer/accumulator.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// A transactional id with the producer id and epoch that it has now.
struct transaction_owner {
  std::string transactional_id;
  producer_id id = no_producer_id;
  producer_epoch epoch = no_producer_epoch;
};

// Highest versions of the protocol in which a client adds partitions to a transaction itself; the next ones
// imply version 2 of transactions (KIP-890), in which writing does it.
inline constexpr std::int16_t last_produce_of_v1 = 11;
inline constexpr std::int16_t last_offset_commit_of_v1 = 4;
inline constexpr std::int16_t last_end_of_v1 = 4;
inline constexpr std::int16_t last_add_partitions_of_clients = 3;

std::shared_ptr<request_body> make_init_producer_id(const transaction_owner& who, std::int32_t timeout_ms);
std::shared_ptr<request_body> make_add_partitions(const transaction_owner& who,
                                                  const std::vector<partition_slot*>& which);
std::shared_ptr<request_body> make_add_offsets(const transaction_owner& who, const std::string& group);
/// Versions without room for the member (before Kafka 2.5) are refused unless `of` names the group alone:
/// offsets of somebody else could be overwritten there.
std::shared_ptr<request_body> make_txn_offset_commit(const transaction_owner& who, const commit_identity& of,
                                                     const std::vector<commit_entry>& entries);
std::shared_ptr<request_body> make_end_txn(const transaction_owner& who, bool commit);

/// What a coordinator says, whichever of the above it answers: the first error if there is one (of several
/// partitions the one that matters most), where it struck, and a new identity if it gives one.
struct transaction_answer {
  broker_errc code = broker_errc::none;
  std::optional<topic_partition> where;
  producer_id id = no_producer_id;
  producer_epoch epoch = no_producer_epoch;
  std::int32_t throttle_ms = 0;
};
result<transaction_answer> read_transaction_answer(api key, const response& answer);

}  // namespace kwire::core
