#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agenda.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/config/producer_settings.hpp"

namespace kwire::sim {

inline constexpr const char* topic_name = "t";

/// Who takes part: kwire's client alone, or scripted peers for what it does not speak yet.
enum class workload : std::uint8_t {
  plain,   ///< producers with acks=all, members of one group
  client,  ///< and some of: static members, acks 0 and 1, an assignment by hand, brokers that change address
  transactions,
  consumer_group,  ///< KIP-848
  share_group,     ///< KIP-932
  exactly_once,    ///< transactions of kwire's producer, alone and with a group's offsets
  count_
};
std::string_view to_string(workload which) noexcept;

/// What a seed decides before anything happens.
struct scenario {
  std::uint64_t seed = 0;
  workload what = workload::plain;
  std::int32_t nodes = 3;
  std::int32_t partitions = 3;
  micros replication_lag = 0;
  std::size_t producers = 2;
  std::size_t consumers = 2;
  std::uint32_t records = 100;  ///< of each producer
  micros chaos_ends = 15 * second;
  micros produce_ends = 0;
  std::size_t faults = 6;
  micros latency = 200, spread = 800;
  bool members_come_and_go = false;
  bool mixed = false;             ///< half of the producers without idempotence
  std::int64_t weak_acks = -1;    ///< of those
  bool static_members = false;    ///< half of them
  bool reader_by_hand = false;    ///< one more consumer, without a group
  bool brokers_move = false;      ///< to other addresses, now and then
  bool old_transactions = false;  ///< the cluster has not finalised KIP-890

  core::client_settings client;
  core::producer_settings producer;
  core::consumer_settings consumer;
  std::uint32_t commits_by_hand = 0;  ///< percent of polls followed by one, without automatic commits

  /// `only`: that workload, whatever the seed says.
  explicit scenario(std::uint64_t from, std::optional<workload> only = std::nullopt);
  bool writes_transactions() const noexcept {
    return what == workload::transactions || what == workload::exactly_once;
  }
  /// How many processes there are at first.
  std::size_t machines() const noexcept;
  std::string describe() const;
};

}  // namespace kwire::sim
