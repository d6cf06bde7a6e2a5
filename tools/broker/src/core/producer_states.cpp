#include "core/producer_states.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_reader.hpp>

namespace kwire::embedded {
namespace {

std::int32_t last_sequence(const protocol::batch_view& batch) {
  return advance_sequence(batch.base_sequence,
                          static_cast<std::int32_t>(batch.last_offset - batch.base_offset));
}

/// Whether sequence `a` lies before `b` on the circle of 31 bits.
bool before(std::int32_t a, std::int32_t b) {
  const auto ahead = (static_cast<std::uint32_t>(b) - static_cast<std::uint32_t>(a)) & 0x7fffffffU;
  return ahead != 0 && ahead < 0x40000000U;
}

}  // namespace

producer_states::verdict producer_states::check(const protocol::batch_view& batch) const {
  const auto found = producers_.find(raw(batch.producer_id));
  // Since Kafka 2.4 a producer of which nothing is remembered (any more) may go on at any sequence: it
  // cannot tell that its state has expired, and UNKNOWN_PRODUCER_ID is not answered any more.
  if (found == producers_.end()) return {};
  const auto& known = found->second;
  if (raw(batch.producer_epoch) < raw(known.epoch)) return {broker_errc::invalid_producer_epoch};
  if (batch.producer_epoch != known.epoch) {
    return {batch.base_sequence == 0 ? broker_errc::none : broker_errc::out_of_order_sequence_number};
  }
  const auto last = last_sequence(batch);
  for (std::size_t i = 0; i < known.count; ++i) {
    const auto& seen = known.batches[i];
    if (seen.first_sequence == batch.base_sequence && seen.last_sequence == last) {
      return {broker_errc::none, true, seen.base_offset, seen.timestamp};
    }
  }
  if (batch.base_sequence == advance_sequence(known.batches[known.count - 1].last_sequence, 1)) return {};
  if (before(last, known.batches[0].first_sequence)) return {broker_errc::duplicate_sequence_number};
  return {broker_errc::out_of_order_sequence_number};
}

void producer_states::appended(const protocol::batch_view& batch, std::int64_t base_offset,
                               std::int64_t timestamp) {
  auto& known = producers_[raw(batch.producer_id)];
  if (known.epoch != batch.producer_epoch) known = {batch.producer_epoch};
  if (known.count == known.batches.size()) {
    std::ranges::rotate(known.batches, known.batches.begin() + 1);
    --known.count;
  }
  known.batches[known.count++] = {batch.base_sequence, last_sequence(batch), base_offset, timestamp};
}

void producer_states::rebuild(const partition_log& log) {
  producers_.clear();
  for (const auto& entry : log.entries()) {
    protocol::record_set set{entry.batch.content};
    const auto batch = set.begin();
    if (batch == set.end() || raw(batch->producer_id) < 0) continue;
    const bool stamped = batch->timestamp_type() == timestamp_type::log_append;
    appended(*batch, entry.base_offset, stamped ? batch->max_timestamp : -1);
  }
}

}  // namespace kwire::embedded
