#pragma once

#include "core/admin_state.hpp"
#include "core/archive.hpp"
#include "core/compaction.hpp"
#include "core/group_coordinator.hpp"
#include "core/journal.hpp"
#include "core/transaction.hpp"

namespace kwire::embedded {

class broker_core;

/// Makes journal entries of what happens in a core.
class recorder {
 public:
  explicit recorder(journal& to) noexcept : to_(to) {}

  void counters(const broker_core& core);
  void topic(const embedded::topic& of);
  void topic_gone(const uuid& id);
  /// What has become of the partition since it was last told.
  void partition(embedded::topic& of, partition_id index, instant now);
  void compacted(const embedded::topic& of, partition_id index, const std::vector<compacted_batch>& changes);
  void offset(const std::string& group, const group::offset_map::key_type& where,
              const committed_offset& what);
  void offset_gone(const std::string& group, const group::offset_map::key_type& where);
  void staged(const std::string& group, producer_id by, const group::offset_map::key_type& where,
              const committed_offset& what);
  void staged_end(const std::string& group, producer_id by, bool commit);
  /// All of a topic that nothing is known of.
  void image_of(embedded::topic& of);
  void group_epoch(const std::string& id, std::string_view type, std::int32_t epoch,
                   const std::string& protocol_type);
  void group_gone(const std::string& id);
  void share_progress(const share_state_store::key& which, const share_state_store::entry* state,
                      const share_partition* progress);
  void transaction(const std::string& id, const embedded::transaction& of);
  void transaction_gone(const std::string& id);
  void admin(admin_part what, const broker_core& core);

  /// A snapshot: entries that make all of the core out of nothing.
  void image(broker_core& core);

 private:
  template <class... T>
  void put(entry_kind kind, const T&... fields) {
    to_.append(head(kind, fields...), {});
  }
  template <class... T>
  static bytes head(entry_kind kind, const T&... fields) {
    protocol::writer out;
    archive a{out};
    a.put(kind, fields...);
    return std::move(out.buffer());
  }
  void place(const embedded::topic& of, partition_id index);
  void image_of(group_coordinator& groups);

  journal& to_;
};

}  // namespace kwire::embedded
