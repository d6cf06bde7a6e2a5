#pragma once

#include <functional>
#include <map>

#include "core/group.hpp"
#include "core/timers.hpp"

namespace kwire::embedded {

/// The groups of the broker, their deadlines, and the way of their answers.
class group_coordinator {
 public:
  using sink = std::function<void(const group_answer& answer)>;

  group_coordinator(const group_limits& limits, timer_queue& timers, random_source& random)
      : limits_(limits), timers_(timers), random_(random) {}

  void on_answer(sink to) { answer_ = std::move(to); }
  const group_limits& limits() const noexcept { return limits_; }

  group* find(const std::string& id);
  group& find_or_create(const std::string& id);
  const auto& all() const noexcept { return groups_; }

  /// To be called after each call that may have changed `which`: sends answers, sets its timer.
  void settle(group& which);
  /// Another node coordinates the group (if there is one) from now on.
  void moved(const std::string& id, instant now);
  // Offsets of transactions. Until the transaction ends, the old offset counts and is unstable.
  void stage_offset(group& of, producer_id by, const std::string& topic, partition_id index,
                    committed_offset offset);
  bool is_unstable(const group& of, const std::string& topic, partition_id index) const;
  /// The producer's staged offsets of the group (if there is one) count, or never will.
  void end_transaction(const std::string& id, producer_id by, bool commit);

  /// Forgets the offsets of a topic that is gone.
  void forget_topic(const std::string& name);

 private:
  struct slot {
    group machine;
    timer_queue::handle timer{};
  };

  const group_limits& limits_;
  timer_queue& timers_;
  random_source& random_;
  sink answer_;
  std::map<std::string, slot> groups_;
};

}  // namespace kwire::embedded
