#pragma once

#include <cstdint>
#include <string>

#include "agenda.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/config/producer_settings.hpp"

namespace kwire::sim {

inline constexpr const char* topic_name = "t";

/// What a seed decides before anything happens.
struct scenario {
  std::uint64_t seed = 0;
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
  bool mixed = false;  ///< half of the producers without idempotence

  core::client_settings client;
  core::producer_settings producer;
  core::consumer_settings consumer;
  std::uint32_t commits_by_hand = 0;  ///< percent of polls followed by one, without automatic commits

  explicit scenario(std::uint64_t from);
  std::string describe() const;
};

}  // namespace kwire::sim
