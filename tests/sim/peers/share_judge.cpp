#include "peers/share_judge.hpp"

namespace kwire::sim {
namespace {

std::string name(std::int32_t partition, std::int64_t offset) {
  return "record " + std::to_string(partition) + "@" + std::to_string(offset);
}

}  // namespace

void share_judge::acquired(member who, const run& what, std::int32_t count) {
  for (auto offset = what.first; offset <= what.last; ++offset) {
    auto& one = at(what.partition, offset);
    const auto which = name(what.partition, offset);
    if (one.certain && one.now == state::done) {
      truth_.broken('D', which + " is given out again though it was done with");
    }
    if (one.certain && !one.spoken_by.contains(one.holder) && one.now == state::acquired &&
        one.lock_end > now_()) {
      truth_.broken('P', which + " is given to member " + std::to_string(who) + " while it is with " +
                             std::to_string(one.holder));
    }
    if (count <= one.count || count > one.count + 1 + slack(one) || count > limit_) {
      truth_.broken('D', which + " is given out for the " + std::to_string(count) + ". time, after " +
                             std::to_string(one.count) + " of at most " + std::to_string(limit_));
    }
    one = {state::acquired, who, now_() + lock_, count, unseen_, true, {}};
  }
}

void share_judge::acknowledged(member who, const run& what, std::int8_t type) {
  constexpr std::int8_t release = 2;
  for (auto offset = what.first; offset <= what.last; ++offset) {
    auto& one = at(what.partition, offset);
    one.spoken_by.erase(who);
    if (one.now == state::done) continue;  // the brokers do not mind what lies behind them
    const bool elsewhere = one.now == state::acquired && one.holder != who && one.lock_end > now_();
    // Released, and given out anew before the answer; or done, on the word of the one who has it now.
    if (elsewhere && (type == release || one.spoken_by.contains(one.holder))) continue;
    if (one.certain && elsewhere) {
      truth_.broken('P', "member " + std::to_string(who) + " acknowledges " + name(what.partition, offset) +
                             ", which is with " + std::to_string(one.holder));
    }
    const bool over = type != release || one.count >= limit_;
    if (over) ++finished_;
    one.now = over ? state::done : state::free;
    // After answers that were lost, the count that decides whether it comes again is not known.
    one.certain = type != release || (one.certain && slack(one) == 0);
  }
}

void share_judge::spoken_of(member who, const run& what) {
  for (auto offset = what.first; offset <= what.last; ++offset) {
    at(what.partition, offset).spoken_by.insert(who);
  }
}

void share_judge::doubtful(const run& what) {
  for (auto offset = what.first; offset <= what.last; ++offset) {
    auto& one = at(what.partition, offset);
    if (one.now != state::done) one.certain = false;
  }
}

void share_judge::session_ended(member who) {
  for (auto& [where, one] : fates_) {
    if (one.now == state::acquired && one.holder == who) one.certain = false;
  }
}

void share_judge::check_end(std::int32_t partition, std::int64_t end) {
  for (std::int64_t offset = 0; offset < end; ++offset) {
    const auto& one = at(partition, offset);
    if (one.now == state::done || !one.certain || one.count + slack(one) >= limit_) continue;
    return truth_.broken('S', name(partition, offset) + " is lost: given out " + std::to_string(one.count) +
                                  " times, and never accepted");
  }
}

}  // namespace kwire::sim
