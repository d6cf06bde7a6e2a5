#pragma once

#include "core/types.hpp"

namespace kwire::embedded {

/// What an entry of the journal tells. The numbers are stored: new ones are appended.
enum class entry_kind : std::uint8_t {
  counters = 1,  ///< numbers that must not be given out twice
  topic = 2,     ///< name, id, settings
  topic_gone = 3,
  partition = 4,   ///< replicas, epochs, where the log begins and ends
  batch = 5,       ///< was appended
  held = 6,        ///< of a snapshot: lies in the log, and its producer's state is told separately
  log_start = 7,   ///< what lies before is deleted
  log_end = 8,     ///< what lies behind is lost
  rebuilt = 9,     ///< compaction has put this batch in the place of the one with its offset, or none
  compacted = 10,  ///< how far
  producers = 11,  ///< of a snapshot: what a partition remembers of them
  offset = 12,     ///< a group has committed
  offset_gone = 13,
  staged = 14,      ///< committed in a transaction that is open
  staged_end = 15,  ///< which is over
  group = 16,       ///< type and epoch
  group_gone = 17,
  transaction = 18,  ///< a transactional id with its state
  transaction_gone = 19,
  admin = 20,  ///< all of one kind of what administrators set
  share_progress = 21,
};

/// To whom a core tells every change that is to outlive it, in order: whoever applies the entries to a new
/// core (see `recovery`), up to any of them, has what was. Called while the core works; must not call it.
class journal {
 public:
  virtual ~journal() = default;
  /// An entry is `head` and, behind it, `body`, a record batch as it lies in the log.
  virtual void append(bytes head, shared_slice body) = 0;
};

}  // namespace kwire::embedded
