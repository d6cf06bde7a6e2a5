#include "decode/field_names.hpp"

#include <algorithm>
#include <kwire/protocol/api.hpp>
#include <kwire/protocol/broker_errc.hpp>

#include "decode/lines.hpp"

namespace kwire::cli {
namespace {

struct word {
  std::string_view messages;  ///< a part of the message's name; empty: all
  std::string_view field;
  std::int64_t value;
  std::string_view name;
};

constexpr word words[] = {
    {"", "isolation_level", 0, "READ_UNCOMMITTED"},
    {"", "isolation_level", 1, "READ_COMMITTED"},
    {"FindCoordinator", "key_type", 0, "GROUP"},
    {"FindCoordinator", "key_type", 1, "TRANSACTION"},
    {"FindCoordinator", "key_type", 2, "SHARE"},
    {"Produce", "acks", -1, "all"},
    {"Produce", "acks", 0, "none"},
    {"Produce", "acks", 1, "leader"},
    {"ListOffsets", "timestamp", -1, "latest"},
    {"ListOffsets", "timestamp", -2, "earliest"},
    {"ListOffsets", "timestamp", -3, "max timestamp"},
    {"ListOffsets", "timestamp", -4, "earliest local"},
    {"ListOffsets", "timestamp", -5, "latest tiered"},
    {"ListOffsets", "timestamp", -6, "earliest pending upload"},
    {"Config", "resource_type", 2, "TOPIC"},
    {"Config", "resource_type", 4, "BROKER"},
    {"Config", "resource_type", 8, "BROKER_LOGGER"},
    {"Config", "resource_type", 16, "CLIENT_METRICS"},
    {"Config", "resource_type", 32, "GROUP"},
    {"DescribeConfigs", "config_source", 1, "DYNAMIC_TOPIC_CONFIG"},
    {"DescribeConfigs", "config_source", 2, "DYNAMIC_BROKER_CONFIG"},
    {"DescribeConfigs", "config_source", 3, "DYNAMIC_DEFAULT_BROKER_CONFIG"},
    {"DescribeConfigs", "config_source", 4, "STATIC_BROKER_CONFIG"},
    {"DescribeConfigs", "config_source", 5, "DEFAULT_CONFIG"},
    {"IncrementalAlterConfigs", "config_operation", 0, "SET"},
    {"IncrementalAlterConfigs", "config_operation", 1, "DELETE"},
    {"IncrementalAlterConfigs", "config_operation", 2, "APPEND"},
    {"IncrementalAlterConfigs", "config_operation", 3, "SUBTRACT"},
    {"ScramCredentials", "mechanism", 1, "SCRAM-SHA-256"},
    {"ScramCredentials", "mechanism", 2, "SCRAM-SHA-512"},
    {"Acls", "resource_type", 1, "ANY"},
    {"Acls", "resource_type", 2, "TOPIC"},
    {"Acls", "resource_type", 3, "GROUP"},
    {"Acls", "resource_type", 4, "CLUSTER"},
    {"Acls", "resource_type", 5, "TRANSACTIONAL_ID"},
    {"Acls", "resource_type", 6, "DELEGATION_TOKEN"},
    {"Acls", "resource_type", 7, "USER"},
    {"Acls", "pattern_type", 1, "ANY"},
    {"Acls", "pattern_type", 2, "MATCH"},
    {"Acls", "pattern_type", 3, "LITERAL"},
    {"Acls", "pattern_type", 4, "PREFIXED"},
    {"Acls", "operation", 1, "ANY"},
    {"Acls", "operation", 2, "ALL"},
    {"Acls", "operation", 3, "READ"},
    {"Acls", "operation", 4, "WRITE"},
    {"Acls", "operation", 5, "CREATE"},
    {"Acls", "operation", 6, "DELETE"},
    {"Acls", "operation", 7, "ALTER"},
    {"Acls", "operation", 8, "DESCRIBE"},
    {"Acls", "operation", 9, "CLUSTER_ACTION"},
    {"Acls", "operation", 10, "DESCRIBE_CONFIGS"},
    {"Acls", "operation", 11, "ALTER_CONFIGS"},
    {"Acls", "operation", 12, "IDEMPOTENT_WRITE"},
    {"Acls", "operation", 13, "CREATE_TOKENS"},
    {"Acls", "operation", 14, "DESCRIBE_TOKENS"},
    {"Acls", "operation", 15, "TWO_PHASE_COMMIT"},
    {"Acls", "permission_type", 1, "ANY"},
    {"Acls", "permission_type", 2, "DENY"},
    {"Acls", "permission_type", 3, "ALLOW"},
};

bool is_time(std::string_view field) {
  return field == "timestamp" || field.ends_with("_timestamp") || field.ends_with("_timestamp_ms") ||
         field == "log_append_time_ms" || field == "delete_horizon_ms";
}

}  // namespace

std::string meaning_of(std::string_view message, std::string_view field, std::int64_t value) {
  // Acls says filters and bindings alike: `resource_type_filter`, `operation`.
  auto plain = field;
  if (plain.ends_with("_filter")) plain.remove_suffix(7);
  if (plain == "error_code" || plain.ends_with("_error_code")) {
    return to_string(static_cast<broker_errc>(value));
  }
  if (plain == "api_key" || plain == "request_api_key") {
    return std::string{to_string(static_cast<api>(value))};
  }
  const auto* found = std::ranges::find_if(words, [&](const word& w) {
    return w.value == value && w.field == plain && message.find(w.messages) != message.npos;
  });
  if (found != std::end(words)) return std::string{found->name};
  if (is_time(plain) && value > 0 && value != INT64_MAX) return show_time(value);
  return {};
}

}  // namespace kwire::cli
