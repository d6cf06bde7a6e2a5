#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/config_reader.hpp"
#include "core/config/setting.hpp"

namespace kwire::core {

enum class reset_policy : std::uint8_t { earliest, latest, none };
enum class isolation : std::uint8_t { read_uncommitted, read_committed };
enum class group_protocol : std::uint8_t { classic, consumer };

/// The assignor's protocol name for a name or a Java class of `partition.assignment.strategy`.
std::string_view strategy_name(std::string_view given) noexcept;

/// What a consumer needs beyond `client_settings`. Defaults are Java 4.4's unless the key is librdkafka's or
/// kwire's alone.
struct consumer_settings {
  using milliseconds = std::chrono::milliseconds;

  std::string group_id;
  std::string group_instance_id;
  group_protocol protocol = group_protocol::classic;
  reset_policy reset = reset_policy::latest;
  bool auto_commit = true;
  milliseconds auto_commit_interval{5'000};
  milliseconds session_timeout{45'000};
  milliseconds heartbeat_interval{3'000};
  milliseconds max_poll_interval{300'000};
  std::int64_t max_poll_records = 0;
  std::int64_t fetch_min_bytes = 1;
  std::int64_t fetch_max_bytes = 50 * 1024 * 1024;
  milliseconds fetch_max_wait{500};
  std::int64_t max_partition_fetch_bytes = 1024 * 1024;
  std::int64_t queued_max_kbytes = 65'536;
  std::int64_t max_decompressed_bytes = 64 * 1024 * 1024;
  isolation level = isolation::read_uncommitted;
  bool check_crcs = true;
  bool partition_eof = false;
  std::vector<std::string> assignment_strategy{"range", "cooperative-sticky"};
  bool auto_create_topics = true;
  bool exclude_internal_topics = true;
  std::string client_rack;
  milliseconds default_api_timeout{60'000};

  void describe(setting_visitor& v);
  /// Reports what contradicts itself.
  void check(config_reader& reader) const;

  /// Octets of fetched data that may wait or be in the application's hands.
  std::int64_t budget_bytes() const noexcept { return queued_max_kbytes * 1024; }
};

}  // namespace kwire::core
