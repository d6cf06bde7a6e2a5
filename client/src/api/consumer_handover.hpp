#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "api/chunk_unpacker.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/consumer/consumer_sink.hpp"
#include "core/consumer/reading_table.hpp"

namespace kwire::api_detail {

using core::position_version;
using core::time_point;

/// Between a consumer's I/O thread, which fetches, and the thread that polls: queued chunks, the positions
/// that count for the application, and everything that ends a wait. The polling thread owns the positions;
/// the other one is told when they move by other means than handing over.
class consumer_handover final : public core::consumer_sink {
 public:
  consumer_handover(const core::consumer_settings& settings, std::function<void()> wake_fetcher);

  // For the I/O thread.
  void fetched(std::vector<core::fetched_chunk> chunks) override;
  void positioned(const topic_partition& where, position_version version, std::int64_t offset) override;
  void failed(error why) override;
  void rebalance(core::rebalance_notice notice) override;
  void session_ends(time_point until) override;
  void wants_poll() override;
  std::size_t used_bytes(std::size_t resume_below) override;
  core::poll_activity activity() const override;
  std::uint64_t records_delivered() const override;
  std::vector<core::commit_entry> superseded() override;

  // For the polling thread.
  /// Why a wait ended.
  struct turn {
    std::unique_ptr<ready_records> records;
    std::optional<error> failure;
    std::optional<core::rebalance_notice> notice;
    std::vector<core::partition_start> fetch_again;  ///< partitions whose data was broken, for the first time
    std::vector<topic_partition> halted;             ///< and those where it still is

    bool nothing() const noexcept {
      return !records && !failure && !notice && fetch_again.empty() && halted.empty();
    }
  };
  /// Begins a poll: what was handed over before is done with.
  void begin_poll();
  /// Whether the member wants to hear of this poll: once for each `wants_poll`.
  bool take_poll_wish();
  void end_poll(time_point now);
  /// The next thing to do.
  turn take(time_point now);
  /// Changes whenever there may be more to take, or a position has been found.
  std::uint64_t news() const noexcept { return news_.load(std::memory_order_seq_cst); }
  /// Waits for other news than `seen`.
  void wait(std::uint64_t seen, time_point deadline);
  void interrupt() noexcept;

  /// Adds partitions or starts new periods of them, at `offset` or, with -1, at one yet to be found.
  core::partition_start start(const topic_partition& where, std::int64_t offset);
  void drop(const std::vector<topic_partition>& partitions);
  /// Everything handed over is done with.
  void supersede_all();
  bool assigned(const topic_partition& where) const;
  std::vector<topic_partition> assignment() const;
  /// -1 while it is not known, nothing when the partition is not assigned.
  std::optional<std::int64_t> position(const topic_partition& where) const;
  std::vector<core::commit_entry> positions() const;
  void set_paused(const topic_partition& where, bool paused);
  std::vector<topic_partition> paused() const;

 private:
  struct slot {
    position_version version = 0;
    std::int64_t position = -1;
    std::int64_t superseded = -1;  ///< what automatic commits may cover
    bool touched = false;          ///< handed over since the last poll began
    bool paused = false;
    std::int64_t doubted = -1;  ///< the data here was broken once
  };

  bool session_expired(time_point now) const noexcept { return now >= session_until_; }
  void announce() noexcept;
  void take_chunks(turn& into, std::unique_lock<std::mutex>& guard);
  void take_chunk(turn& into, chunk_unpacker::limits& left, std::unique_lock<std::mutex>& guard);
  void broken(turn& into, slot& owner, core::fetched_chunk& chunk);
  slot* owner_of(const core::fetched_chunk& chunk);

  const core::consumer_settings* settings_;
  std::shared_ptr<fetch_budget> budget_;
  chunk_unpacker unpacker_;
  position_version last_version_ = 0;

  mutable std::mutex lock_;
  std::condition_variable arrived_;
  std::atomic<std::uint64_t> news_{0};
  std::atomic<bool> waiting_{false};
  bool interrupted_ = false;
  bool poll_wished_ = false;
  std::map<topic_partition, slot> slots_;
  std::deque<waiting_chunk> queue_;
  std::deque<error> failures_;
  std::deque<core::rebalance_notice> notices_;
  time_point session_until_ = core::never;
  core::poll_activity activity_;
  std::uint64_t delivered_ = 0;
};

}  // namespace kwire::api_detail
