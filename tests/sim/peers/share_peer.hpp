#pragma once

#include <kwire/protocol/messages/share_fetch.hpp>
#include <set>

#include "../options.hpp"
#include "judge.hpp"
#include "peers/peer.hpp"

namespace kwire::sim {

inline constexpr const char* share_group_name = "shared";

/// What the members of one share group share.
struct share_setting {
  judge& truth;
  micros lock = 1500 * millisecond;
  bool calm = false;  ///< everything is accepted from now on
};

/// A member of a share group (KIP-932): a session with each broker that leads some of its partitions, records
/// that it accepts, releases, rejects or forgets about.
class share_peer final : public peer {
 public:
  share_peer(host_id id, surroundings around, std::uint64_t seed, share_setting& setting);

  void start() override;
  void leave() {
    told_to_leave_ = true;
    after(0, [this] { go(); });
  }
  bool stays() const noexcept { return !told_to_leave_ && !dead(); }
  bool left() const noexcept { return state_ == state::left; }
  const std::string& member_id() const noexcept { return member_id_; }

 private:
  enum class state : std::uint8_t { joining, member, leaving, left };
  struct session {
    std::int32_t epoch = 0;
    std::set<std::int32_t> known;  ///< partitions that the broker has in it
    bool busy = false;
  };
  using said = std::map<std::int64_t, std::int8_t>;  ///< of offsets

  void go();
  void rejoin();
  void beat(std::uint64_t round);
  void tick();
  std::set<std::int32_t> led_by(node_id node);
  void fetch(node_id node);
  void acknowledge(node_id node);
  void fetched(node_id node, const protocol::share_fetch_response& told);
  void work(std::int32_t partition, std::int64_t first, std::int64_t last);
  void look_at(const protocol::share_fetch_response::partition& answer, std::int32_t partition);
  template <class Topics>
  void tell(Topics& topics, const std::set<std::int32_t>& partitions);
  /// False when the session has to begin anew.
  bool step(node_id node, std::int16_t error, bool answered);
  void say_goodbye(int tries);
  void broken(const std::string& what) override { setting_.truth.broken('A', what); }

  share_setting& setting_;
  const std::string member_id_;
  state state_ = state::joining;
  std::int32_t epoch_ = 0;
  std::uint64_t round_ = 0;
  bool full_ = false;
  bool told_to_leave_ = false;
  std::set<std::int32_t> assigned_;
  std::map<node_id, session> sessions_;
  std::map<std::int32_t, said> said_;
};

}  // namespace kwire::sim
