#pragma once

#include <cstddef>
#include <cstdint>
#include <kwire/client/config.hpp>
#include <kwire/client/error.hpp>
#include <kwire/client/record.hpp>
#include <kwire/protocol/bytes.hpp>
#include <optional>

#include "core/backoff.hpp"
#include "core/config/producer_settings.hpp"
#include "core/producer/accumulator.hpp"

namespace kwire::core {

/// The partition that a key asks for, or nothing when the record may go anywhere (and then sticks to one
/// partition for a while, KIP-480). `count` is above zero.
std::optional<std::int32_t> partition_of_key(partitioner_kind kind, std::optional<bytes_view> key,
                                             std::int32_t count, random_source& random) noexcept;

/// The partition that the records of one thread and topic stick to when they may go anywhere.
struct sticky_place {
  std::uint32_t partition = 0;
  bool chosen = false;
  std::size_t given = 0;  ///< octets since it was chosen
};

/// Decides where records go. Records that may go anywhere stay with a partition for batch.size octets,
/// whether they left in one batch or in many (KIP-794), so that each partition gets its share however short
/// the batches are. Safe for several threads, each with places and randomness of its own.
class partitioner {
 public:
  partitioner(const producer_settings& settings, partition_function function);

  /// Sets the partition that the record asks for, unchecked; leaves it open when it may go anywhere. False,
  /// with the reason, when the application's function throws. (A result would cost each record 20
  /// instructions.)
  bool wanted(const record& what, topic_slot& topic, const partition_table& table, random_source& random,
              std::optional<std::int32_t>& to, std::optional<error>& why) const {
    if (what.partition()) {
      to = raw(*what.partition());
      return true;
    }
    if (!plain_) [[unlikely]]
      return otherwise(what, topic, table, random, to, why);
    if (ignores_keys_ || (!what.key() && null_sticks_)) return true;
    to = by_key(what, static_cast<std::int32_t>(table.slots.size()), random);
    return true;
  }

  /// The partition of a record that may go anywhere: the one it sticks to while that has a leader and has not
  /// had its share.
  std::uint32_t place(sticky_place& at, const partition_table& table, random_source& random) const {
    if (at.chosen && at.partition < table.slots.size() && at.given < 2 * share_ &&
        table.slots[at.partition]->available.load(std::memory_order_relaxed)) [[likely]] {
      return at.partition;
    }
    return choose(at, table, random);
  }
  /// What the accumulator may do with such a record. A batch that was begun is filled before the partition
  /// changes, up to twice the share.
  accumulator::placing placing(const sticky_place& at) const noexcept {
    return at.given >= share_ ? accumulator::placing::join_open : accumulator::placing::until_full;
  }
  /// The accumulator would rather have `size` octets elsewhere.
  void full(sticky_place& at, std::size_t size) const noexcept;

 private:
  std::optional<std::int32_t> by_key(const record& what, std::int32_t count, random_source& random) const;
  bool otherwise(const record& what, topic_slot& topic, const partition_table& table, random_source& random,
                 std::optional<std::int32_t>& to, std::optional<error>& why) const;
  std::uint32_t choose(sticky_place& at, const partition_table& table, random_source& random) const;
  bool takes(const partition_slot& slot, random_source& random) const;

  partitioner_kind kind_;
  bool ignores_keys_;
  bool adaptive_;
  bool plain_;         ///< a key is all it looks at
  bool null_sticks_;   ///< of keys, a null one asks for nothing
  std::size_t share_;  ///< octets before the partition changes
  partition_function function_;
};

}  // namespace kwire::core
