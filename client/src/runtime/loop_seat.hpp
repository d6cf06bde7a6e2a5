#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace kwire::runtime {

/// Who runs the loop of an engine: its I/O thread or, on loan, a thread of the application that would
/// otherwise only wait for it. In an exchange of single records the two hand-overs of each record cost more
/// than everything else; a borrower saves both.
///
/// One thread sits at a time. The seat is lent to threads that wait often and for little. While it is on loan
/// and empty, the I/O thread looks every `lease` whether somebody still comes, and else takes it back.
class loop_seat {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// How long a borrower may sit and wait, and how long the seat may stay empty, before it goes back:
  /// whatever else this client has to do is late by no more.
  static constexpr std::chrono::milliseconds lease{2};
  /// So many waits, each begun within a lease of the one before, are an exchange of single records.
  static constexpr int waits_to_lend = 8;

  /// `call` makes the I/O thread call `lend` soon; it is called from any thread.
  explicit loop_seat(std::function<void()> call) : call_(std::move(call)) {}

  // For the I/O thread.
  /// Sits down for the first time.
  void sit();
  /// Leaves the seat to the borrower who asked, and sits again once it has come back.
  void lend();

  // For the threads of the application.
  /// Sits down if the waits are of the kind that lending is for; waits only for the I/O thread to stand up.
  /// `plenty`: the wait before brought so much that the I/O thread had better work besides.
  bool borrow(time_point now, bool plenty);
  /// Sits down if the seat is on loan and empty.
  bool sit_if_empty();
  /// Leaves the seat; with `ended` it goes back to the I/O thread, as it does when somebody waits without it.
  void give_back(bool ended);
  /// The caller is about to wait without the loop (and tells when it has done so): somebody else must run it.
  void begin_plain_wait();
  void end_plain_wait();

  /// Whether the seat is on loan; a hint.
  bool lent() const noexcept { return lent_.load(std::memory_order_seq_cst); }
  /// Whether the calling thread sits.
  bool mine() const noexcept { return sitter_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }

 private:
  void seat(std::thread::id who) noexcept {
    sitter_.store(who, std::memory_order_relaxed);
    empty_ = who == std::thread::id{};
  }
  bool frequent(time_point now, bool plenty) noexcept;

  const std::function<void()> call_;
  std::mutex lock_;
  std::condition_variable returned_;  ///< the I/O thread waits for its seat
  std::condition_variable left_;      ///< a borrower waits for the I/O thread to stand up
  std::atomic<std::thread::id> sitter_{};
  std::atomic<bool> lent_{false};
  bool empty_ = false;  ///< from the beginning it is the I/O thread's, also before that has sat down
  bool asked_ = false;
  bool recalled_ = false;
  std::uint64_t uses_ = 0;  ///< of the seat while on loan: tells the I/O thread that somebody still comes
  int plain_waits_ = 0;     ///< under way: somebody depends on the loop and does not run it
  int short_waits_ = 0;
  time_point last_wait_{};
};

}  // namespace kwire::runtime
