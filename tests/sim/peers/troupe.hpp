#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../options.hpp"
#include "core/broker_core.hpp"
#include "host.hpp"
#include "judge.hpp"
#include "mutants.hpp"
#include "peers/peer.hpp"
#include "tamper.hpp"

namespace kwire::sim {

/// The peers of a run, and what they are held to. The world calls it, brings misfortune over it and waits for
/// it to settle.
class troupe {
 public:
  struct stage {
    agenda& clock;
    trace& log;
    network& net;
    judge& truth;
    embedded::broker_core& broker;
    const scenario& plan;
    mutant wrong = mutant::none;
    std::function<host_id()> next_id;
    std::function<void(host_id, endpoint&)> enroll;
    std::function<host&()> start_host;        ///< for a process of kwire's
    std::function<embedded::instant()> time;  ///< that of the brokers
  };
  explicit troupe(stage on) : on_(std::move(on)), random_(on_.plan.seed ^ 0x7065657273) {}
  virtual ~troupe() = default;

  virtual void start() = 0;
  /// A request has come to a broker; false when it is to be lost on the way.
  virtual bool request(host_id, wire_id, const frame_head&, bytes&) { return true; }
  /// Whether the commit that is being looked at may be one of old that counts nevertheless.
  virtual bool may_be_late() const { return true; }
  virtual void served(host_id, const frame_head&, bytes&) {}
  /// The brokers have answered.
  virtual void answer(host_id, wire_id, const frame_head&, bytes&) {}
  virtual void disconnected(host_id, wire_id) {}
  /// The brokers have done something.
  virtual void moved() {}
  /// Another one comes or goes, as seldom as it may be.
  virtual void flap() {}
  virtual void kill(std::uint32_t who) = 0;
  virtual void healed() {}
  /// Nothing new is to be begun.
  virtual void finish() {}
  virtual std::string unsettled() = 0;
  virtual std::int64_t progress() const = 0;
  /// Leaves in order; done when `closed`.
  virtual void close() {}
  virtual bool closed() const { return true; }
  virtual void check() {}

 protected:
  peer::surroundings around() const { return {on_.clock, on_.log, on_.net, on_.plan.nodes}; }
  core::random_source& random() { return random_; }
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
  void after(micros wait, std::function<void()> what) {
    on_.clock.at(on_.clock.now() + wait, std::move(what));
  }
  /// Kills a process and all its connections.
  void kill(peer& who) { kill(who, who.id()); }
  void kill(endpoint& who, host_id id) {
    who.kill();
    on_.net.drop_host(id);
  }

  stage on_;

 private:
  core::random_source random_;
};

std::unique_ptr<troupe> make_troupe(troupe::stage on);

}  // namespace kwire::sim
