#include "runtime/loop_seat.hpp"

#include <doctest/doctest.h>

#include <future>
#include <optional>
#include <thread>

using kwire::runtime::loop_seat;
using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

/// A seat with an I/O thread that does nothing but lend it when it is called.
class rig {
 public:
  rig() {
    thread_ = std::thread{[this] {
      seat.sit();
      std::unique_lock guard{lock_};
      for (;;) {
        sits_ = true;
        changed_.notify_all();
        changed_.wait(guard, [this] { return called_ || stopped_; });
        if (stopped_) return;
        called_ = sits_ = false;
        guard.unlock();
        seat.lend();
        guard.lock();
      }
    }};
  }
  ~rig() {
    seat.begin_plain_wait();
    {
      std::lock_guard guard{lock_};
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  rig(const rig&) = delete;
  rig& operator=(const rig&) = delete;

  /// Begins waits of an exchange of single records until one of them borrows the seat.
  bool borrow(int most = loop_seat::waits_to_lend + 1) {
    const auto now = clock_type::now();
    for (int i = 0; i < most; ++i) {
      if (seat.borrow(now, false)) return true;
    }
    return false;
  }

  /// True as soon as the I/O thread sits.
  bool io_sits(std::chrono::milliseconds limit = 10s) {
    std::unique_lock guard{lock_};
    return changed_.wait_for(guard, limit, [this] { return sits_; });
  }

  int calls() {
    std::lock_guard guard{lock_};
    return calls_;
  }

 private:
  void call() {
    {
      std::lock_guard guard{lock_};
      called_ = true;
      ++calls_;
    }
    changed_.notify_all();
  }

  std::mutex lock_;
  std::condition_variable changed_;
  bool called_ = false;
  bool sits_ = false;
  bool stopped_ = false;
  int calls_ = 0;

 public:
  loop_seat seat{[this] { call(); }};

 private:
  std::thread thread_;
};

}  // namespace

TEST_CASE("loop seat: waits that are rare, few or bring plenty do not borrow it") {
  rig here;
  const auto begin = clock_type::now();
  for (int i = 0; i < 50; ++i) CHECK_FALSE(here.seat.borrow(begin + i * loop_seat::lease, false));
  const auto later = begin + 1h;
  for (int i = 0; i < loop_seat::waits_to_lend; ++i) CHECK_FALSE(here.seat.borrow(later, false));
  CHECK_FALSE(here.seat.borrow(later, true));
  for (int i = 0; i + 1 < loop_seat::waits_to_lend; ++i) CHECK_FALSE(here.seat.borrow(later, false));
  CHECK(here.calls() == 0);
  CHECK(here.seat.borrow(later, false));
  CHECK(here.calls() == 1);
  here.seat.give_back(true);
}

TEST_CASE("loop seat: a borrower sits alone, and sits again without the I/O thread") {
  rig here;
  REQUIRE(here.borrow());
  CHECK(here.seat.mine());
  CHECK(here.seat.lent());
  const auto other =
      std::async(std::launch::async, [&] {
        return here.seat.mine() || here.seat.borrow(clock_type::now(), false) || here.seat.sit_if_empty();
      }).get();
  CHECK_FALSE(other);
  here.seat.give_back(false);
  CHECK_FALSE(here.seat.mine());
  CHECK(here.seat.borrow(clock_type::now(), false));
  here.seat.give_back(false);
  CHECK(here.seat.sit_if_empty());
  here.seat.give_back(true);
  CHECK(here.calls() == 1);
}

TEST_CASE("loop seat: it goes back when the borrower has done, or brings plenty, or nobody comes") {
  rig here;
  REQUIRE(here.borrow());
  std::optional<clock_type::time_point> left;
  SUBCASE("done") { here.seat.give_back(true); }
  SUBCASE("plenty") {
    here.seat.give_back(false);
    CHECK_FALSE(here.seat.borrow(clock_type::now(), true));
  }
  SUBCASE("nobody comes") {
    left = clock_type::now();
    here.seat.give_back(false);
  }
  CHECK(here.io_sits());
  if (left) CHECK(clock_type::now() - *left >= loop_seat::lease);
  CHECK_FALSE(here.seat.lent());
  CHECK_FALSE(here.seat.sit_if_empty());
  CHECK_FALSE(here.seat.borrow(clock_type::now() + 1h, false));  // the count begins anew
}

TEST_CASE("loop seat: it is not lent while somebody waits without it") {
  rig here;
  SUBCASE("from before") {
    here.seat.begin_plain_wait();
    CHECK_FALSE(here.borrow(100));
    here.seat.end_plain_wait();
    CHECK(here.borrow());
    here.seat.give_back(true);
  }
  SUBCASE("while it is on loan and empty") {
    REQUIRE(here.borrow());
    here.seat.give_back(false);
    here.seat.begin_plain_wait();
    CHECK(here.io_sits());
    here.seat.end_plain_wait();
  }
  SUBCASE("while the borrower sits") {
    REQUIRE(here.borrow());
    std::async(std::launch::async, [&] { here.seat.begin_plain_wait(); }).get();
    CHECK(here.seat.mine());
    here.seat.give_back(false);
    CHECK(here.io_sits());
    here.seat.end_plain_wait();
  }
}
