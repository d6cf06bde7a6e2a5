#include <algorithm>

#include "judge.hpp"

// The promises to the consumers of a group.

namespace kwire::sim {
namespace {

std::string who(std::uint32_t consumer, std::int32_t partition) {
  return "consumer " + std::to_string(consumer) + ", partition " + std::to_string(partition);
}

}  // namespace

void judge::assigned(std::uint32_t consumer, std::int32_t partition, std::uint64_t grant) {
  readings_[{consumer, partition}] = {-1, grant};
  // An application that polls late hears of what others have had since.
  auto& now = owner_[partition];
  if (grant > now.grant) now = {consumer, grant};
}

void judge::revoked(std::uint32_t consumer, std::int32_t partition) {
  readings_.erase({consumer, partition});
}

void judge::gone(std::uint32_t consumer) {
  std::erase_if(readings_, [&](const auto& entry) { return entry.first.first == consumer; });
}

void judge::delivered(std::uint32_t consumer, std::int32_t partition, std::int64_t offset,
                      const record_key& what) {
  ++deliveries_;
  const auto found = readings_.find({consumer, partition});
  if (found == readings_.end()) {
    return broken('P', who(consumer, partition) + ": a record was delivered after the partition was revoked");
  }
  auto& at = found->second;
  if (strict_owners_ && owner_[partition].grant > at.grant) {
    broken('P', who(consumer, partition) + ": a record was delivered while consumer " +
                    std::to_string(owner_[partition].consumer) + " owns the partition");
  }
  if (offset <= at.last) {
    broken('M', who(consumer, partition) + ": offset " + std::to_string(offset) + " after " +
                    std::to_string(at.last));
  }
  if (at.last >= 0 && offset > at.last + 1) {
    broken('S', who(consumer, partition) + ": offset " + std::to_string(offset) + " after " +
                    std::to_string(at.last) + ", records between were skipped");
  }
  at.last = offset;
  auto& seen = seen_[partition];
  if (offset > seen) {
    broken('S', who(consumer, partition) + ": offset " + std::to_string(offset) + " though the group has " +
                    std::to_string(seen) + " records only");
  }
  seen = std::max(seen, offset + 1);
  const auto [known, fresh] = content_.try_emplace({partition, offset}, what);
  if (!fresh && known->second != what) broken('A', who(consumer, partition) + ": two records at one offset");
}

void judge::processed(std::uint32_t consumer, std::int32_t partition, std::int64_t next) {
  auto& done = done_[{consumer, partition}];
  done = std::max(done, next);
}

void judge::commit_sent(std::uint32_t consumer, std::int32_t partition, std::int64_t offset) {
  const auto found = done_.find({consumer, partition});
  // A position that nothing was read from is one that was committed before, or the beginning.
  const auto limit = std::max(found == done_.end() ? 0 : found->second, high_commit_[partition]);
  if (offset > limit) {
    broken('M', who(consumer, partition) + ": commits " + std::to_string(offset) + " with " +
                    std::to_string(limit) + " processed");
  }
}

void judge::commit_confirmed(std::uint32_t consumer, std::int32_t partition, std::int64_t offset) {
  if (high_commit_[partition] >= offset) return;
  broken('A', who(consumer, partition) + ": the commit of " + std::to_string(offset) +
                  " succeeded, and the brokers have " + std::to_string(high_commit_[partition]));
}

void judge::committed(std::int32_t partition, std::int64_t before, std::int64_t after, bool orphan) {
  if (after < before && !orphan) {
    broken('M', "partition " + std::to_string(partition) + ": the committed offset goes back from " +
                    std::to_string(before) + " to " + std::to_string(after));
  }
  auto& high = high_commit_[partition];
  high = std::max(high, after);
}

void judge::delivered_by_hand(std::int32_t partition, std::int64_t offset, const record_key& what) {
  ++deliveries_;
  auto& next = by_hand_[partition];
  if (offset != next) {
    broken(offset < next ? 'M' : 'S', "the reader without a group, partition " + std::to_string(partition) +
                                          ": offset " + std::to_string(offset) + " and not " +
                                          std::to_string(next));
  }
  next = offset + 1;
  const auto [known, fresh] = content_.try_emplace({partition, offset}, what);
  if (!fresh && known->second != what) broken('A', "two records at one offset");
}

std::int64_t judge::read_by_hand(std::int32_t partition) const {
  const auto found = by_hand_.find(partition);
  return found == by_hand_.end() ? 0 : found->second;
}

std::int64_t judge::seen(std::int32_t partition) const {
  const auto found = seen_.find(partition);
  return found == seen_.end() ? 0 : found->second;
}

}  // namespace kwire::sim
