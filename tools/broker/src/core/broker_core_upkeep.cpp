#include <algorithm>

#include "core/broker_core.hpp"
#include "core/compaction.hpp"
#include "core/recorder.hpp"

// What the broker does by itself, from time to time: records and offsets that are too old go, and compacted
// topics are cleaned up. Its timers run only while there is something that may become due.

namespace kwire::embedded {
namespace {

compaction_rules rules_of(const topic_config& config, instant now) {
  return {to_ms(now), config.delete_retention_ms(), config.min_compaction_lag_ms()};
}

bool is_due(const partition& where, const topic_config& config, instant now) {
  const auto need = look_for_dirt(where, rules_of(config, now));
  if (need.dirty == 0) return false;
  const auto age = to_ms(now) - std::max<std::int64_t>(need.oldest_dirty_ms, 0);
  return need.dirty_ratio() > config.min_dirty_ratio() || age > config.max_compaction_lag_ms();
}

}  // namespace

void broker_core::record_to(journal& to) {
  recorder_ = std::make_unique<recorder>(to);
  for (auto& [name, of] : cluster_.topics()) {
    for (auto& where : of.partitions) {
      where.told = {where.log.start_offset(), where.log.end_offset(), where.epoch, where.replicas};
      where.cut_to = INT64_MAX;
    }
  }
  groups_.use(recorder_.get());
  transactions_.on_change([this](const std::string& id, const transaction* now) {
    now == nullptr ? recorder_->transaction_gone(id) : recorder_->transaction(id, *now);
  });
}

void broker_core::told_counters() {
  if (recorder_) recorder_->counters(*this);
}

void broker_core::image(journal& to) { recorder{to}.image(*this); }

void broker_core::configured(topic& of, instant now) {
  cluster_.note_change();
  if (recorder_) recorder_->topic(of);
  for (std::size_t i = 0; i < of.partitions.size(); ++i) {
    grown(of, partition_id{static_cast<std::int32_t>(i)}, now);
  }
}

void broker_core::administered(admin_part what) {
  cluster_.note_change();
  if (recorder_) recorder_->admin(what, *this);
}

void broker_core::arm_upkeep(const topic& of, const partition& where, instant now) {
  if (retention_timer_.serial == 0 && where.log.entries().size() > 1 && of.config.deletes() &&
      of.config.retention_ms()) {
    retention_timer_ = timers_.schedule(now + options_.retention_check, [this](instant at) { drop_old(at); });
  }
  if (cleaner_timer_.serial == 0 && of.config.compacted() && where.compacted_to < where.log.end_offset()) {
    cleaner_timer_ = timers_.schedule(now + options_.cleaner_backoff, [this](instant at) { clean(at); });
  }
}

void broker_core::drop_old(instant now) {
  retention_timer_ = {};
  for (auto& [name, of] : cluster_.topics()) {
    const auto span = of.config.retention_ms();
    if (!span || !of.config.deletes()) continue;
    for (auto& where : of.partitions) {
      where.log.retain_since(to_ms(now) - *span, where.readable_end(true));
      where.producers.trim(where.log.start_offset(), where.high_watermark);
      if (recorder_) recorder_->partition(of, of.index_of(where), now);
      arm_upkeep(of, where, now);
    }
  }
}

void broker_core::clean(instant now) {
  cleaner_timer_ = {};
  for (auto& [name, of] : cluster_.topics()) {
    if (!of.config.compacted()) continue;
    for (std::size_t i = 0; i < of.partitions.size(); ++i) {
      if (is_due(of.partitions[i], of.config, now)) {
        compact(of, partition_id{static_cast<std::int32_t>(i)}, now);
      }
      arm_upkeep(of, of.partitions[i], now);
    }
  }
}

void broker_core::compact(topic& of, partition_id index, instant now) {
  const auto changes = embedded::compact(*of.find(index), rules_of(of.config, now));
  if (recorder_) recorder_->compacted(of, index, changes);
}

bool broker_core::compact(const std::string& topic, partition_id index, instant now) {
  auto* of = cluster_.find(topic);
  if (of == nullptr || of->find(index) == nullptr || !of->config.compacted()) return false;
  compact(*of, index, now);
  return true;
}

}  // namespace kwire::embedded
