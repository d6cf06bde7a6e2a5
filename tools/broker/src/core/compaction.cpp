#include "core/compaction.hpp"

#include <kwire/protocol/records/batch_reader.hpp>
#include <set>
#include <string_view>
#include <unordered_map>

#include "core/batch_rewrite.hpp"
#include "core/later.hpp"
#include "core/record_intake.hpp"

namespace kwire::embedded {
namespace {

using protocol::batch_view;
using entries = std::deque<partition_log::entry>;

batch_view header_of(const partition_log::entry& entry) {
  protocol::record_set set{entry.batch.content};
  return *set.begin();  // the log holds sound batches only
}

class cleaner {
 public:
  cleaner(partition& where, const compaction_rules& rules, std::int64_t end)
      : where_(where), rules_(rules), end_(end) {
    for (const auto& one : where.producers.aborted_within(where.log.start_offset(), INT64_MAX)) {
      aborted_[one.producer].push_back(one);
    }
  }

  void learn_keys();
  std::vector<compacted_batch> clean();

 private:
  bool is_aborted(const batch_view& batch) const;
  std::optional<bytes_view> unpack(const batch_view& batch);
  bool stays(const batch_view& batch, const record_view& record) const;
  bool keeps_state(const partition_log::entry& entry, const batch_view& batch) const;
  void clean_marker(const partition_log::entry& entry, const batch_view& batch);
  void clean_data(const partition_log::entry& entry, const batch_view& batch);
  void leave(const partition_log::entry& entry) { made_.push_back(entry); }
  void drop(const partition_log::entry& entry, const batch_view& batch);
  void put(const partition_log::entry& entry, const batch_view& batch, std::span<const record_view> kept,
           std::optional<std::int64_t> horizon);

  partition& where_;
  const compaction_rules& rules_;
  std::int64_t end_;
  std::unordered_map<producer_id, std::vector<producer_states::aborted>> aborted_;
  std::unordered_map<std::string, std::int64_t> last_;  ///< key -> offset of its last record
  std::set<producer_id> writing_;  ///< with records of a transaction whose marker is still to come
  entries made_;
  std::vector<compacted_batch> changes_;
  protocol::decompressor unpacker_;
  protocol::compressor packer_;
  bytes buffer_;
};

bool cleaner::is_aborted(const batch_view& batch) const {
  if (!batch.transactional() || batch.control()) return false;
  const auto found = aborted_.find(batch.producer_id);
  return found != aborted_.end() && std::ranges::any_of(found->second, [&](const auto& one) {
           return one.first_offset <= batch.base_offset && batch.base_offset <= one.last_offset;
         });
}

std::optional<bytes_view> cleaner::unpack(const batch_view& batch) {
  const auto plain = protocol::payload(batch, unpacker_, decompressed_cap, buffer_);
  if (!plain || !protocol::validate(batch, *plain)) return std::nullopt;
  return *plain;
}

void cleaner::learn_keys() {
  for (auto at = where_.log.find(where_.compacted_to); at != where_.log.entries().end(); ++at) {
    if (at->base_offset >= end_) break;
    const auto batch = header_of(*at);
    if (batch.control() || is_aborted(batch)) continue;
    const auto plain = unpack(batch);
    if (!plain) continue;
    auto range = protocol::records(batch, *plain);
    for (const auto& record : range) {
      if (const auto key = record.key()) last_[std::string{as_text(*key)}] = record.offset();
    }
  }
}

bool cleaner::stays(const batch_view& batch, const record_view& record) const {
  const auto key = record.key();
  if (!key) return false;  // from before the topic was compacted
  const auto last = last_.find(std::string{as_text(*key)});
  if (last != last_.end() && record.offset() < last->second) return false;
  const auto horizon = batch.delete_horizon_ms();
  return record.value() || !horizon || rules_.now_ms < *horizon;
}

bool cleaner::keeps_state(const partition_log::entry& entry, const batch_view& batch) const {
  return entry.base_offset == where_.log.entries().back().base_offset ||
         where_.producers.rests_on(batch, rules_.now_ms);
}

void cleaner::drop(const partition_log::entry& entry, const batch_view& batch) {
  if (keeps_state(entry, batch)) return batch.count == 0 ? leave(entry) : put(entry, batch, {}, {});
  changes_.push_back({entry.base_offset, std::nullopt});
}

void cleaner::put(const partition_log::entry& entry, const batch_view& batch,
                  std::span<const record_view> kept, std::optional<std::int64_t> horizon) {
  const auto made = rewrite_batch(batch, kept, horizon, packer_);
  auto now = entry;
  now.batch = where_.log.keep(made);
  now.count = static_cast<std::int32_t>(kept.size());
  now.max_timestamp = header_of(now).max_timestamp;
  changes_.push_back({entry.base_offset, now.batch});
  made_.push_back(std::move(now));
}

/// A marker stays as long as there was anything of its transaction, and then for the retention of deletes:
/// somebody may be reading in the middle.
void cleaner::clean_marker(const partition_log::entry& entry, const batch_view& batch) {
  if (writing_.erase(batch.producer_id) > 0) return leave(entry);
  const auto horizon = batch.delete_horizon_ms();
  if (horizon && *horizon > rules_.now_ms) return leave(entry);
  const auto plain = unpack(batch);
  if (horizon || batch.count == 0 || !plain) return drop(entry, batch);
  auto range = protocol::records(batch, *plain);
  const std::vector<record_view> kept{*range.begin()};
  put(entry, batch, kept, later_ms(rules_.now_ms, rules_.delete_retention_ms));
}

void cleaner::clean_data(const partition_log::entry& entry, const batch_view& batch) {
  if (batch.transactional()) writing_.insert(batch.producer_id);
  if (is_aborted(batch) || batch.count == 0) return drop(entry, batch);
  const auto plain = unpack(batch);
  if (!plain) return leave(entry);  // taken without a look into it, when the topic was not compacted
  std::vector<record_view> kept;
  bool tombstones = false;
  auto range = protocol::records(batch, *plain);
  for (const auto& record : range) {
    if (!stays(batch, record)) continue;
    kept.push_back(record);
    tombstones = tombstones || !record.value();
  }
  if (kept.empty()) return drop(entry, batch);
  auto horizon = batch.delete_horizon_ms();
  const bool first_time = tombstones && !horizon;
  if (first_time) horizon = later_ms(rules_.now_ms, rules_.delete_retention_ms);
  if (!first_time && kept.size() == static_cast<std::size_t>(batch.count)) return leave(entry);
  put(entry, batch, kept, horizon);
}

std::vector<compacted_batch> cleaner::clean() {
  for (const auto& entry : where_.log.entries()) {
    if (entry.base_offset >= end_) {
      leave(entry);
      continue;
    }
    const auto batch = header_of(entry);
    batch.control() ? clean_marker(entry, batch) : clean_data(entry, batch);
  }
  if (!changes_.empty()) where_.log.replace(std::move(made_));
  where_.compacted_to = end_;
  return std::move(changes_);
}

}  // namespace

compaction_need look_for_dirt(const partition& where, const compaction_rules& rules) {
  compaction_need need;
  need.end = std::max(where.readable_end(true), where.compacted_to);
  for (const auto& entry : where.log.entries()) {
    if (entry.base_offset < where.compacted_to) {
      need.clean += entry.batch.content.size();
      continue;
    }
    const bool young = rules.min_lag_ms > 0 && entry.max_timestamp > rules.now_ms - rules.min_lag_ms;
    if (entry.base_offset >= need.end || young) {
      need.end = std::min(need.end, entry.base_offset);
      break;
    }
    need.dirty += entry.batch.content.size();
    need.oldest_dirty_ms = std::min(need.oldest_dirty_ms, entry.max_timestamp);
  }
  return need;
}

std::vector<compacted_batch> compact(partition& where, const compaction_rules& rules) {
  cleaner one{where, rules, look_for_dirt(where, rules).end};
  one.learn_keys();
  return one.clean();
}

}  // namespace kwire::embedded
