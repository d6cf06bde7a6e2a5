#pragma once

#include <chrono>
#include <kwire/client/consumer.hpp>

#include "session.hpp"

namespace kwire::cli {

/// Commits for a group what has been printed and flushed, no more: every auto.commit.interval.ms, before
/// partitions are taken away, and at the end. Does nothing with enable.auto.commit=false.
class group_reader final : public rebalance_listener {
 public:
  group_reader(session& here, consumer& reader);

  void printed(const topic_partition& where, std::int64_t next) { printed_[where] = committed_offset{next}; }
  void commit_now_and_then();
  void commit(std::chrono::milliseconds limit);

  void on_assigned(const std::vector<topic_partition>& partitions) override;
  void on_revoked(const std::vector<topic_partition>& partitions) override;
  void on_lost(const std::vector<topic_partition>& partitions) override;

 private:
  using clock = std::chrono::steady_clock;

  session& here_;
  consumer& reader_;
  bool enabled_;
  std::chrono::milliseconds interval_{5000};
  clock::time_point next_;
  offset_map printed_;  ///< since the last commit
};

}  // namespace kwire::cli
