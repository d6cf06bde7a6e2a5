#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/config/setting.hpp"

namespace kwire::core {

enum class recovery_strategy : std::uint8_t { none, rebootstrap };
enum class address_family : std::uint8_t { any, v4, v6 };
enum class security_protocol : std::uint8_t { plaintext };

/// What every handle of a client shares. Defaults are Java 4.4's unless the key is librdkafka's alone.
struct client_settings {
  using milliseconds = std::chrono::milliseconds;

  std::vector<std::string> bootstrap_servers;
  std::string client_id = "kwire";
  security_protocol security = security_protocol::plaintext;
  milliseconds connections_max_idle{540'000};
  milliseconds reconnect_backoff{50};
  milliseconds reconnect_backoff_max{1'000};
  milliseconds retry_backoff{100};
  milliseconds retry_backoff_max{1'000};
  milliseconds request_timeout{30'000};
  milliseconds connection_setup_timeout{10'000};
  milliseconds connection_setup_timeout_max{30'000};
  milliseconds metadata_max_age{300'000};
  recovery_strategy recovery = recovery_strategy::rebootstrap;
  milliseconds rebootstrap_trigger{300'000};
  std::int64_t send_buffer_bytes = -1;
  std::int64_t receive_buffer_bytes = -1;
  bool keepalive = true;
  milliseconds tcp_user_timeout{0};
  address_family family = address_family::any;
  std::int64_t receive_message_max_bytes = 100'000'000;
  bool api_version_request = true;
  milliseconds api_version_request_timeout{10'000};
  std::string broker_version_fallback;
  milliseconds close_timeout{5'000};
  std::int64_t log_level = 4;
  std::vector<std::string> debug;

  void describe(setting_visitor& v);

 private:
  void describe_cluster(setting_visitor& v);
  void describe_sockets(setting_visitor& v);
  void describe_rest(setting_visitor& v);
};

}  // namespace kwire::core
