#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kwire::embedded {

/// Kafka's numbers for the types of configuration values.
enum class config_type : std::int8_t { boolean = 1, string = 2, integer = 3, number = 5, real = 6, list = 7 };

/// A topic setting that the broker knows, with Kafka's default.
struct config_info {
  std::string_view name;
  std::string_view fallback;
  config_type type;
};

/// The settings a topic can have. Those about files, replicas and tiers are kept and shown, without effect.
std::span<const config_info> topic_configs() noexcept;

/// What has been set for a topic; the few settings that the data path needs are kept parsed.
class topic_config {
 public:
  /// False when there is no such setting or the value is not one for it; null takes the setting back.
  bool set(const std::string& name, const std::optional<std::string>& value);

  const std::map<std::string, std::string, std::less<>>& values() const noexcept { return values_; }

  bool log_append_time() const noexcept { return log_append_time_; }
  /// Keeps the last record of each key; drops what is old or too much. A topic may do both.
  bool compacted() const noexcept { return compacted_; }
  bool deletes() const noexcept { return deletes_; }
  /// How long (ms) records are kept; nothing for ever.
  std::optional<std::int64_t> retention_ms() const noexcept { return retention_ms_; }
  /// How long (ms) a tombstone or the marker of an empty transaction stays after its first compaction.
  std::int64_t delete_retention_ms() const noexcept { return delete_retention_ms_; }
  /// Records younger than the first are not compacted; those older than the second (ms) soon are.
  std::int64_t min_compaction_lag_ms() const noexcept { return min_compaction_lag_ms_; }
  std::int64_t max_compaction_lag_ms() const noexcept { return max_compaction_lag_ms_; }
  /// The share of octets not compacted yet from which on compaction pays.
  double min_dirty_ratio() const noexcept { return min_dirty_ratio_; }
  /// Octets a partition may hold; nothing for no limit.
  std::optional<std::size_t> retention_bytes() const noexcept { return retention_bytes_; }
  std::size_t max_message_bytes() const noexcept { return max_message_bytes_; }
  bool unclean_leader_election() const noexcept { return unclean_; }
  std::size_t min_in_sync() const noexcept { return min_in_sync_; }
  /// How far (ms) a record may be stamped ahead of the broker's clock.
  std::int64_t timestamp_after_max_ms() const noexcept { return timestamp_after_max_ms_; }

  void default_retention_bytes(std::optional<std::size_t> limit) { retention_bytes_ = limit; }
  void default_max_message_bytes(std::size_t limit) { max_message_bytes_ = limit; }

 private:
  void apply(std::string_view name, std::string_view value);

  std::map<std::string, std::string, std::less<>> values_;
  std::optional<std::size_t> retention_bytes_;
  std::size_t max_message_bytes_ = 1'048'588;
  std::int64_t timestamp_after_max_ms_ = 3'600'000;
  std::optional<std::int64_t> retention_ms_ = 604'800'000;
  std::int64_t delete_retention_ms_ = 86'400'000;
  std::int64_t min_compaction_lag_ms_ = 0;
  std::int64_t max_compaction_lag_ms_ = INT64_MAX;
  double min_dirty_ratio_ = 0.5;
  std::size_t min_in_sync_ = 1;
  bool unclean_ = false;
  bool log_append_time_ = false;
  bool compacted_ = false;
  bool deletes_ = true;
};

}  // namespace kwire::embedded
