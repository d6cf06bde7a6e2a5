#include <algorithm>
#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <memory>

#include "core/api/leader_hints.hpp"
#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using told_partition = protocol::share_fetch_response::partition;
using place = share_group::place;

constexpr std::int16_t first_with_modes = 2;
constexpr std::size_t most_bytes = 55 * 1024 * 1024;

/// A fetch from its arrival to its answer, through a long poll if need be.
struct pending {
  request_token token;
  node_id node{};
  share_session_cache::key whose;
  share_partition::wish wanted;
  std::size_t max_bytes = 0;
  bool full = false;  ///< the answer lists partitions without news too
  std::map<place, broker_errc> acknowledged;
  std::set<place> missing;  ///< asked for, but there is no such partition
};

partition* find(broker_core& core, const place& where) {
  auto* of = core.state().find(where.first);
  return of == nullptr ? nullptr : of->find(partition_id{where.second});
}

/// Up to where the group is given records: with `read_committed`, not those of open transactions.
std::int64_t readable_end(broker_core& core, const share_group& group, const partition& of) {
  return of.readable_end(core.groups().config(group.id()).share_read_committed);
}

/// Whether the group is not to see this batch, which then counts as done: under `read_committed`, records of
/// a transaction that was aborted.
bool withhold(broker_core& core, const share_group& group, const partition& of, share_partition& state,
              const partition_log::entry& entry) {
  if (!core.groups().config(group.id()).share_read_committed) return false;
  protocol::record_set set{entry.batch.content};
  if (!of.producers.is_aborted(*set.begin())) return false;
  state.discard(entry.base_offset, entry.last_offset);
  return true;
}

/// The first record that may be given out now.
std::optional<std::int64_t> first_given(broker_core& core, const share_group& group, const partition& of,
                                        share_partition& state, std::int64_t end) {
  for (;;) {
    const auto first = state.first_free(end, group.limits());
    if (!first) return first;
    const auto entry = of.log.find(*first);
    if (entry == of.log.entries().end() || !withhold(core, group, of, state, *entry)) return first;
  }
}

/// Why the node does not serve the partition; none: it does.
broker_errc check(broker_core& core, const place& where, node_id node, connection_id who) {
  const auto* topic = core.state().find(where.first);
  if (topic == nullptr) return broker_errc::unknown_topic_id;
  if (!may(core, who, acl_operation::read, acl_resource::topic, topic->name)) {
    return broker_errc::topic_authorization_failed;
  }
  const auto* of = find(core, where);
  return of == nullptr ? broker_errc::unknown_topic_or_partition : check_leader(*of, node, no_leader_epoch);
}

/// Acknowledgements of one partition: all of them are done, or none.
template <class Batch>
broker_errc acknowledge(broker_core& core, const share_session_cache::key& whose, const place& where,
                        const std::vector<Batch>& batches, bool renews, const request& what) {
  auto& group = *core.groups().find_share(whose.first);
  const auto now = what.now;
  if (const auto error = check(core, where, what.node, what.token.connection); error != broker_errc::none)
    return error;
  auto* state = group.find(where);
  if (state == nullptr) return broker_errc::invalid_record_state;
  std::int64_t end = -1;
  constexpr auto renew = static_cast<std::int8_t>(acknowledgement::renew);
  for (const auto& batch : batches) {
    if (batch.first_offset <= end) return broker_errc::invalid_request;
    end = batch.last_offset;
    const bool has_renewal =
        std::ranges::find(batch.acknowledge_types, renew) != batch.acknowledge_types.end();
    if (has_renewal && !(renews && group.renews())) return broker_errc::invalid_request;
    const auto error =
        state->check(whose.second, batch.first_offset, batch.last_offset, batch.acknowledge_types);
    if (error != broker_errc::none) return error;
  }
  bool freed = false;
  for (const auto& batch : batches) {
    freed |= state->acknowledge(batch.first_offset, batch.last_offset, batch.acknowledge_types,
                                group.limits(), now);
  }
  core.groups().settle(group);
  if (freed) wake(core, where, now);
  return broker_errc::none;
}

/// Only what it gave: a broker that leads no longer has no say in what the next one gives.
void release_all(broker_core& core, const share_session_cache::key& whose, const share_session& session,
                 instant now) {
  auto* group = core.groups().find_share(whose.first);
  if (group == nullptr) return;
  for (const auto& where : session.places) {
    auto* state = group->find(where);
    if (state != nullptr && state->release(whose.second, session.node, group->limits()))
      wake(core, where, now);
  }
  core.groups().settle(*group);
}

struct outcome {
  told_partition told;
  std::vector<shared_slice> slices;
  std::size_t bytes = 0;
};

/// Acquires what the fetch may have of one partition.
outcome take(broker_core& core, const pending& fetch, const place& where, std::size_t room,
             std::size_t& records, instant now) {
  outcome result;
  auto& told = result.told;
  told.partition_index = partition_id{where.second};
  told.records = bytes_view{};
  if (const auto error = check(core, where, fetch.node, fetch.token.connection); error != broker_errc::none) {
    told.error_code = code(error);
    return result;
  }
  auto* of = find(core, where);
  auto* group = core.groups().find_share(fetch.whose.first);
  auto& state = group->enter(where, *of, now);
  const auto end = readable_end(core, *group, *of);
  const auto first = first_given(core, *group, *of, state, end);
  if (!first || records == 0) return result;
  auto batch = of->log.find(*first);
  std::vector<acquired_run> given;
  std::int64_t last = *first - 1;
  std::size_t batches = 0;
  auto wanted = fetch.wanted;
  for (; batch != of->log.entries().end() && batch->base_offset < end && records > 0; ++batch) {
    if (withhold(core, *group, *of, state, *batch)) {
      if (batches > 0) break;  // runs have no holes
      continue;
    }
    if (result.bytes > 0 && result.bytes + batch->batch.content.size() > room) break;
    wanted.most = records;
    const auto taken = state.acquire(fetch.whose.second, std::max(*first, batch->base_offset),
                                     batch->last_offset, wanted, group->limits(), now, given);
    records -= std::min(records, taken);
    result.bytes += batch->batch.content.size();
    if (taken == 0) {
      if (batches == 0) result.bytes = 0;
      if (batches > 0) break;
      continue;
    }
    ++batches;
    last = batch->last_offset;
  }
  for (const auto& run : given) {
    auto& listed = told.acquired_records.emplace_back();
    listed.first_offset = run.first;
    listed.last_offset = run.last;
    listed.delivery_count = run.deliveries;
  }
  result.bytes = 0;
  if (given.empty()) return result;
  for (auto at = of->log.find(given.front().first); at != of->log.entries().end() && at->base_offset <= last;
       ++at) {
    result.slices.push_back(at->batch);
    result.bytes += at->batch.content.size();
  }
  return result;
}

void answer_now(broker_core& core, pending& fetch, instant now) {
  protocol::share_fetch_response answer;
  std::vector<std::vector<shared_slice>> slices;
  auto* session = core.share_sessions(fetch.node).find(fetch.whose);
  auto* group = core.groups().find_share(fetch.whose.first);
  if (session == nullptr || group == nullptr) {
    answer.error_code = code(broker_errc::share_session_not_found);
    return core.respond(fetch.token, answer);
  }
  answer.acquisition_lock_timeout_ms = static_cast<std::int32_t>(group->limits().lock.count());
  std::size_t used = 0;
  auto records = fetch.wanted.most;
  leader_hints hints;
  const auto add = [&](const place& where, outcome result) {
    if (answer.responses.empty() || answer.responses.back().topic_id != where.first) {
      answer.responses.emplace_back().topic_id = where.first;
    }
    if (const auto known = fetch.acknowledged.find(where); known != fetch.acknowledged.end()) {
      result.told.acknowledge_error_code = code(known->second);
    }
    if (result.told.error_code == code(broker_errc::not_leader_or_follower)) {
      hints.add(result.told, *find(core, where));
    }
    if (!result.slices.empty()) {
      result.told.records = bytes_view{result.slices.front().content.data(), result.bytes};
    }
    answer.responses.back().partitions.push_back(std::move(result.told));
    slices.push_back(std::move(result.slices));
  };
  for (const auto& where : session->in_turn()) {
    const auto room = fetch.max_bytes - std::min(used, fetch.max_bytes);
    if (room == 0) records = 0;
    auto result = take(core, fetch, where, room, records, now);
    used += result.bytes;
    if (result.bytes > 0) session->turn = {where.first, where.second + 1};
    const bool news = result.bytes > 0 || result.told.error_code != 0 || fetch.acknowledged.contains(where);
    if (news || fetch.full) add(where, std::move(result));
  }
  for (const auto& [where, error] : fetch.acknowledged) {
    if (!session->places.contains(where)) fetch.missing.insert(where);
  }
  for (const auto& where : fetch.missing) {
    outcome only;
    only.told.error_code = code(check(core, where, fetch.node, fetch.token.connection));
    only.told.partition_index = partition_id{where.second};
    only.told.records = bytes_view{};
    add(where, std::move(only));
  }
  core.groups().settle(*group);
  hints.finish(answer, core, fetch.token.connection);
  core.respond(fetch.token, protocol::ref(answer), std::move(slices));
}

/// Whether there is something to tell: records, or what waiting does not mend.
bool is_due(broker_core& core, const pending& fetch, instant now) {
  const auto* session = core.share_sessions(fetch.node).find(fetch.whose);
  auto* group = core.groups().find_share(fetch.whose.first);
  if (session == nullptr || group == nullptr || session->places.empty()) return true;
  return std::ranges::any_of(session->places, [&](const place& where) {
    if (check(core, where, fetch.node, fetch.token.connection) != broker_errc::none) return true;
    auto* of = find(core, where);
    auto& state = group->enter(where, *of, now);
    return first_given(core, *group, *of, state, readable_end(core, *group, *of)).has_value();
  });
}

void wait_for_records(broker_core& core, const request& what, std::int32_t max_wait_ms,
                      std::shared_ptr<pending> fetch) {
  std::vector<fetch_waits::watch_key> watched;
  for (const auto& where : core.share_sessions(fetch->node).find(fetch->whose)->places) {
    watched.emplace_back(core.state().find(where.first)->name, partition_id{where.second});
  }
  const auto attempt = [&core, fetch](instant now, bool force) {
    if (!force && !is_due(core, *fetch, now)) return false;
    answer_now(core, *fetch, now);
    return true;
  };
  core.waiting_fetches().add(what.token.connection, what.now + std::chrono::milliseconds{max_wait_ms},
                             std::move(watched), attempt, core.timers());
}

template <class Request>
broker_errc enter(broker_core& core, const request& what, const Request& asked, share_session*& session) {
  if (what.injected != broker_errc::none) return what.injected;
  if (!asked.group_id || asked.group_id->empty() || !asked.member_id || asked.member_id->empty()) {
    return broker_errc::invalid_request;
  }
  if (core.groups().find_share(*asked.group_id) == nullptr) return broker_errc::group_id_not_found;
  if (asked.share_session_epoch < share_session_cache::final_epoch)
    return broker_errc::invalid_share_session_epoch;
  const auto error = core.share_sessions(what.node).step(
      {*asked.group_id, *asked.member_id}, asked.share_session_epoch, what.token.connection, session);
  if (error == broker_errc::none) session->node = what.node;
  return error;
}

template <class Request>
bool has_acknowledgements(const Request& asked) {
  return std::ranges::any_of(asked.topics, [](const auto& topic) {
    return std::ranges::any_of(topic.partitions,
                               [](const auto& p) { return !p.acknowledgement_batches.empty(); });
  });
}

/// Does the acknowledgements of a request; one result for each partition that has any.
template <class Request>
std::map<place, broker_errc> acknowledge_all(broker_core& core, const request& what, const Request& asked) {
  std::map<place, broker_errc> results;
  const bool renews = what.token.version >= first_with_modes && asked.is_renew_ack;
  for (const auto& topic : asked.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.acknowledgement_batches.empty()) continue;
      const place where{topic.topic_id, raw(partition.partition_index)};
      results[where] = acknowledge(core, {*asked.group_id, *asked.member_id}, where,
                                   partition.acknowledgement_batches, renews, what);
    }
  }
  return results;
}

}  // namespace

void wake(broker_core& core, const share_group::place& where, instant now) {
  const auto* of = core.state().find(where.first);
  if (of != nullptr) core.waiting_fetches().wake({of->name, partition_id{where.second}}, now, core.timers());
}

void end_share_sessions(broker_core& core, share_session_cache& sessions, connection_id gone, instant now) {
  for (const auto& [whose, session] : sessions.disconnected(gone)) {
    release_all(core, whose, session, now);
  }
}

void serve_share_fetch(broker_core& core, const request& what) {
  protocol::share_fetch_request asked;
  if (!read_body(core, what, asked)) return;
  share_session* session = nullptr;
  auto error = enter(core, what, asked, session);
  if (error == broker_errc::none && asked.share_session_epoch == 0 && has_acknowledgements(asked)) {
    core.share_sessions(what.node).close({*asked.group_id, *asked.member_id});
    error = broker_errc::invalid_request;
  }
  if (error != broker_errc::none) {
    protocol::share_fetch_response answer;
    answer.error_code = code(error);
    answer.error_message = std::string{meaning(error)};
    return core.respond(what.token, answer);
  }
  const bool last = asked.share_session_epoch == share_session_cache::final_epoch;
  auto fetch = std::make_shared<pending>();
  fetch->token = what.token;
  fetch->node = what.node;
  fetch->whose = {*asked.group_id, *asked.member_id};
  fetch->full = asked.share_session_epoch == 0;
  fetch->wanted.most = static_cast<std::size_t>(std::max(asked.max_records, 0));
  fetch->wanted.exactly = asked.share_acquire_mode == 1;
  fetch->wanted.through = what.node;
  fetch->wanted.run = static_cast<std::size_t>(std::max(asked.batch_size, 0));
  fetch->max_bytes = std::min(static_cast<std::size_t>(std::max(asked.max_bytes, 0)), most_bytes);
  fetch->acknowledged = acknowledge_all(core, what, asked);
  if (last || asked.is_renew_ack) fetch->wanted.most = 0;
  if (!last) {
    for (const auto& topic : asked.forgotten_topics_data) {
      for (const auto index : topic.partitions) session->places.erase({topic.topic_id, raw(index)});
    }
    for (const auto& topic : asked.topics) {
      for (const auto& partition : topic.partitions) {
        const place where{topic.topic_id, raw(partition.partition_index)};
        (check(core, where, what.node, what.token.connection) != broker_errc::none ? fetch->missing
                                                                                   : session->places)
            .insert(where);
      }
    }
  }
  const bool waits = !last && asked.max_wait_ms > 0 && asked.min_bytes > 0 && fetch->wanted.most > 0 &&
                     fetch->acknowledged.empty() && fetch->missing.empty();
  if (waits && !is_due(core, *fetch, what.now)) {
    return wait_for_records(core, what, asked.max_wait_ms, std::move(fetch));
  }
  if (last) {
    release_all(core, fetch->whose, *session, what.now);
    session->places.clear();
  }
  answer_now(core, *fetch, what.now);
  if (last) core.share_sessions(what.node).close(fetch->whose);
}

void serve_share_acknowledge(broker_core& core, const request& what) {
  protocol::share_acknowledge_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::share_acknowledge_response answer;
  share_session* session = nullptr;
  auto error = broker_errc::invalid_share_session_epoch;  // a session cannot begin here
  if (asked.share_session_epoch != 0) error = enter(core, what, asked, session);
  if (error != broker_errc::none) {
    answer.error_code = code(error);
    answer.error_message = std::string{meaning(error)};
    return core.respond(what.token, answer);
  }
  leader_hints hints;
  const auto& group = *core.groups().find_share(*asked.group_id);
  answer.acquisition_lock_timeout_ms = static_cast<std::int32_t>(group.limits().lock.count());
  for (const auto& [where, result] : acknowledge_all(core, what, asked)) {
    if (answer.responses.empty() || answer.responses.back().topic_id != where.first) {
      answer.responses.emplace_back().topic_id = where.first;
    }
    auto& told = answer.responses.back().partitions.emplace_back();
    told.partition_index = partition_id{where.second};
    told.error_code = code(result);
    if (result != broker_errc::none) told.error_message = std::string{meaning(result)};
    if (result == broker_errc::not_leader_or_follower) hints.add(told, *find(core, where));
  }
  hints.finish(answer, core, what.token.connection);
  if (asked.share_session_epoch == share_session_cache::final_epoch) {
    const share_session_cache::key whose{*asked.group_id, *asked.member_id};
    release_all(core, whose, *session, what.now);
    core.share_sessions(what.node).close(whose);
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
