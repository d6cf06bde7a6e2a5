#include "core/recovery.hpp"

#include <kwire/protocol/records/batch_reader.hpp>

#include "core/broker_core.hpp"
#include "core/stored_forms.hpp"

namespace kwire::embedded {
namespace {

/// The one sound batch that the rest of an entry is.
std::optional<protocol::batch_view> whole_batch(bytes_view content) {
  protocol::record_set set{content};
  const auto at = set.begin();
  if (at == set.end() || at->magic != 2 || at->raw.size() != content.size()) return std::nullopt;
  if (at->base_offset < 0 || at->last_offset < at->base_offset || at->count < 0) return std::nullopt;
  return *at;
}

}  // namespace

std::optional<std::string> recovery::apply(bytes_view entry, instant now) {
  protocol::reader in{entry};
  archive a{in};
  entry_kind kind{};
  a(kind);
  if (!dispatch(kind, a, in, now) || !a.ok()) {
    return "an entry of kind " + std::to_string(static_cast<int>(kind)) + " makes no sense";
  }
  core_.state().note_change();
  return std::nullopt;
}

bool recovery::dispatch(entry_kind kind, archive& a, protocol::reader& in, instant now) {
  switch (kind) {
    case entry_kind::counters: return apply_counters(a);
    case entry_kind::topic: return apply_topic(a);
    case entry_kind::topic_gone: {
      uuid id;
      a(id);
      auto* of = core_.state().find(id);
      return of != nullptr && core_.delete_topic(std::string{of->name}, now);
    }
    case entry_kind::partition: return apply_partition(a);
    case entry_kind::batch: return apply_batch(a, in, true);
    case entry_kind::held: return apply_batch(a, in, false);
    case entry_kind::rebuilt: return apply_rebuilt(a, in);
    case entry_kind::log_start:
    case entry_kind::log_end:
    case entry_kind::compacted: return apply_log(kind, a);
    case entry_kind::producers: return apply_producers(a);
    case entry_kind::offset:
    case entry_kind::offset_gone:
    case entry_kind::staged:
    case entry_kind::staged_end: return apply_offset(kind, a);
    case entry_kind::group:
    case entry_kind::group_gone: return apply_group(kind, a, now);
    case entry_kind::transaction:
    case entry_kind::transaction_gone: return apply_transaction(kind, a);
    case entry_kind::admin: return apply_admin(a);
    case entry_kind::share_progress: return apply_share(a);
  }
  return false;
}

bool recovery::apply_counters(archive& a) {
  std::int64_t ids = 0;
  std::int32_t epoch = 0;
  std::int64_t end = 0;
  std::int32_t controller = 0;
  a(ids, epoch, end, controller);
  const auto fits = [](auto number, auto most) { return number >= 0 && number < most; };
  if (!fits(ids, INT64_MAX / 2) || !fits(end, INT64_MAX / 2)) return false;
  if (!fits(epoch, INT32_MAX / 2) || !fits(controller, INT32_MAX / 2)) return false;
  core_.restore_producer_ids(ids);
  core_.transactions().restore_epoch(epoch);
  core_.state().metadata_end(end);
  core_.state().controller_epoch(controller);
  return true;
}

bool recovery::apply_topic(archive& a) {
  uuid id;
  std::string name;
  std::map<std::string, std::string> values;
  a(id, name, values);
  if (!a.ok() || !is_valid_topic_name(name)) return false;
  auto config = core_.default_config();
  for (const auto& [key, value] : values) {
    if (!config.set(key, value)) return false;
  }
  auto* of = core_.state().find(id);
  if (of == nullptr) {
    if (core_.state().find(name) != nullptr) return false;
    core_.restore_topic(name, id, std::move(config));
    return true;
  }
  if (of->name != name) return false;
  of->config = std::move(config);
  return true;
}

partition* recovery::find(archive& a) {
  uuid id;
  partition_id index{};
  a(id, index);
  auto* of = core_.state().find(id);
  return of == nullptr ? nullptr : of->find(index);
}

bool recovery::apply_partition(archive& a) {
  uuid id;
  partition_id index{};
  a(id, index);
  auto* of = core_.state().find(id);
  if (of == nullptr || !a.ok()) return false;
  const bool is_next = raw(index) >= 0 && static_cast<std::size_t>(raw(index)) == of->partitions.size();
  if (is_next) core_.add_partitions(*of, core_.default_placement(1));
  auto* where = of->find(index);
  if (where == nullptr) return false;
  std::vector<node_id> replicas;
  leader_epoch epoch{};
  epoch_history epochs;
  std::int64_t start = 0;
  std::int64_t end = 0;
  a(replicas, epoch, epochs, start, end);
  if (!a.ok() || raw(epoch) < 0 || raw(epoch) > INT32_MAX / 2 || !where->log.reposition(start, end))
    return false;
  where->epoch = epoch;
  where->epochs = std::move(epochs);
  // The cluster may be another one than it was: a node that is not there has no replica.
  std::erase_if(replicas, [&](node_id node) { return core_.state().node(node) == nullptr; });
  if (!replicas.empty()) where->replicas = where->in_sync = std::move(replicas);
  where->leader = where->replicas.front();
  where->high_watermark = where->log.end_offset();
  return true;
}

bool recovery::apply_batch(archive& a, protocol::reader& in, bool appended) {
  auto* where = find(a);
  std::int64_t at = 0;
  if (appended) a(at);
  if (where == nullptr || !a.ok()) return false;
  const auto batch = whole_batch(in.rest());
  if (!batch || !where->log.put_back(*batch)) return false;
  where->high_watermark = where->log.end_offset();
  if (appended) where->producers.replay(*batch, at);
  where->producers.trim(where->log.start_offset(), where->high_watermark);
  return true;
}

bool recovery::apply_rebuilt(archive& a, protocol::reader& in) {
  auto* where = find(a);
  std::int64_t base = 0;
  a(base);
  if (where == nullptr || !a.ok()) return false;
  if (in.remaining() == 0) return where->log.swap(base, std::nullopt);
  const auto batch = whole_batch(in.rest());
  return batch && where->log.swap(base, *batch);
}

bool recovery::apply_log(entry_kind kind, archive& a) {
  auto* where = find(a);
  std::int64_t offset = 0;
  a(offset);
  if (where == nullptr || !a.ok() || offset < 0 || offset > where->log.end_offset()) return false;
  if (kind == entry_kind::log_start) where->log.delete_before(offset);
  if (kind == entry_kind::log_end) truncate(*where, offset);
  if (kind == entry_kind::compacted) where->compacted_to = offset;
  where->producers.trim(where->log.start_offset(), where->high_watermark);
  return true;
}

bool recovery::apply_producers(archive& a) {
  auto* where = find(a);
  if (where == nullptr) return false;
  a(where->producers);
  return true;
}

bool recovery::apply_offset(entry_kind kind, archive& a) {
  std::string id;
  producer_id by{};
  group::offset_map::key_type where;
  committed_offset what;
  bool commit = false;
  a(id);
  if (kind == entry_kind::staged || kind == entry_kind::staged_end) a(by);
  if (kind == entry_kind::staged_end) {
    a(commit);
  } else {
    a(where);
    if (kind != entry_kind::offset_gone) a(what);
  }
  if (!a.ok() || id.empty()) return false;
  auto& groups = core_.groups();
  if (kind == entry_kind::staged_end) {
    groups.end_transaction(id, by, commit);
    return true;
  }
  auto& of = groups.find_or_create(id);
  if (kind == entry_kind::offset) groups.commit_offset(of, where, std::move(what));
  if (kind == entry_kind::offset_gone) groups.forget_offset(of, where);
  if (kind == entry_kind::staged) groups.stage_offset(of, by, where, std::move(what));
  return true;
}

bool recovery::apply_group(entry_kind kind, archive& a, instant now) {
  std::string id;
  std::string type;
  std::int32_t epoch = 0;
  std::string protocol;
  a(id);
  if (kind == entry_kind::group) a(type, epoch, protocol);
  if (!a.ok() || id.empty()) return false;
  if (kind == entry_kind::group) return core_.groups().restore(id, type, epoch, protocol, now);
  core_.groups().remove(id);
  return true;
}

bool recovery::apply_share(archive& a) {
  share_state_store::key which;
  std::optional<std::pair<std::int32_t, leader_epoch>> epochs;
  std::optional<std::pair<std::int64_t, std::vector<share_partition::saved_run>>> way;
  a(which.group, which.where, epochs, way);
  if (!a.ok() || (way && way->first < 0)) return false;
  auto& store = core_.groups().share_states();
  auto* group = core_.groups().find_share(which.group);
  store.forget(which, group);
  if (epochs) {
    store.initialize(which, group, epochs->first, way ? way->first : -1);
    store.find(which, group)->epoch = epochs->second;
  }
  if (!way) return true;
  share_partition made{way->first};
  for (const auto& run : way->second) {
    if (run.first < way->first || run.last < run.first || run.last == INT64_MAX) return false;
    made.put(run);
  }
  if (group != nullptr) {
    group->reset(which.where, std::move(made));
  } else if (auto* known = store.find(which, group)) {
    known->parked = std::move(made);
  }
  return true;
}

bool recovery::apply_transaction(entry_kind kind, archive& a) {
  std::string id;
  a(id);
  transaction read;
  if (kind == entry_kind::transaction) a(read);
  if (!a.ok() || id.empty()) return false;
  core_.transactions().restore(id, kind == entry_kind::transaction ? &read : nullptr);
  return true;
}

bool recovery::apply_admin(archive& a) {
  admin_part what{};
  a(what);
  stored_admin part{what, core_};
  part.describe(a);
  return true;
}

void recovery::finish(instant now) {
  elections controller{core_.state()};
  for (auto& [name, of] : core_.state().topics()) {
    for (auto& where : of.partitions) {
      where.high_watermark = where.log.end_offset();
      where.in_sync = where.replicas;
      if (where.leader == no_node) where.leader = where.replicas.front();
      controller.bump_epoch(where);
    }
  }
  for (auto& [name, of] : core_.state().topics()) core_.configured(of, now);
  // Markers come from a new coordinator now.
  core_.transactions().bump_epoch();
  core_.told_counters();
  core_.transactions().resume(now);
}

}  // namespace kwire::embedded
