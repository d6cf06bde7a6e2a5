#pragma once

#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <set>

#include "../options.hpp"
#include "judge.hpp"
#include "mutants.hpp"
#include "peers/peer.hpp"

namespace kwire::sim {

/// What the members of one group share.
struct group_setting {
  judge& truth;
  const scenario& plan;
  mutant wrong = mutant::none;
  micros session = 3 * second;
  micros rebalance_timeout = 2 * second;
};

/// A member of a consumer group of the new protocol (KIP-848): heartbeats carry what it has and bring what it
/// is to have; it lets go of partitions before it says so, and takes others as they come.
class group_peer final : public peer {
 public:
  struct habits {
    std::optional<std::string> instance;
    bool by_pattern = false;
  };
  group_peer(host_id id, surroundings around, std::uint64_t seed, group_setting& setting, habits how);

  void start() override;
  /// Leaves in order; a static member only for a while with `coming_back`.
  void leave(bool coming_back) {
    told_to_leave_ = true;
    after(0, [this, coming_back] { go(coming_back); });
  }
  bool stays() const noexcept { return !told_to_leave_ && !dead() && !left(); }
  bool left() const noexcept { return state_ == state::left; }
  bool idle() const noexcept { return busy_ == 0; }
  const habits& how() const noexcept { return how_; }

 private:
  enum class state : std::uint8_t { joining, member, leaving, left };
  struct reading {
    std::int64_t position = -1;
    std::int64_t processed = 0;
    std::int64_t committed = 0;
    bool fetching = false;
    std::uint64_t period = 0;
  };
  using heartbeat_request = protocol::consumer_group_heartbeat_request;

  void go(bool coming_back);
  void beat(std::uint64_t round);
  void fill(heartbeat_request& request);
  void answered(const protocol::consumer_group_heartbeat_response& told, micros asked);
  void refused(broker_errc error);
  void learn(const protocol::consumer_group_heartbeat_response::assigned& target);
  void reconcile();
  void let_go(std::set<std::int32_t> partitions);
  void take(std::int32_t partition);
  void lose_all();
  void rejoin(micros wait);
  bool may_read();
  void find_position(std::int32_t partition, std::uint64_t period);
  void fetch(std::int32_t partition, std::uint64_t period);
  void deliver(std::int32_t partition, const protocol::fetch_response::partition& answer);
  void work(std::int32_t partition, std::uint64_t period, std::int64_t next);
  void tick();
  /// Commits what was worked on of these; `then` comes with or without success.
  void commit(const std::set<std::int32_t>& partitions, std::function<void()> then);
  bool is_current(std::int32_t partition, std::uint64_t period) const;
  void say_goodbye(bool coming_back, int tries);
  void broken(const std::string& what) override { setting_.truth.broken('X', what); }

  group_setting& setting_;
  const habits how_;
  state state_ = state::joining;
  std::string member_id_;
  unsigned incarnation_ = 0;
  std::int32_t epoch_ = 0;
  std::uint64_t round_ = 0;  ///< of heartbeats: a late answer to an earlier one counts no longer
  bool full_ = true;         ///< the next heartbeat tells everything
  bool changed_ = false;     ///< what is owned, since it was told
  bool revoking_ = false;
  micros lease_ = 0;  ///< until then nobody else can have the partitions
  micros revoke_until_ = 0;
  std::map<std::int32_t, reading> owned_;
  std::set<std::int32_t> target_;
  std::set<std::int32_t> hidden_;  ///< by the mutant that confirms too early
  std::uint64_t last_period_ = 0;
  std::size_t busy_ = 0;
  bool committing_ = false;
  bool told_to_leave_ = false;
};

}  // namespace kwire::sim
