#pragma once

#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/cluster/cluster.hpp"
#include "core/connection/fake_peer.hpp"

namespace kwire::test {

/// A reactor that only keeps its answers.
class listener final : public core::reactor {
 public:
  void handle(std::uint64_t, core::response, core::time_point) override {}
  void metadata_changed(const std::shared_ptr<const core::metadata_snapshot>&, core::time_point) override {}
  void advance(core::time_point) override {}
  core::time_point next_deadline() const override { return core::never; }
};

/// A cluster core and a network of small brokers, in virtual time.
class cluster_rig {
 public:
  explicit cluster_rig(std::vector<core::bootstrap_address> seeds, std::uint64_t seed = 1);

  core::client_settings settings;
  core::time_point now{std::chrono::hours{1}};
  listener origin;
  std::unique_ptr<core::cluster> cluster;

  // The brokers: id -> address; what they say.
  std::map<std::int32_t, std::string> brokers;
  std::set<std::string> down;          ///< addresses that refuse connections
  std::set<std::string> silent;        ///< addresses that take connections and say nothing
  std::set<std::string> answer_later;  ///< addresses whose user requests wait for `serve`
  std::string cluster_id = "c";
  std::vector<protocol::metadata_response::topic> topics;
  broker_errc coordinator_error = broker_errc::none;
  std::int32_t coordinator = 2;
  std::int32_t controller = 1;
  broker_errc versions_error = broker_errc::none;
  std::size_t metadata_requests = 0;
  std::size_t look_ups = 0;

  struct received {
    std::uint64_t link;
    std::string address;
    protocol::request_header header;
  };
  std::vector<received> pending;  ///< user requests not answered yet, in order of arrival

  /// Sends a Heartbeat as a request of the user.
  void submit(std::uint64_t token, core::destination to, core::duration within = std::chrono::seconds{30},
              core::traffic kind = core::traffic::general, std::uint32_t owner = 0);
  void want(const std::string& topic);
  /// Lets everything happen that can happen now.
  void run();
  /// The same while time goes on, up to `end`.
  void run_until(core::time_point end);
  /// Answers the oldest pending request.
  void serve();
  /// Breaks a link, or all those to an address.
  void cut(std::uint64_t link, errc why = errc::connection_lost);
  void cut(const std::string& address);
  std::vector<std::uint64_t> links_to(const std::string& address) const;

  std::map<std::uint64_t, std::vector<core::response>> answers;  ///< by token
  std::string fate(std::uint64_t token) const;
  std::size_t spins = 0;  ///< times a deadline had passed with nothing to do

 private:
  struct line {
    std::string address;
    bool open = false;
  };
  bool carry_out();
  void on_write(std::uint64_t link, const core::outgoing_frame& frame);
  void answer(std::uint64_t link, const protocol::request_header& header);
  template <class M>
  void reply(std::uint64_t link, const M& message, const protocol::request_header& to);
  protocol::metadata_response metadata() const;

  std::map<std::uint64_t, line> lines_;
};

}  // namespace kwire::test
