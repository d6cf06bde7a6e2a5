#include "core/recorder.hpp"

#include <kwire/protocol/records/batch_reader.hpp>

#include "core/broker_core.hpp"
#include "core/stored_forms.hpp"

namespace kwire::embedded {

void recorder::counters(const broker_core& core) {
  const auto& state = core.state();
  put(entry_kind::counters, core.reserved_producer_ids(), core.transactions().epoch(), state.metadata_end(),
      state.controller_epoch());
}

void recorder::topic(const embedded::topic& of) {
  put(entry_kind::topic, of.id, of.name, of.config.values());
}

void recorder::topic_gone(const uuid& id) { put(entry_kind::topic_gone, id); }

void recorder::place(const embedded::topic& of, partition_id index) {
  const auto& where = of.partitions[static_cast<std::size_t>(raw(index))];
  put(entry_kind::partition, of.id, index, where.replicas, where.epoch, where.epochs,
      where.log.start_offset(), where.log.end_offset());
}

void recorder::partition(embedded::topic& of, partition_id index, instant now) {
  auto& where = *of.find(index);
  auto& told = where.told;
  if (where.cut_to < told.end) {
    told.end = where.cut_to;
    put(entry_kind::log_end, of.id, index, told.end);
  }
  where.cut_to = INT64_MAX;
  if (told.epoch != where.epoch || told.replicas != where.replicas) {
    // Before what was written under the new epoch.
    protocol::writer out;
    archive a{out};
    a.put(entry_kind::partition, of.id, index, where.replicas, where.epoch, where.epochs, told.start,
          told.end);
    to_.append(std::move(out.buffer()), {});
    told.epoch = where.epoch;
    told.replicas = where.replicas;
  }
  if (told.end < where.log.end_offset()) {
    for (auto at = where.log.find(told.end); at != where.log.entries().end(); ++at) {
      to_.append(head(entry_kind::batch, of.id, index, to_ms(now)), at->batch);
    }
    told.end = where.log.end_offset();
  }
  if (told.start != where.log.start_offset()) {
    told.start = where.log.start_offset();
    put(entry_kind::log_start, of.id, index, told.start);
  }
}

void recorder::compacted(const embedded::topic& of, partition_id index,
                         const std::vector<compacted_batch>& changes) {
  for (const auto& one : changes) {
    to_.append(head(entry_kind::rebuilt, of.id, index, one.base_offset), one.now.value_or(shared_slice{}));
  }
  put(entry_kind::compacted, of.id, index, of.partitions[static_cast<std::size_t>(raw(index))].compacted_to);
}

void recorder::offset(const std::string& group, const group::offset_map::key_type& where,
                      const committed_offset& what) {
  put(entry_kind::offset, group, where, what);
}

void recorder::offset_gone(const std::string& group, const group::offset_map::key_type& where) {
  put(entry_kind::offset_gone, group, where);
}

void recorder::staged(const std::string& group, producer_id by, const group::offset_map::key_type& where,
                      const committed_offset& what) {
  put(entry_kind::staged, group, by, where, what);
}

void recorder::staged_end(const std::string& group, producer_id by, bool commit) {
  put(entry_kind::staged_end, group, by, commit);
}

void recorder::group_epoch(const std::string& id, std::string_view type, std::int32_t epoch,
                           const std::string& protocol_type) {
  put(entry_kind::group, id, std::string{type}, epoch, protocol_type);
}

void recorder::group_gone(const std::string& id) { put(entry_kind::group_gone, id); }

void recorder::share_progress(const share_state_store::key& which, const share_state_store::entry* state,
                              const share_partition* progress) {
  std::optional<std::pair<std::int32_t, leader_epoch>> epochs;
  if (state != nullptr) epochs.emplace(state->state_epoch, state->epoch);
  std::optional<std::pair<std::int64_t, std::vector<share_partition::saved_run>>> way;
  if (progress != nullptr) way.emplace(progress->start(), progress->saved());
  put(entry_kind::share_progress, which.group, which.where, epochs, way);
}

void recorder::transaction(const std::string& id, const embedded::transaction& of) {
  put(entry_kind::transaction, id, of);
}

void recorder::transaction_gone(const std::string& id) { put(entry_kind::transaction_gone, id); }

void recorder::admin(admin_part what, const broker_core& core) {
  protocol::writer out;
  archive a{out};
  a.put(entry_kind::admin, what);
  stored_admin part{what, const_cast<broker_core&>(core)};
  part.describe(a);
  to_.append(std::move(out.buffer()), {});
}

void recorder::image_of(embedded::topic& of) {
  topic(of);
  for (std::size_t i = 0; i < of.partitions.size(); ++i) {
    auto& where = of.partitions[i];
    const partition_id index{static_cast<std::int32_t>(i)};
    // Where it ends is told when it has what it holds.
    constexpr std::int64_t nothing = 0;
    put(entry_kind::partition, of.id, index, where.replicas, where.epoch, where.epochs, nothing, nothing);
    for (const auto& entry : where.log.entries()) {
      to_.append(head(entry_kind::held, of.id, index), entry.batch);
    }
    place(of, index);
    put(entry_kind::producers, of.id, index, where.producers);
    put(entry_kind::compacted, of.id, index, where.compacted_to);
    where.told = {where.log.start_offset(), where.log.end_offset(), where.epoch, where.replicas};
    where.cut_to = INT64_MAX;
  }
}

void recorder::image_of(group_coordinator& groups) {
  for (const auto& [id, entry] : groups.all()) {
    group_epoch(id, groups.type(id), groups.epoch(id), std::string{groups.protocol_type(id)});
    for (const auto& [where, what] : entry.machine.offsets) offset(id, where, what);
    for (const auto& [by, offsets] : entry.machine.pending_offsets) {
      for (const auto& [where, what] : offsets) staged(id, by, where, what);
    }
    if (!entry.share) continue;
    for (const auto& [where, progress] : entry.share->places()) {
      const share_state_store::key which{id, where};
      share_progress(which, groups.share_states().find(which, entry.share.get()), &progress);
    }
  }
  for (const auto& [which, state] : groups.share_states().all()) {
    if (state.parked || groups.find_share(which.group) == nullptr) {
      share_progress(which, &state, state.parked ? &*state.parked : nullptr);
    }
  }
}

void recorder::image(broker_core& core) {
  counters(core);
  for (auto& [name, of] : core.state().topics()) image_of(of);
  image_of(core.groups());
  for (const auto& [id, one] : core.transactions().all()) transaction(id, one);
  for (auto part = admin_part::acls; part <= admin_part::tokens;
       part = static_cast<admin_part>(static_cast<std::uint8_t>(part) + 1)) {
    admin(part, core);
  }
}

}  // namespace kwire::embedded
