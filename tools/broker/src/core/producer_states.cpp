#include "core/producer_states.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>

namespace kwire::embedded {
namespace {

std::int32_t last_sequence(const protocol::batch_view& batch) {
  return advance_sequence(batch.base_sequence,
                          static_cast<std::int32_t>(batch.last_offset - batch.base_offset));
}

std::optional<protocol::control_marker> marker_of(const protocol::batch_view& batch) {
  auto range = protocol::records(batch, batch.body);
  for (const auto& record : range) {
    const auto marker = protocol::parse_control(record);
    if (marker && marker->ends_transaction()) return *marker;
  }
  return std::nullopt;
}

}  // namespace

producer_states::verdict producer_states::check(const protocol::batch_view& batch, std::int64_t now) {
  const auto found = producers_.find(batch.producer_id);
  if (found != producers_.end() && is_expired(found->second, now)) producers_.erase(found);
  const auto at = producers_.find(batch.producer_id);
  // Since Kafka 2.4 a producer of which nothing is remembered (any more) may go on at any sequence: it
  // cannot tell that its state has expired, and UNKNOWN_PRODUCER_ID is not answered any more.
  if (at == producers_.end()) return {};
  const auto& known = at->second;
  if (raw(batch.producer_epoch) < raw(known.epoch)) return {broker_errc::invalid_producer_epoch};
  if (known.transaction && !batch.transactional()) return {broker_errc::invalid_txn_state};
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
  // An epoch that came with a marker begins at zero, like any other.
  const auto next = known.count == 0 ? 0 : advance_sequence(known.last_sequence(), 1);
  return {batch.base_sequence == next ? broker_errc::none : broker_errc::out_of_order_sequence_number};
}

void producer_states::appended(const protocol::batch_view& batch, std::int64_t base_offset,
                               std::int64_t timestamp, std::int64_t now) {
  latest_ = std::max(latest_, now);
  if (producers_.size() >= sweep_at_ && !producers_.contains(batch.producer_id)) sweep(latest_);
  auto& known = producers_[batch.producer_id];
  if (known.epoch != batch.producer_epoch) {
    known.epoch = batch.producer_epoch;
    known.count = 0;
  }
  if (known.count == known.batches.size()) {
    std::ranges::rotate(known.batches, known.batches.begin() + 1);
    --known.count;
  }
  known.batches[known.count++] = {batch.base_sequence, last_sequence(batch), base_offset, timestamp};
  known.last_used = latest_;
  if (!batch.transactional() || known.transaction) return;
  known.transaction = base_offset;
  open_.insert(base_offset);
}

broker_errc producer_states::check_marker(producer_id id, producer_epoch epoch,
                                          std::int32_t coordinator_epoch) const {
  const auto found = producers_.find(id);
  if (found == producers_.end()) return broker_errc::none;
  if (raw(epoch) < raw(found->second.epoch)) return broker_errc::invalid_producer_epoch;
  return coordinator_epoch < found->second.coordinator_epoch ? broker_errc::transaction_coordinator_fenced
                                                             : broker_errc::none;
}

void producer_states::ended(producer_id id, producer_epoch epoch, std::int32_t coordinator_epoch, bool commit,
                            std::int64_t offset, std::int64_t now) {
  latest_ = std::max(latest_, now);
  auto& known = producers_[id];
  if (known.epoch != epoch) {
    known.epoch = epoch;
    known.count = 0;
  }
  known.coordinator_epoch = coordinator_epoch;
  known.last_used = latest_;
  if (!known.transaction) return;
  const auto first = *std::exchange(known.transaction, std::nullopt);
  open_.erase(open_.find(first));
  unreplicated_.push_back({id, first, offset});
  if (!commit) aborted_.push_back({id, first, offset});
}

bool producer_states::in_transaction(producer_id id, producer_epoch epoch) const {
  const auto found = producers_.find(id);
  return found != producers_.end() && found->second.transaction && found->second.epoch == epoch;
}

bool producer_states::has_open(producer_id id) const {
  const auto found = producers_.find(id);
  return found != producers_.end() && found->second.transaction.has_value();
}

bool producer_states::is_settled(producer_id id, std::int64_t high_watermark) const {
  return !has_open(id) && std::ranges::none_of(unreplicated_, [&](const settled& one) {
    return one.producer == id && one.marker >= high_watermark;
  });
}

std::int64_t producer_states::first_unstable_offset(std::int64_t high_watermark) const noexcept {
  auto first = high_watermark;
  if (!open_.empty()) first = std::min(first, *open_.begin());
  for (const auto& one : unreplicated_) {
    if (one.marker >= high_watermark) first = std::min(first, one.first_offset);
  }
  return first;
}

std::vector<producer_states::aborted> producer_states::aborted_within(std::int64_t from,
                                                                      std::int64_t to) const {
  std::vector<aborted> touching;
  const auto begin = std::ranges::lower_bound(aborted_, from, {}, &aborted::last_offset);
  for (auto at = begin; at != aborted_.end(); ++at) {
    if (at->first_offset < to) touching.push_back(*at);
  }
  return touching;
}

bool producer_states::is_aborted(const protocol::batch_view& batch) const {
  if (!batch.transactional() || batch.control()) return false;
  const auto begin = std::ranges::lower_bound(aborted_, batch.base_offset, {}, &aborted::last_offset);
  return std::any_of(begin, aborted_.end(), [&](const aborted& one) {
    return one.producer == batch.producer_id && one.first_offset <= batch.base_offset;
  });
}

void producer_states::trim(std::int64_t start, std::int64_t high_watermark) {
  std::erase_if(unreplicated_, [=](const settled& one) { return one.marker < high_watermark; });
  const auto kept = std::ranges::lower_bound(aborted_, start, {}, &aborted::last_offset);
  if (kept != aborted_.begin()) aborted_.erase(aborted_.begin(), kept);
}

void producer_states::rebuild(const partition_log& log) {
  producers_.clear();
  open_.clear();
  unreplicated_.clear();
  aborted_.clear();
  for (const auto& entry : log.entries()) {
    protocol::record_set set{entry.batch.content};
    const auto batch = set.begin();
    if (batch != set.end()) replay(*batch, 0);
  }
}

void producer_states::replay(const protocol::batch_view& batch, std::int64_t now) {
  if (raw(batch.producer_id) < 0) return;
  if (batch.control()) {
    const auto marker = marker_of(batch);
    if (!marker) return;
    return ended(batch.producer_id, batch.producer_epoch, marker->coordinator_epoch,
                 marker->type == protocol::control_type::commit, batch.base_offset, now);
  }
  const bool stamped = batch.timestamp_type() == timestamp_type::log_append;
  appended(batch, batch.base_offset, stamped ? batch.max_timestamp : -1, now);
}

void producer_states::producer::describe(archive& a) {
  a(epoch, count);
  if (count > batches.size()) {
    count = 0;
    return a.fail();
  }
  for (std::size_t i = 0; i < count; ++i) batches[i].describe(a);
  a(last_used, coordinator_epoch, transaction);
  if (last_used < 0 || last_used > INT64_MAX / 2) a.fail();
}

void producer_states::describe(archive& a) {
  a(producers_, aborted_, latest_);
  if (!a.reading()) return;
  open_.clear();
  unreplicated_.clear();
  for (const auto& [id, known] : producers_) {
    if (known.transaction) open_.insert(*known.transaction);
  }
  if (!std::ranges::is_sorted(aborted_, {}, &aborted::last_offset)) a.fail();
}

bool producer_states::rests_on(const protocol::batch_view& batch, std::int64_t now) const {
  const auto found = producers_.find(batch.producer_id);
  if (found == producers_.end() || is_expired(found->second, now)) return false;
  const auto& known = found->second;
  if (known.count == 0) return batch.control() && batch.producer_epoch == known.epoch;
  return !batch.control() && batch.base_offset == known.batches[known.count - 1].base_offset;
}

bool producer_states::forget(producer_id id) {
  const auto found = producers_.find(id);
  if (found == producers_.end()) return false;
  if (found->second.transaction) open_.erase(open_.find(*found->second.transaction));
  producers_.erase(found);
  return true;
}

/// Now and then, so that producers that will never come again do not pile up.
void producer_states::sweep(std::int64_t now) {
  std::erase_if(producers_, [&](const auto& entry) { return is_expired(entry.second, now); });
  sweep_at_ = std::max<std::size_t>(1024, producers_.size() * 2);
}

}  // namespace kwire::embedded
