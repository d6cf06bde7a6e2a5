#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <vector>

#include "core/archive.hpp"

namespace kwire::embedded {

/// Where each leader epoch of a partition began: what clients compare with after a change of leader to see
/// whether records they know were lost (KIP-101, KIP-320).
class epoch_history {
 public:
  struct entry {
    leader_epoch epoch;
    std::int64_t start_offset;
    void describe(archive& a) { a(epoch, start_offset); }
  };
  struct answer {
    leader_epoch epoch = no_leader_epoch;
    std::int64_t end_offset = -1;
  };

  /// A leader of `epoch` begins to write at `start_offset`. Epochs that wrote nothing leave no trace.
  void assign(leader_epoch epoch, std::int64_t start_offset);
  /// Records from `offset` on are gone.
  void truncate(std::int64_t offset);
  /// The end of the newest epoch not above `asked`, in a log that ends at `log_end`; -1 and -1 when that is
  /// unknown.
  answer end_of(leader_epoch asked, std::int64_t log_end) const;
  /// The epoch under which `offset` was written, or -1.
  leader_epoch at(std::int64_t offset) const;
  const std::vector<entry>& entries() const noexcept { return entries_; }
  void describe(archive& a) { a(entries_); }

 private:
  std::vector<entry> entries_;
};

}  // namespace kwire::embedded
