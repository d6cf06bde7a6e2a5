#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "judge.hpp"

namespace kwire::sim {

/// What a share group owes (KIP-932), told from what passes between its members and the brokers: a record is
/// with one member at a time while its lock lasts, comes again with a count one higher, comes never again
/// once accepted or rejected, and is not lost.
class share_judge {
 public:
  using member = std::uint32_t;

  /// `now` is the brokers' time, which may jump forward.
  share_judge(std::function<micros()> now, judge& truth, micros lock, std::int32_t limit)
      : now_(std::move(now)), truth_(truth), lock_(lock), limit_(limit) {}

  struct run {
    std::int32_t partition = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  /// The brokers give records to a member, for the `count`th time.
  void acquired(member who, const run& what, std::int32_t count);
  /// A member says something of records, and the brokers have yet to answer; others may get them before.
  void spoken_of(member who, const run& what);
  /// They have accepted what the member says of records: accept 1, release 2, reject 3.
  void acknowledged(member who, const run& what, std::int8_t type);
  /// Nobody knows whether they have.
  void doubtful(const run& what);
  /// A session ended: what the member holds may be free.
  void session_ended(member who);
  /// Records may have been given out in an answer that was never sent.
  void answer_lost() noexcept { ++unseen_; }

  /// The group is done with everything below `end`.
  void check_end(std::int32_t partition, std::int64_t end);
  std::size_t finished() const noexcept { return finished_; }

 private:
  enum class state : std::uint8_t { free, acquired, done };
  struct fate {
    state now = state::free;
    member holder = 0;
    micros lock_end = 0;
    std::int32_t count = 0;
    std::uint64_t unseen = 0;  ///< as `unseen_` was when the count was last known
    bool certain = true;
    std::set<member> spoken_by{};  ///< whose word the brokers have, and have not answered
  };

  fate& at(std::int32_t partition, std::int64_t offset) { return fates_[{partition, offset}]; }
  std::int32_t slack(const fate& of) const noexcept { return static_cast<std::int32_t>(unseen_ - of.unseen); }

  const std::function<micros()> now_;
  judge& truth_;
  const micros lock_;
  const std::int32_t limit_;
  std::uint64_t unseen_ = 0;
  std::size_t finished_ = 0;
  std::map<std::pair<std::int32_t, std::int64_t>, fate> fates_;
};

}  // namespace kwire::sim
