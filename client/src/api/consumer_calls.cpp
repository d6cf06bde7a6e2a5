#include <algorithm>
#include <utility>

#include "api/consumer_impl.hpp"

// Calls of a consumer about offsets and positions.

namespace kwire {

commit_result consumer::impl::commit(std::vector<core::commit_entry> entries, timeout limit) {
  if (auto why = refuse(true)) return commit_result{*why};
  if (!has_group()) return commit_result{error{errc::invalid_state, "commits need a group.id"}};
  return commit_until(std::move(entries), deadline(limit));
}

commit_result consumer::impl::commit_until(std::vector<core::commit_entry> entries, time_point until) {
  auto codes = ask<core::commit_answer>(
      [entries = std::move(entries), until](core::consumer_core& core, auto done, time_point at) mutable {
        core.commit(std::move(entries), until, std::move(done), at);
      },
      until);
  if (!codes) return commit_result{codes.error()};
  std::map<topic_partition, std::optional<error>> parts;
  for (const auto& [where, code] : *codes) {
    auto& outcome = parts[where];
    if (code != broker_errc::none)
      outcome = error{code}.in(api::offset_commit).on(where.topic, where.partition);
  }
  return commit_result{std::move(parts)};
}

result<consumer_group_metadata> consumer::impl::group_metadata() {
  if (auto why = refuse(true)) return *why;
  if (!has_group()) return error{errc::invalid_state, "there is no group without a group.id"};
  auto who = ask<core::commit_identity>(
      [](const core::consumer_core& core, auto done, time_point) { done(core.committing_as()); },
      deadline({}));
  if (!who) return who.error();
  return consumer_group_metadata{who->group, who->generation, who->member, who->instance};
}

result<offset_map> consumer::impl::committed(const std::vector<topic_partition>& partitions, timeout limit) {
  if (auto why = refuse(true)) return *why;
  if (!has_group()) return error{errc::invalid_state, "committed offsets need a group.id"};
  const auto until = deadline(limit);
  auto states = ask<core::offset_queries::committed>(
      [partitions, until](core::consumer_core& core, auto done, time_point at) {
        core.fetch_committed(partitions, until, std::move(done), at);
      },
      until);
  if (!states) return states.error();
  offset_map found;
  for (auto& [where, state] : *states) {
    if (state.code != broker_errc::none) {
      return error{state.code}.in(api::offset_fetch).on(where.topic, where.partition);
    }
    if (state.offset >= 0) found[where] = {state.offset, std::move(state.metadata)};
  }
  return found;
}

result<core::offset_queries::listed> consumer::impl::list(std::vector<core::list_target> targets,
                                                          timeout limit) {
  if (auto why = refuse(true)) return *why;
  const auto until = deadline(limit);
  auto found = ask<core::offset_queries::listed>(
      [targets = std::move(targets), until](core::consumer_core& core, auto done, time_point at) mutable {
        core.list_offsets(std::move(targets), until, std::move(done), at);
      },
      until);
  if (!found) return found.error();
  for (const auto& [where, state] : *found) {
    if (state.code != broker_errc::none) {
      return error{state.code}.in(api::list_offsets).on(where.topic, where.partition);
    }
  }
  return std::move(*found);
}

result<std::int64_t> consumer::impl::position(const topic_partition& where, timeout limit) {
  if (auto why = refuse(true)) return *why;
  const auto until = deadline(limit);
  for (;;) {
    const auto seen = body_->handover.news();
    const auto found = body_->handover.position(where);
    if (!found) return error{errc::not_assigned}.on(where.topic, where.partition);
    if (*found >= 0) return *found;
    if (now() >= until) return error{errc::timed_out}.on(where.topic, where.partition);
    wait(seen, until);
  }
}

result<void> consumer::impl::seek(const topic_partition& where, std::int64_t offset) {
  if (auto why = refuse(false)) return *why;
  if (offset < 0) return error{errc::invalid_argument, "a negative offset"}.on(where.topic, where.partition);
  if (!body_->handover.assigned(where)) return error{errc::not_assigned}.on(where.topic, where.partition);
  start({body_->handover.start(where, offset)});
  return {};
}

result<void> consumer::impl::reset(const std::vector<topic_partition>& partitions, std::int64_t time) {
  if (auto why = refuse(false)) return *why;
  for (const auto& where : partitions) {
    if (!body_->handover.assigned(where)) return error{errc::not_assigned}.on(where.topic, where.partition);
  }
  std::vector<core::partition_start> list;
  for (const auto& where : partitions) {
    list.push_back(body_->handover.start(where, -1));
    list.back().reset_to = time;
  }
  start(std::move(list));
  return {};
}

/// Pausing begins a new period at the position: what is queued or on its way belongs to the old one and
/// does not hold memory while nobody reads it.
result<void> consumer::impl::set_paused(const std::vector<topic_partition>& partitions, bool paused) {
  if (auto why = refuse(false)) return *why;
  for (const auto& where : partitions) {
    if (!body_->handover.assigned(where)) return error{errc::not_assigned}.on(where.topic, where.partition);
  }
  std::vector<core::partition_start> list;
  for (const auto& where : partitions) {
    body_->handover.set_paused(where, paused);
    const auto at = body_->handover.position(where).value_or(-1);
    if (paused && at >= 0) list.push_back(body_->handover.start(where, at));
  }
  post([partitions, paused](core::consumer_core& core, time_point) { core.pause(partitions, paused); });
  start(std::move(list));
  body_->handover.drop({});
  return {};
}

}  // namespace kwire
