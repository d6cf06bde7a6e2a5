#include "core/topic_config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace kwire::embedded {
namespace {

using enum config_type;

constexpr std::array known = {
    config_info{"cleanup.policy", "delete", list},
    config_info{"compression.type", "producer", string},
    config_info{"delete.retention.ms", "86400000", number},
    config_info{"file.delete.delay.ms", "60000", number},
    config_info{"flush.messages", "9223372036854775807", number},
    config_info{"flush.ms", "9223372036854775807", number},
    config_info{"follower.replication.throttled.replicas", "", list},
    config_info{"index.interval.bytes", "4096", integer},
    config_info{"leader.replication.throttled.replicas", "", list},
    config_info{"max.compaction.lag.ms", "9223372036854775807", number},
    config_info{"max.message.bytes", "1048588", integer},
    config_info{"message.timestamp.after.max.ms", "3600000", number},
    config_info{"message.timestamp.before.max.ms", "9223372036854775807", number},
    config_info{"message.timestamp.type", "CreateTime", string},
    config_info{"min.cleanable.dirty.ratio", "0.5", real},
    config_info{"min.compaction.lag.ms", "0", number},
    config_info{"min.insync.replicas", "1", integer},
    config_info{"preallocate", "false", boolean},
    config_info{"retention.bytes", "-1", number},
    config_info{"retention.ms", "604800000", number},
    config_info{"segment.bytes", "1073741824", integer},
    config_info{"segment.index.bytes", "10485760", integer},
    config_info{"segment.jitter.ms", "0", number},
    config_info{"segment.ms", "604800000", number},
    config_info{"unclean.leader.election.enable", "false", boolean},
};

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Between 0 and 1; all that is real among topic settings.
std::optional<double> parse_ratio(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value <= 1)) return std::nullopt;
  return value;
}

bool one_of(std::string_view value, std::initializer_list<std::string_view> allowed) {
  return std::ranges::find(allowed, value) != allowed.end();
}

bool acceptable(const config_info& info, std::string_view value) {
  if (info.name == "cleanup.policy")
    return one_of(value, {"delete", "compact", "compact,delete", "delete,compact"});
  if (info.name == "message.timestamp.type") return one_of(value, {"CreateTime", "LogAppendTime"});
  if (info.name == "compression.type") {
    return one_of(value, {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"});
  }
  if (info.type == boolean) return one_of(value, {"true", "false"});
  if (info.type == real) return parse_ratio(value).has_value();
  if (info.type == integer || info.type == number) {
    const auto parsed = parse_number(value);
    return parsed && *parsed >= (info.name.starts_with("retention.") ? -1 : 0);
  }
  return true;
}

}  // namespace

std::span<const config_info> topic_configs() noexcept { return known; }

bool topic_config::set(const std::string& name, const std::optional<std::string>& value) {
  const auto* info = std::ranges::find(known, name, &config_info::name);
  if (info == known.end()) return false;
  if (!value) {
    values_.erase(name);
    apply(name, info->fallback);
    return true;
  }
  if (!acceptable(*info, *value)) return false;
  values_[name] = *value;
  apply(name, *value);
  return true;
}

void topic_config::apply(std::string_view name, std::string_view value) {
  if (name == "cleanup.policy") {
    compacted_ = value.find("compact") != value.npos;
    deletes_ = value.find("delete") != value.npos;
  }
  if (name == "min.cleanable.dirty.ratio") min_dirty_ratio_ = parse_ratio(value).value_or(0.5);
  if (name == "message.timestamp.type") log_append_time_ = value == "LogAppendTime";
  if (name == "unclean.leader.election.enable") unclean_ = value == "true";
  const auto number = parse_number(value).value_or(0);
  if (name == "min.insync.replicas") min_in_sync_ = static_cast<std::size_t>(number);
  if (name == "max.message.bytes") max_message_bytes_ = static_cast<std::size_t>(number);
  if (name == "message.timestamp.after.max.ms") timestamp_after_max_ms_ = number;
  if (name == "delete.retention.ms") delete_retention_ms_ = number;
  if (name == "min.compaction.lag.ms") min_compaction_lag_ms_ = number;
  if (name == "max.compaction.lag.ms") max_compaction_lag_ms_ = number;
  if (name == "retention.ms") {
    retention_ms_.reset();
    if (number >= 0) retention_ms_ = number;
  }
  if (name == "retention.bytes") {
    retention_bytes_.reset();
    if (number >= 0) retention_bytes_ = static_cast<std::size_t>(number);
  }
}

}  // namespace kwire::embedded
