#include "core/producer/partitioner.hpp"

#include <algorithm>
#include <kwire/protocol/records/murmur2.hpp>

namespace kwire::core {
namespace {

/// So often a partition is drawn; then the best of those drawn is taken.
constexpr int most_draws = 16;

/// FNV-1a as Sarama and librdkafka use it: the hash counts as signed, and its absolute value is taken.
std::int32_t fnv1a_partition(bytes_view key, std::int32_t count) noexcept {
  std::uint32_t hash = 0x811c9dc5U;
  for (const auto octet : key) hash = (hash ^ std::to_integer<std::uint32_t>(octet)) * 0x01000193U;
  if (hash > 0x7fffffffU) hash = 0U - hash;
  return static_cast<std::int32_t>(hash % static_cast<std::uint32_t>(count));
}

std::optional<bytes_view> octets(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return as_bytes(*text);
}

bool available(const partition_slot* slot) noexcept {
  return slot->available.load(std::memory_order_relaxed);
}

/// The next partition in turn among those with a leader, or among all when none has one.
std::int32_t in_turn(topic_slot& topic, const partition_table& table) {
  const auto turn = topic.turn.fetch_add(1, std::memory_order_relaxed);
  const auto with_leader = static_cast<std::uint32_t>(std::ranges::count_if(table.slots, available));
  if (with_leader == 0 || with_leader == table.slots.size()) {
    return static_cast<std::int32_t>(turn % table.slots.size());
  }
  auto left = turn % with_leader;
  std::int32_t index = 0;
  for (const auto* slot : table.slots) {
    if (available(slot) && left-- == 0) break;
    ++index;
  }
  return index;
}

}  // namespace

std::optional<std::int32_t> partition_of_key(partitioner_kind kind, std::optional<bytes_view> key,
                                             std::int32_t count, random_source& random) noexcept {
  const auto some = key.value_or(bytes_view{});
  switch (kind) {
    case partitioner_kind::murmur2_random:
      if (!key) return std::nullopt;
      return protocol::murmur2_partition(*key, count);
    case partitioner_kind::murmur2: return protocol::murmur2_partition(some, count);
    case partitioner_kind::consistent: return protocol::crc32_partition(some, count);
    case partitioner_kind::consistent_random:
      // librdkafka's rule: an empty key counts as none.
      if (some.empty()) return std::nullopt;
      return protocol::crc32_partition(some, count);
    case partitioner_kind::fnv1a: return fnv1a_partition(some, count);
    case partitioner_kind::fnv1a_random:
      if (!key) return std::nullopt;
      return fnv1a_partition(*key, count);
    case partitioner_kind::random:
      return static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(count)));
    case partitioner_kind::sticky:
    case partitioner_kind::round_robin: break;  // no matter of keys
  }
  return std::nullopt;
}

partitioner::partitioner(const producer_settings& settings, partition_function function)
    : kind_(settings.partitioner),
      ignores_keys_(settings.ignore_keys || settings.partitioner == partitioner_kind::sticky),
      adaptive_(settings.adaptive),
      plain_(!function && settings.partitioner != partitioner_kind::round_robin &&
             settings.partitioner != partitioner_kind::random),
      null_sticks_(settings.partitioner == partitioner_kind::murmur2_random ||
                   settings.partitioner == partitioner_kind::consistent_random ||
                   settings.partitioner == partitioner_kind::fnv1a_random),
      share_(static_cast<std::size_t>(settings.batch_size)),
      function_(std::move(function)) {}

std::optional<std::int32_t> partitioner::by_key(const record& what, std::int32_t count,
                                                random_source& random) const {
  return partition_of_key(kind_, octets(what.key()), count, random);
}

bool partitioner::otherwise(const record& what, topic_slot& topic, const partition_table& table,
                            random_source& random, std::optional<std::int32_t>& to,
                            std::optional<error>& why) const {
  const auto count = static_cast<std::int32_t>(table.slots.size());
  if (!function_) {
    if (kind_ == partitioner_kind::round_robin) {
      to = in_turn(topic, table);
      return true;
    }
    to = partition_of_key(kind_, std::nullopt, count, random);
    if (available(table.slots[static_cast<std::size_t>(*to)])) return true;
    to = partition_of_key(kind_, std::nullopt, count, random);  // one more chance, as librdkafka gives
    return true;
  }
  try {
    const auto chosen = function_(what.topic(), what.key(), what.value(), count);
    if (chosen != any_partition) to = raw(chosen);
    return true;
  } catch (const std::exception& thrown) {
    why = error{errc::invalid_argument, std::string{"the partition function threw: "} + thrown.what()};
  } catch (...) {
    why = error{errc::invalid_argument, "the partition function threw"};
  }
  why->on(what.topic());
  return false;
}

void partitioner::full(sticky_place& at, std::size_t size) const noexcept {
  // A batch that others filled is no reason to go; one that this record alone did not fit in is.
  if (at.given + protocol::batch_header_size + size >= share_) at.chosen = false;
}

/// Any partition with a leader; when adaptive, one with n batches on their way is taken 1/(n+1) as often as
/// one without, so that slow brokers get less.
std::uint32_t partitioner::choose(sticky_place& at, const partition_table& table,
                                  random_source& random) const {
  const auto count = static_cast<std::uint32_t>(table.slots.size());
  const auto draw = [&] { return static_cast<std::uint32_t>(random.below(count)); };
  auto best = draw();
  for (int draws = 0; draws < most_draws; ++draws) {
    const auto drawn = draws == 0 ? best : draw();
    const auto& slot = *table.slots[drawn];
    if (!available(&slot)) continue;
    // Without a measure of load it is at least another one.
    const bool same = !adaptive_ && count > 1 && drawn == at.partition && at.given > 0;
    if (!available(table.slots[best])) best = drawn;
    if (same || !takes(slot, random)) continue;
    best = drawn;
    break;
  }
  // Nearly all are without a leader: the first that has one.
  for (std::uint32_t step = 0; step < count && !available(table.slots[best]); ++step)
    best = (best + 1) % count;
  at = {best, true, 0};
  return best;
}

bool partitioner::takes(const partition_slot& slot, random_source& random) const {
  if (!adaptive_) return true;
  const auto waiting = slot.unanswered.load(std::memory_order_relaxed);
  return waiting == 0 || random.below(std::uint64_t{waiting} + 1) == 0;
}

}  // namespace kwire::core
