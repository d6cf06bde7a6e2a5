#pragma once

#include <kwire/client/record_batches.hpp>
#include <memory>
#include <vector>

#include "api/consumer_handover.hpp"
#include "core/consumer/consumer_core.hpp"
#include "host.hpp"

namespace kwire::sim {

/// What a program does that polls: hand-over and core as `kwire::consumer` uses them. Where that waits, this
/// goes on later.
class poll_loop : public application {
 public:
  using time_point = core::time_point;

  /// Leaves the group, after what is in hand.
  void close();
  bool closed() const noexcept { return step_ == step::closed; }

 protected:
  enum class step : std::uint8_t { idle, polling, busy, closing, closed };

  poll_loop(host& on, const core::consumer_settings& settings, std::uint64_t seed);
  ~poll_loop() override;

  /// A poll has handed something over.
  virtual void take(const record_batches& batches) = 0;
  /// A poll has ended; goes on with `begin_poll`, now or later.
  virtual void after_poll() = 0;
  virtual void failed(const error&) {}
  virtual void assigned(const topic_partition&) {}
  virtual void revoked(const topic_partition&) {}
  /// Ends with `give_up` of the partitions.
  virtual void hand_back(const core::rebalance_notice& notice) { give_up(notice.partitions); }
  /// Something is in hand: closing has to wait for it.
  virtual bool busy() const = 0;
  /// With `step::closing` set; ends with `depart`.
  virtual void leave() = 0;
  virtual time_point session_clock() const { return host_.now(); }
  virtual void let_go(const std::vector<topic_partition>& partitions);
  virtual std::vector<topic_partition> owned() const { return handover_.assignment(); }

  void enter();
  void begin_poll();
  void serve();
  void give_up(const std::vector<topic_partition>& partitions);
  /// Leaves by `limit`, whatever comes back; `done` runs then.
  void depart(time_point limit, std::function<void()> done);
  micros us(time_point at) const;

  host& host_;
  const core::consumer_settings settings_;
  core::random_source random_;
  api_detail::consumer_handover handover_;
  core::consumer_core core_;
  step step_ = step::idle;
  bool close_wanted_ = false;
  time_point until_{};

 private:
  void pumped() override;
  void end_poll();
  void carry_out(const core::rebalance_notice& notice);
  void confirm();

  bool waiting_ = false;  ///< in `polling`: for news
  std::uint64_t seen_ = 0;
  std::uint64_t poll_ = 0;
};

}  // namespace kwire::sim
