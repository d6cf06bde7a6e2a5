#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/reactor_loop.hpp"
#include "endpoint.hpp"
#include "network.hpp"

namespace kwire::sim {

/// A part of the simulated application that has to look when the cores have moved.
class application {
 public:
  virtual ~application() = default;
  virtual void pumped() = 0;
};

/// A client's process: all its cores on the virtual network, driven as `runtime::engine` drives them.
class host final : public endpoint {
 public:
  struct surroundings {
    agenda& clock;
    trace& log;
    network& net;
    std::function<void(std::string)> spinning;  ///< told when the cores want to act without end
  };
  host(host_id id, const core::client_settings& settings, const std::vector<core::bootstrap_address>& seeds,
       std::uint64_t seed, surroundings around);
  host(const host&) = delete;
  host& operator=(const host&) = delete;

  host_id id() const noexcept { return id_; }
  core::reactor_loop& loop() noexcept { return loop_; }
  const core::client_settings& settings() const noexcept { return settings_; }
  static core::time_point to_core(micros at) {
    return core::time_point{std::chrono::hours{1} + std::chrono::microseconds{at}};
  }
  core::time_point now() const { return to_core(around_.clock.now()); }
  micros clock() const { return around_.clock.now(); }

  void attach(application& member) { members_.push_back(&member); }
  void detach(application& member) { std::erase(members_, &member); }
  /// Does `what` at that time or, when the process is paused then, as soon as it goes on.
  void at(micros when, std::function<void()> what);
  /// Lets the cores act, and the applications after them, until nobody has anything left to do.
  void pump();
  /// The same in a moment: may be called from within.
  void wake();
  void pause(bool on) override;
  bool paused() const override { return paused_; }
  /// How long the process has been paused in all.
  micros stood_still() const { return stood_still_ + (paused_ ? clock() - paused_since_ : 0); }
  /// The process is killed: nothing of it happens any more.
  void kill() override { dead_ = true; }
  bool dead() const override { return dead_; }
  std::uint64_t events(event_kind kind) const;

  // From the network.
  void opened(core::link_id link) override;
  void refused(core::link_id link) override;
  void answer(core::link_id link, bytes content) override;
  void hung_up(core::link_id link) override;

  // What mutants change about the driver.
  bool forgetful = false;
  /// Passes each event of the cores.
  std::function<void(const event&)> on_event;

 private:
  void run(std::function<void()> what);
  void carry_out();
  void arm();

  const host_id id_;
  const core::client_settings settings_;
  surroundings around_;
  core::reactor_loop loop_;
  std::vector<application*> members_;
  std::deque<std::function<void()>> backlog_;
  std::map<event_kind, std::uint64_t> counted_;
  bool paused_ = false;
  bool dead_ = false;
  micros stood_still_ = 0;
  micros paused_since_ = 0;
  bool pumping_ = false;
  bool again_ = false;
  bool waking_ = false;
  micros armed_for_ = -1;
  micros stuck_at_ = -1;
  unsigned stuck_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

 public:
  ~host() override { *alive_ = false; }
};

}  // namespace kwire::sim
