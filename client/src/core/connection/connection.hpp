#pragma once

#include <deque>
#include <kwire/client/metrics.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/backoff.hpp"
#include "core/connection/link.hpp"
#include "core/connection/setup_script.hpp"
#include "core/latency_histogram.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// An address of a broker and what all connections to it have in common.
struct endpoint {
  std::uint64_t number = 0;  ///< in the order of being learned; what goes over endpoints goes in this order
  node_id id = no_node;      ///< `no_node` for an entry of the bootstrap list
  std::string host;
  std::uint16_t port = 0;
  setup_script::memory setup;
  backoff pause;
  time_point retry_at{};  ///< no connection is tried before
  std::optional<error> last_failure;

  // counted over all connections
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  latency_histogram latency;

  endpoint(node_id node, std::string name, std::uint16_t at_port, const client_settings& settings)
      : id(node),
        host(std::move(name)),
        port(at_port),
        pause(settings.reconnect_backoff, settings.reconnect_backoff_max) {}

  /// `host:port`, brackets around IPv6.
  std::string address() const;
};

/// An answer on its way to the reactor that asked.
struct answered {
  request asked;
  response answer;
};

/// What connections put out: commands for the network, answers, and events.
struct connection_output {
  std::vector<link_command> commands;
  std::vector<answered> answers;
  std::vector<event> events;
  std::uint64_t last_link = 0;
};

/// One connection to a broker: opens on demand, sets up, pipelines requests in order, matches answers, keeps
/// deadlines, closes when idle. Belongs to one kind of traffic.
class connection {
 public:
  connection(const client_settings& settings, endpoint& peer, std::optional<std::string> cluster_id,
             random_source& random, connection_output& out);

  void submit(request asked, time_point now);
  void on_opened(time_point now);
  void on_frame(const frame& received, time_point now);
  /// The link could not be opened or has ended.
  void on_closed(const error& why, time_point now);
  void advance(time_point now);
  time_point next_deadline() const;

  /// Takes back what was not sent, for another broker; closes the link. What was sent is answered as lost.
  void shut_down(const error& why, time_point now);
  /// No request goes out before (KIP-219).
  void mute_until(time_point until) noexcept { muted_until_ = std::max(muted_until_, until); }
  /// Forgets the requests of a reactor: no answers for it any more.
  void abandon(const reactor& origin);

  link_id link() const noexcept { return link_; }
  bool ready() const noexcept { return state_ == state::ready; }
  bool open() const noexcept { return state_ != state::closed; }
  std::size_t load() const noexcept { return in_flight_.size() + waiting_.size(); }
  std::size_t in_flight() const noexcept { return in_flight_.size(); }
  std::size_t waiting() const noexcept { return waiting_.size(); }
  const endpoint& peer() const noexcept { return *peer_; }
  const std::optional<broker_versions>& versions() const noexcept { return versions_; }

 private:
  enum class state : std::uint8_t { closed, opening, setting_up, ready };
  struct flight {
    request asked;
    correlation_id correlation;
    std::int16_t version;
    time_point sent;
  };

  void open_link_now(time_point now);
  void perform(setup_script::action action, time_point now);
  void fail_setup(const error& why, time_point now);
  void lose_link(const error& why, time_point now, bool is_fault);
  void send_waiting(time_point now);
  void send(request asked, std::int16_t version, time_point now);
  void expire(time_point now);
  void expire_waiting(time_point now);
  void answer(request asked, error why, bool maybe_sent);
  error here(error why) const;
  void tell(event_kind kind, severity level, std::optional<error> why = {});

  const client_settings* settings_;
  endpoint* peer_;
  std::optional<std::string> cluster_id_;
  random_source* random_;
  connection_output* out_;

  state state_ = state::closed;
  link_id link_{};
  std::optional<setup_script> script_;
  std::optional<broker_versions> versions_;
  std::deque<request> waiting_;
  std::deque<flight> in_flight_;
  std::int32_t last_correlation_ = 0;
  time_point setup_deadline_ = never;
  time_point last_used_{};
  time_point muted_until_{};
};

}  // namespace kwire::core
