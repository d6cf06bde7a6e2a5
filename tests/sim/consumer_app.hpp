#pragma once

#include <optional>
#include <vector>

#include "judge.hpp"
#include "mutants.hpp"
#include "options.hpp"
#include "poll_loop.hpp"

namespace kwire::sim {

/// A program that reads the topic as a member of the group: polls, works on what it got, polls again,
/// commits.
class consumer_app final : public poll_loop {
 public:
  struct role {
    std::string instance;             ///< of a static member
    bool by_hand = false;             ///< reads everything, without a group
    std::function<void()> stopped{};  ///< told when the group has no place for this instance any more
  };
  consumer_app(std::uint32_t id, host& on, const scenario& plan, judge& truth, mutant wrong, role as);
  ~consumer_app() override { host_.on_event = nullptr; }

  void start();
  const std::string& instance() const noexcept { return role_.instance; }
  bool idle() const noexcept { return hand_.empty(); }

 private:
  struct piece {
    topic_partition where;
    std::int64_t next;
  };

  void take(const record_batches& batches) override;
  void after_poll() override;
  void failed(const error& why) override;
  void assigned(const topic_partition& where) override;
  void revoked(const topic_partition& where) override;
  void hand_back(const core::rebalance_notice& notice) override;
  bool busy() const override { return !hand_.empty(); }
  void leave() override;
  time_point session_clock() const override;
  void let_go(const std::vector<topic_partition>& partitions) override;
  std::vector<topic_partition> owned() const override;

  void work();
  void deliver(const topic_partition& where, std::int64_t offset, std::optional<bytes_view> value);
  void commit(std::vector<core::commit_entry> entries, time_point until, std::function<void()> then);
  void confirmed(const std::vector<core::commit_entry>& asked, const core::commit_answer& codes);
  void commit_by_hand();
  void after_loss(const std::vector<topic_partition>& partitions);
  void reset_wrongly();

  const std::uint32_t id_;
  const scenario& plan_;
  const role role_;
  judge& truth_;
  const mutant wrong_;
  std::vector<piece> hand_;            ///< delivered, not worked on yet
  std::vector<topic_partition> kept_;  ///< by the mutant that does not let go
  std::optional<std::pair<topic_partition, std::int64_t>> last_;
  std::uint64_t delivered_ = 0;
  std::uint64_t grant_ = 0;  ///< of the notice that the group gave out last
};

}  // namespace kwire::sim
