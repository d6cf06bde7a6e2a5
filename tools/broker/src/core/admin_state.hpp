#pragma once

#include <algorithm>
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

/// A token that stands for its owner (KIP-48). Times in ms since 1970.
struct delegation_token {
  std::string id;
  std::string owner;      ///< like "User:me"
  std::string requester;  ///< who asked for it, perhaps for another
  std::vector<std::string> renewers;
  std::int64_t issued = 0;
  std::int64_t expires = 0;
  std::int64_t latest = 0;  ///< beyond this it cannot be renewed
  bytes hmac;               ///< the secret that it is known by

  bool is_expired(std::int64_t now) const noexcept { return latest < now || expires < now; }
  bool may_manage(std::string_view who) const {
    return owner == who || requester == who || std::ranges::find(renewers, who) != renewers.end();
  }
};

/// The kinds of what administrators set.
enum class admin_part : std::uint8_t {
  acls,
  quotas,
  scram,
  brokers,
  groups,
  client_metrics,
  tokens,
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
  std::map<std::string, delegation_token> tokens;  ///< by id
};

}  // namespace kwire::embedded
