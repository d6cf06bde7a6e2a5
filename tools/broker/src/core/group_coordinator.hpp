#pragma once

#include <functional>
#include <map>
#include <memory>

#include "core/consumer_group.hpp"
#include "core/group.hpp"
#include "core/share_group.hpp"
#include "core/share_state.hpp"
#include "core/timers.hpp"

namespace kwire::embedded {

class recorder;

/// The groups of the broker, their deadlines, and the way of their answers.
class group_coordinator {
 public:
  using sink = std::function<void(const group_answer& answer)>;

  group_coordinator(const group_limits& limits, timer_queue& timers, random_source& random)
      : limits_(limits), timers_(timers), random_(random) {}

  void on_answer(sink to) { answer_ = std::move(to); }
  /// The topics that groups of the newer protocols look at.
  void use(cluster& topics) { topics_ = &topics; }
  const group_limits& limits() const noexcept { return limits_; }

  /// To whom everything is told that is to be kept.
  void use(recorder* to) noexcept { recorder_ = to; }

  group* find(const std::string& id);
  group& find_or_create(const std::string& id);
  const auto& all() const noexcept { return groups_; }

  /// The group under the consumer protocol, with members or without; null when it is none.
  consumer_group* find_consumer(const std::string& id);
  /// Likewise what a joining member of the classic protocol has to speak to: a group that has lost all its
  /// members changes its protocol without ado.
  consumer_group* find_consumer_of_classic(const std::string& id);
  /// Finds, creates or, out of a classic group, makes the consumer group.
  consumer_heartbeat_result heartbeat(const std::string& id, const consumer_heartbeat& input, instant now);
  /// After each call that may have changed it. `quietly`: should it become a classic group now, its members
  /// keep what they have.
  void settle(consumer_group& which, instant now, bool quietly = false);
  /// What is set for the group, which need not exist.
  group_config& config(const std::string& id) { return configs_[id]; }
  const auto& configs() const noexcept { return configs_; }
  share_group* find_share(const std::string& id);
  /// Finds or creates the share group.
  consumer_heartbeat_result heartbeat(const std::string& id, const share_heartbeat& input, instant now);
  void settle(share_group& which);
  share_state_store& share_states() noexcept { return share_states_; }
  /// After a change of what `share_states` has there.
  void note_share(const share_state_store::key& which);
  /// Told where records of a share group became free by themselves.
  using waker = std::function<void(const share_group::place& where, instant now)>;
  void on_freed(waker to) { freed_ = std::move(to); }
  void remove(const std::string& id);
  std::string_view type(const std::string& id) const;
  std::string_view state(const std::string& id) const;
  std::string_view protocol_type(const std::string& id) const;
  /// The generation or epoch, whatever the type.
  std::int32_t epoch(const std::string& id) const;
  /// For recovery: a group of this type and epoch, whose members are gone. False when there is no such type.
  bool restore(const std::string& id, const std::string& type, std::int32_t epoch,
               const std::string& protocol_type, instant now);

  // What members of the classic protocol ask, whatever the type of their group.
  broker_errc classic_heartbeat(const std::string& id, const std::string& member,
                                const std::optional<std::string>& instance, generation_id generation,
                                instant now);
  broker_errc classic_leave(const std::string& id, const std::string& member,
                            const std::optional<std::string>& instance, instant now);

  /// Whether the member may commit offsets now, whatever the type of its group.
  broker_errc may_commit(const std::string& id, const std::string& member,
                         const std::optional<std::string>& instance, generation_id generation,
                         std::int16_t version, instant now);

  /// To be called after each call that may have changed `which`: sends answers, sets its timer.
  void settle(group& which);
  /// Another node coordinates the group (if there is one) from now on.
  void moved(const std::string& id, instant now);
  // Offsets.
  using offset_key = group::offset_map::key_type;
  void commit_offset(group& of, const offset_key& where, committed_offset offset);
  void forget_offset(group& of, const offset_key& where);
  /// Forgets offsets that are too old, and groups of which nothing is left.
  void expire_offsets(instant now);

  // Offsets of transactions. Until the transaction ends, the old offset counts and is unstable.
  void stage_offset(group& of, producer_id by, const offset_key& where, committed_offset offset);
  bool is_unstable(const group& of, const std::string& topic, partition_id index) const;
  /// The producer's staged offsets of the group (if there is one) count, or never will.
  void end_transaction(const std::string& id, producer_id by, bool commit);

  /// Forgets the offsets of a topic that is gone.
  void forget_topic(const std::string& name);

 private:
  /// A consumer group's offsets lie in a classic group without members.
  struct slot {
    group machine;
    timer_queue::handle timer{};
    std::unique_ptr<consumer_group> consumer{};
    std::unique_ptr<share_group> share{};
    timer_queue::handle modern_timer{};
    // What was told to be kept.
    std::int32_t told_epoch = -1;
    std::string_view told_type{};
    std::map<share_group::place, std::uint64_t> told_places{};
  };

  bool upgrade(slot& entry, instant now);
  void arm_expiry(instant now);
  void note(const std::string& id);
  void note_places(share_group& which);
  bool is_over(const slot& entry, const group::offset_map::value_type& offset, instant now) const;

  const group_limits& limits_;
  timer_queue& timers_;
  random_source& random_;
  sink answer_;
  waker freed_;
  cluster* topics_ = nullptr;
  recorder* recorder_ = nullptr;
  std::map<std::string, group_config> configs_;
  std::map<std::string, slot> groups_;
  timer_queue::handle expiry_timer_;
  share_state_store share_states_;
};

}  // namespace kwire::embedded
