#pragma once

#include <chrono>
#include <cstdint>

#include "core/topic_config.hpp"

namespace kwire::embedded {

/// The settings a group can have, with Kafka's defaults; those of streams and dead letters are kept without
/// effect.
std::span<const config_info> group_configs() noexcept;

/// What has been set for a group, or is the default for all.
class group_config {
 public:
  enum class reset : std::uint8_t { latest, earliest, by_duration };

  /// False when there is no such setting or the value is not one for it; null takes the setting back.
  bool set(const std::string& name, const std::optional<std::string>& value);

  const std::map<std::string, std::string, std::less<>>& values() const noexcept { return values_; }

  std::chrono::milliseconds consumer_session{45'000};
  std::chrono::milliseconds consumer_heartbeat{5'000};
  std::chrono::milliseconds share_session{45'000};
  std::chrono::milliseconds share_heartbeat{5'000};
  std::chrono::milliseconds share_lock{30'000};
  std::int32_t share_delivery_limit = 5;
  std::size_t share_max_locks = 2'000;
  reset share_reset = reset::latest;
  std::chrono::milliseconds share_reset_span{};  ///< how far back, by duration
  bool share_read_committed = false;
  bool share_renew = true;

 private:
  void apply(std::string_view name, const std::string& value);

  std::map<std::string, std::string, std::less<>> values_;
};

/// An ISO 8601 duration of days, hours, minutes and seconds ("P1DT2H3M4.5S"), not negative.
std::optional<std::chrono::milliseconds> parse_iso_duration(std::string_view text);

}  // namespace kwire::embedded
