#pragma once

#include <array>
#include <cstdint>
#include <kwire/client/error.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/config/client_settings.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// What a broker offers on one connection.
class broker_versions {
 public:
  broker_versions() { ranges_.fill(version_range{}); }

  version_range range(api key) const noexcept {
    const auto index = static_cast<std::size_t>(raw(key));
    return index < ranges_.size() ? ranges_[index] : version_range{};
  }
  void set(api key, version_range range) noexcept {
    const auto index = static_cast<std::size_t>(raw(key));
    if (index < ranges_.size()) ranges_[index] = range;
  }
  /// The feature transaction.version as the cluster has finalised it; -1 when the broker does not say.
  std::int16_t transaction_version() const noexcept { return transaction_version_; }
  void set_transaction_version(std::int16_t level) noexcept { transaction_version_ = level; }
  /// The best version for a message: known to both sides, stable, within what the sender can live with.
  std::optional<std::int16_t> choose(const protocol::message_info& info, version_range usable) const noexcept;

 private:
  std::array<version_range, 128> ranges_;
  std::int16_t transaction_version_ = -1;
};

/// The versions a broker of a release before 0.10 speaks; nothing for a text that is no release.
std::optional<broker_versions> versions_of_release(std::string_view release);

/// Whom a connection is meant for; told to the broker from ApiVersions 5 on, which then refuses strangers
/// with REBOOTSTRAP_REQUIRED (KIP-1242).
struct intended_peer {
  std::optional<std::string> cluster_id;
  node_id id = no_node;
};

/// The conversation at the start of a connection, before any request of a user may go out: ApiVersions with
/// its downgrade rules; TLS and SASL take their places here as further steps. A script: feed an event, carry
/// out the action.
class setup_script {
 public:
  /// Write these bytes (a frame without length prefix) and feed the answer.
  struct send {
    bytes frame;
  };
  /// The connection can be used.
  struct ready {
    broker_versions versions;
  };
  /// Close the connection, open a new one to the same address without delay and start again: the broker
  /// hangs up on what it does not know.
  struct reconnect {};
  struct failed {
    error why;
  };
  using action = std::variant<send, ready, reconnect, failed>;

  /// What is asked of a server on the way; remembered between the connections of one address.
  struct memory {
    std::int16_t api_versions_cap = 0x7fff;  ///< versions above were refused
    bool hung_up = false;  ///< the last attempt: the next one asks at version 0, for old brokers do that
    bool skip_api_versions = false;  ///< broker.version.fallback is in force
  };

  setup_script(const client_settings& settings, memory& remembered, intended_peer peer);

  action start();
  action on_frame(bytes_view frame);
  /// The peer closed the connection before the set-up was done.
  action on_closed();
  /// No answer within the step's limit.
  action on_timeout();

 private:
  action ask(std::int16_t version);
  action accept(const protocol::api_versions_response& answer);
  action refused(const protocol::api_versions_response& answer);
  action fall_back(std::string_view what_happened);

  const client_settings* settings_;
  memory* memory_;
  intended_peer peer_;
  std::int16_t asked_ = 0;
};

}  // namespace kwire::core
