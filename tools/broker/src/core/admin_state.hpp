#pragma once

#include <deque>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <map>

#include "core/acl_store.hpp"

namespace kwire::embedded {

/// Whom a quota is for: the parts by type ("user", "client-id", "ip"); null is the default of the type.
using quota_entity = std::map<std::string, std::optional<std::string>>;

struct scram_credential {
  std::int32_t iterations = 0;
  bytes salt;
  bytes salted_password;
};

struct telemetry_push {
  uuid client;
  std::int8_t compression = 0;
  bool terminating = false;
  bytes metrics;
};

/// What administrators have set beside topics and groups.
struct admin_state {
  using settings = std::map<std::string, std::string>;
  static constexpr std::size_t most = 10'000;  ///< entries of each kind

  acl_store acls;
  std::map<quota_entity, std::map<std::string, double>> quotas;
  /// By user and mechanism (1 SCRAM-SHA-256, 2 SCRAM-SHA-512).
  std::map<std::string, std::map<std::int8_t, scram_credential>> scram;
  std::map<std::string, settings> brokers;         ///< by node id; empty: of all
  std::map<std::string, settings> client_metrics;  ///< by name of the subscription (KIP-714)
  std::deque<uuid> telemetry_clients;              ///< that were told their subscription, newest last
  std::optional<telemetry_push> last_push;
};

}  // namespace kwire::embedded
