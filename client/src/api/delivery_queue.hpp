#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/producer/outcomes.hpp"

namespace kwire::api_detail {

/// Brings outcomes from the I/O thread to the callbacks and to those who wait for them. Callbacks run on a
/// thread of the queue's own, made when the first report is wanted, or in `serve`.
class delivery_queue {
 public:
  /// The listener outlives the queue; null: there is none.
  delivery_queue(bool by_poll, std::function<void(const char*)> on_throw,
                 core::outcome_listener* listener = nullptr, std::function<void()> on_change = {});
  ~delivery_queue();

  /// On the I/O thread. Batches without reports are done at once.
  void push(core::finished_batch done);
  /// Waits until every batch up to `serial` is finished and reported.
  bool wait(std::uint64_t serial, core::time_point deadline);
  /// Runs waiting reports in this thread; returns how many.
  std::size_t serve(core::time_point deadline);
  /// Whether what `wait` waits for no longer depends on the loop: it is over, or callbacks have the word.
  bool settled(std::uint64_t serial) const;
  /// Whether reports wait for `serve`.
  bool any() const;
  /// Whether this thread is running a callback of this queue.
  bool inside_callback() const;

 private:
  void run();
  void finish_one(std::unique_lock<std::mutex>& guard);

  const bool by_poll_;
  const std::function<void(const char*)> on_throw_;
  core::outcome_listener* const listener_;
  const std::function<void()> on_change_;  ///< something ended, or waits for `serve`; called under the lock
  mutable std::mutex lock_;
  std::condition_variable arrived_;
  std::condition_variable advanced_;
  std::deque<core::finished_batch> waiting_;
  core::open_serials serials_;
  std::size_t waiters_ = 0;
  bool stopped_ = false;
  std::vector<std::thread::id> running_in_;  ///< once for each report under way: several threads may poll
  std::thread thread_;
};

}  // namespace kwire::api_detail
