#pragma once

#include <functional>
#include <kwire/client/metrics.hpp>
#include <kwire/client/observer.hpp>
#include <memory>
#include <vector>

#include "core/cluster/cluster.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// All cores of one client, and what they owe each other: requests of the reactors go to the cluster, answers
/// and metadata back. Whoever drives it tells it of the network and the time, and carries out the commands.
/// Not thread-safe.
class reactor_loop {
 public:
  /// `tell` gets the events of all cores; it must not call back.
  reactor_loop(const client_settings& settings, const std::vector<bootstrap_address>& seeds,
               std::uint64_t seed, std::function<void(const event&)> tell)
      : cluster_(settings, seeds, seed), tell_(std::move(tell)), last_snapshot_(cluster_.snapshot()) {}

  void add(reactor& member, time_point now);
  /// Drops what the reactor has in flight: it gets no answers any more.
  void remove(reactor& member, time_point now);

  // What the network did.
  void opened(link_id id, time_point now) { cluster_.on_opened(id, now); }
  void received(link_id id, const frame& message, time_point now) { cluster_.on_frame(id, message, now); }
  void closed(link_id id, const error& why, time_point now) { cluster_.on_closed(id, why, now); }

  /// Lets every core act until none has anything left to do.
  void settle(time_point now);
  /// What is wanted of the network, in order; empty afterwards.
  std::vector<link_command> take_commands();
  time_point next_deadline() const;

  void metrics(metrics_snapshot& into) const;

 private:
  bool round(time_point now);
  bool empty_outbox(reactor& member, time_point now);

  cluster cluster_;
  std::function<void(const event&)> tell_;
  std::vector<reactor*> reactors_;
  std::vector<answered> answers_;
  std::shared_ptr<const metadata_snapshot> last_snapshot_;
};

}  // namespace kwire::core
