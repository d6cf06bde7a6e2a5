#pragma once

#include <optional>
#include <string>

#include "core/archive.hpp"
#include "core/journal.hpp"

namespace kwire::embedded {

class broker_core;
struct partition;
struct topic;

/// Makes a core out of the entries of a journal. What it reads may be damaged in any way: an entry that makes
/// no sense is refused, and the core is then of no use.
class recovery {
 public:
  explicit recovery(broker_core& core) noexcept : core_(core) {}

  /// Does what the entry tells; what is wrong with it, if anything. `entry` must live during the call only.
  [[nodiscard]] std::optional<std::string> apply(bytes_view entry, instant now);
  /// After the last entry: the nodes, which have all been away, take over again. Leaders begin a new epoch,
  /// transactions that were open go on, and those that were ending end.
  void finish(instant now);

 private:
  bool dispatch(entry_kind kind, archive& a, protocol::reader& in, instant now);
  bool apply_topic(archive& a);
  bool apply_partition(archive& a);
  bool apply_batch(archive& a, protocol::reader& in, bool appended);
  bool apply_rebuilt(archive& a, protocol::reader& in);
  bool apply_log(entry_kind kind, archive& a);
  bool apply_producers(archive& a);
  bool apply_offset(entry_kind kind, archive& a);
  bool apply_group(entry_kind kind, archive& a, instant now);
  bool apply_share(archive& a);
  bool apply_transaction(entry_kind kind, archive& a);
  bool apply_admin(archive& a);
  bool apply_counters(archive& a);
  /// Reads which partition an entry is about; null when there is none.
  partition* find(archive& a);

  broker_core& core_;
};

}  // namespace kwire::embedded
