#include <kwire/protocol/messages/delete_share_group_state.hpp>
#include <kwire/protocol/messages/initialize_share_group_state.hpp>
#include <kwire/protocol/messages/read_share_group_state.hpp>
#include <kwire/protocol/messages/read_share_group_state_summary.hpp>
#include <kwire/protocol/messages/write_share_group_state.hpp>

#include "core/handlers.hpp"

// What leaders of partitions ask the share coordinator, which a tool may do as well.

namespace kwire::embedded {
namespace {

constexpr std::int8_t available = 0;
constexpr std::int8_t acknowledged = 2;
constexpr std::int8_t archived = 4;

/// One partition's state and the group it is for.
struct place {
  broker_core& core;
  const request& what;
  share_state_store::key key;

  share_group* group() const { return core.groups().find_share(key.group); }
  /// Null when nobody has made it: neither a request nor a member that fetched.
  share_state_store::entry* known() const { return core.groups().share_states().find(key, group()); }
  share_partition* progress() const { return core.groups().share_states().progress(key, group()); }

  broker_errc check() const {
    if (key.group.empty() || key.where.second < 0) return broker_errc::invalid_request;
    const auto name =
        key.group + ":" + kwire::to_string(key.where.first) + ":" + std::to_string(key.where.second);
    const auto refused = refused_by_coordinator(core, what, coordinator_kind::share, name);
    if (refused != broker_errc::none) return refused;
    auto* of = core.state().find(key.where.first);
    const bool exists = of != nullptr && of->find(partition_id{key.where.second}) != nullptr;
    return exists ? broker_errc::none : broker_errc::unknown_topic_or_partition;
  }
  /// A leader of an older epoch is fenced off; a newer one is remembered.
  broker_errc check_leader_epoch(leader_epoch claimed) const {
    auto* state = known();
    if (state == nullptr || claimed == no_leader_epoch) return broker_errc::none;
    if (raw(claimed) < raw(state->epoch)) return broker_errc::fenced_leader_epoch;
    state->epoch = claimed;
    return broker_errc::none;
  }
};

/// Asks for each partition and tells an error where there is one.
template <class Request, class Serve>
void serve_each(broker_core& core, const request& what, Serve&& serve) {
  Request asked;
  if (!read_body(core, what, asked)) return;
  typename Request::response answer;
  for (const auto& topic : asked.topics) {
    auto& listed = answer.results.emplace_back();
    listed.topic_id = topic.topic_id;
    for (const auto& partition : topic.partitions) {
      auto& told = listed.partitions.emplace_back();
      told.index = partition.index;
      const place where{core, what, {asked.group_id, {topic.topic_id, raw(partition.index)}}};
      auto error = where.check();
      if (error == broker_errc::none) error = serve(where, partition, told);
      core.groups().note_share(where.key);
      told.error_code = code(error);
      if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
    }
  }
  core.respond(what.token, answer);
}

broker_errc write(const place& where, const protocol::write_share_group_state_request::partition& asked) {
  auto* state = where.known();
  if (state == nullptr) return broker_errc::invalid_request;  // never initialized
  if (const auto late = where.check_leader_epoch(asked.epoch); late != broker_errc::none) return late;
  if (asked.state_epoch < state->state_epoch) return broker_errc::fenced_state_epoch;
  for (const auto& batch : asked.state_batches) {
    const auto how = batch.delivery_state;
    if (batch.first_offset < 0 || batch.last_offset < batch.first_offset || batch.last_offset == INT64_MAX ||
        (how != available && how != acknowledged && how != archived)) {
      return broker_errc::invalid_request;
    }
  }
  auto* progress = where.progress();
  if (asked.start_offset >= 0 && progress == nullptr) {
    where.core.groups().share_states().initialize(where.key, where.group(), state->state_epoch,
                                                  asked.start_offset);
    where.known()->epoch = asked.epoch;
    progress = where.progress();
  }
  where.known()->state_epoch = asked.state_epoch;
  if (progress == nullptr) return broker_errc::none;
  if (asked.start_offset >= 0) progress->start_at_least(asked.start_offset);
  for (const auto& batch : asked.state_batches) {
    progress->put(
        {batch.first_offset, batch.last_offset, batch.delivery_state != available, batch.delivery_count});
  }
  return broker_errc::none;
}

}  // namespace

void serve_initialize_share_group_state(broker_core& core, const request& what) {
  using asked = protocol::initialize_share_group_state_request;
  serve_each<asked>(core, what, [](const place& where, const asked::partition& wanted, auto&) {
    const auto* state = where.known();
    if (state != nullptr && wanted.state_epoch < state->state_epoch) return broker_errc::fenced_state_epoch;
    where.core.groups().share_states().initialize(where.key, where.group(), wanted.state_epoch,
                                                  wanted.start_offset);
    return broker_errc::none;
  });
}

void serve_read_share_group_state(broker_core& core, const request& what) {
  using asked = protocol::read_share_group_state_request;
  serve_each<asked>(core, what, [](const place& where, const asked::partition& wanted, auto& told) {
    if (const auto late = where.check_leader_epoch(wanted.epoch); late != broker_errc::none) return late;
    if (const auto* state = where.known()) told.state_epoch = state->state_epoch;
    const auto* progress = where.progress();
    told.start_offset = progress == nullptr ? -1 : progress->start();
    if (progress == nullptr) return broker_errc::none;
    for (const auto& run : progress->saved()) {
      auto& batch = told.state_batches.emplace_back();
      batch.first_offset = run.first;
      batch.last_offset = run.last;
      batch.delivery_state = run.done ? acknowledged : available;
      batch.delivery_count = run.deliveries;
    }
    return broker_errc::none;
  });
}

void serve_write_share_group_state(broker_core& core, const request& what) {
  using asked = protocol::write_share_group_state_request;
  serve_each<asked>(core, what, [](const place& where, const asked::partition& wanted, auto&) {
    return write(where, wanted);
  });
}

void serve_delete_share_group_state(broker_core& core, const request& what) {
  using asked = protocol::delete_share_group_state_request;
  serve_each<asked>(core, what, [](const place& where, const asked::partition&, auto&) {
    where.core.groups().share_states().forget(where.key, where.group());
    return broker_errc::none;
  });
}

void serve_read_share_group_state_summary(broker_core& core, const request& what) {
  using asked = protocol::read_share_group_state_summary_request;
  serve_each<asked>(core, what, [](const place& where, const asked::partition& wanted, auto& told) {
    if (const auto late = where.check_leader_epoch(wanted.epoch); late != broker_errc::none) return late;
    const auto* state = where.known();
    told.epoch = state == nullptr ? no_leader_epoch : state->epoch;
    if (state != nullptr) told.state_epoch = state->state_epoch;
    const auto* progress = where.progress();
    told.start_offset = progress == nullptr ? -1 : progress->start();
    if (progress == nullptr) return broker_errc::none;
    std::int64_t done = 0;
    for (const auto& run : progress->saved()) {
      if (run.done) done = std::min<std::int64_t>(INT32_MAX, done + (run.last - run.first) + 1);
    }
    told.delivery_complete_count = static_cast<std::int32_t>(done);
    return broker_errc::none;
  });
}

}  // namespace kwire::embedded
