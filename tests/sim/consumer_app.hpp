#pragma once

#include <kwire/client/record_batches.hpp>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "api/consumer_handover.hpp"
#include "core/consumer/consumer_core.hpp"
#include "host.hpp"
#include "judge.hpp"
#include "mutants.hpp"
#include "options.hpp"

namespace kwire::sim {

/// A program that reads the topic as a member of the group: polls, works on what it got, polls again,
/// commits. Does with the hand-over and the core what `kwire::consumer` does; where that waits, this goes on
/// later.
class consumer_app final : public application {
 public:
  struct role {
    std::string instance;             ///< of a static member
    bool by_hand = false;             ///< reads everything, without a group
    std::function<void()> stopped{};  ///< told when the group has no place for this instance any more
  };
  consumer_app(std::uint32_t id, host& on, const scenario& plan, judge& truth, mutant wrong, role as);
  ~consumer_app() override;

  void start();
  /// Leaves the group, after what is in hand.
  void close();
  bool closed() const noexcept { return step_ == step::closed; }
  const std::string& instance() const noexcept { return role_.instance; }
  bool idle() const noexcept { return hand_.empty(); }

 private:
  enum class step : std::uint8_t { idle, polling, committing, closing, closed };
  using time_point = core::time_point;
  struct piece {
    topic_partition where;
    std::int64_t next;
  };

  void pumped() override;
  void begin_poll();
  void serve();
  void end_poll();
  void work();
  void take_over(std::unique_ptr<api_detail::ready_records> records);
  void deliver(const topic_partition& where, std::int64_t offset, std::optional<bytes_view> value);
  void carry_out(const core::rebalance_notice& notice);
  void assign(const core::rebalance_notice& notice);
  void give_up(std::vector<topic_partition> partitions);
  void confirm();
  void commit(std::vector<core::commit_entry> entries, time_point until, std::function<void()> then);
  void confirmed(const std::vector<core::commit_entry>& asked, const core::commit_answer& codes);
  void commit_by_hand();
  void leave();
  void after_loss(const std::vector<topic_partition>& partitions);
  void reset_wrongly();
  micros us(time_point at) const;

  const std::uint32_t id_;
  host& host_;
  const scenario& plan_;
  const role role_;
  const core::consumer_settings settings_;
  judge& truth_;
  const mutant wrong_;
  core::random_source random_;
  api_detail::consumer_handover handover_;
  core::consumer_core core_;
  step step_ = step::idle;
  bool waiting_ = false;  ///< in `polling`: for news
  bool close_wanted_ = false;
  std::uint64_t seen_ = 0;
  time_point until_{};
  std::uint64_t poll_ = 0;
  std::vector<piece> hand_;            ///< delivered, not worked on yet
  std::vector<topic_partition> kept_;  ///< by the mutant that does not let go
  std::optional<std::pair<topic_partition, std::int64_t>> last_;
  std::uint64_t delivered_ = 0;
  std::uint64_t grant_ = 0;  ///< of the notice that the group gave out last
};

}  // namespace kwire::sim
