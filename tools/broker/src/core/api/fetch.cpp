#include <algorithm>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <memory>

#include "core/api/leader_hints.hpp"
#include "core/authorizer.hpp"
#include "core/old_records.hpp"

namespace kwire::embedded {
namespace {

using answer_partition = protocol::fetch_response::partition;

constexpr std::int16_t first_with_size_promise = 3;  // the first batch comes whole, whatever the limits
constexpr std::int16_t first_with_batches = 4;
constexpr std::int16_t first_with_sessions = 7;
constexpr std::int16_t first_with_zstd = 10;
constexpr std::int16_t first_with_followers = 11;
constexpr std::int16_t first_with_topic_ids = 13;
constexpr std::int16_t first_with_leader_hints = 16;

/// A fetch from its arrival to its answer, through a long poll if need be.
struct pending_fetch {
  request_token token;
  node_id node{};
  std::string rack;
  std::int32_t session_id = 0;  ///< zero: none
  bool full = true;             ///< the answer lists partitions without news too
  bool read_committed = false;
  std::size_t min_bytes = 0;
  std::size_t max_bytes = 0;
  broker_errc injected{};
  fetch_session::targets own;  ///< the partitions, without a session
};

struct read_outcome {
  fetch_session::targets::iterator target;
  answer_partition told;
  const partition* where = nullptr;
  std::vector<shared_slice> slices;
  std::size_t bytes = 0;
};

fetch_session::targets* partitions_of(broker_core& core, pending_fetch& fetch) {
  if (fetch.session_id == 0) return &fetch.own;
  auto* session = core.fetch_sessions(fetch.node).find(fetch.session_id);
  return session == nullptr ? nullptr : &session->partitions();
}

struct located {
  topic* of = nullptr;
  partition* where = nullptr;
  broker_errc error{};
  std::int64_t end = 0;               ///< up to where records are given
  epoch_history::answer diverging{};  ///< if set, the requester has records that were lost
  node_id preferred = no_node;        ///< if set, the follower to ask instead

  /// Whether waiting would not change the answer.
  bool settled() const {
    return error != broker_errc::none || diverging.end_offset >= 0 || preferred != no_node;
  }
};

/// The follower in the client's rack that a leader elsewhere sends it to (KIP-392).
node_id preferred_replica(const cluster& state, const partition& where, const pending_fetch& fetch,
                          std::int64_t offset) {
  const auto in_rack = [&](node_id id) {
    const auto* node = state.node(id);
    return node != nullptr && node->alive && node->rack == fetch.rack;
  };
  if (fetch.rack.empty() || where.leader != fetch.node || in_rack(where.leader)) return no_node;
  if (offset > where.high_watermark) return no_node;
  auto best = no_node;
  for (const auto id : where.in_sync) {
    if (in_rack(id) && raw(id) > raw(best)) best = id;
  }
  return best;
}

broker_errc check_replica(const partition& where, const pending_fetch& fetch, leader_epoch claimed) {
  const auto error = check_leader(where, fetch.node, claimed);
  const bool may_follow =
      fetch.token.version >= first_with_followers && where.leader != no_node && where.is_in_sync(fetch.node);
  return error == broker_errc::not_leader_or_follower && may_follow ? broker_errc::none : error;
}

located locate(broker_core& core, const pending_fetch& fetch, const fetch_target& target) {
  if (fetch.injected != broker_errc::none) return {nullptr, nullptr, fetch.injected};
  const bool by_id = fetch.token.version >= first_with_topic_ids;
  auto* of = core.state().find(target.topic.name, target.topic.id, by_id);
  const auto& name = of == nullptr ? target.topic.name : of->name;
  const bool known = of != nullptr || !by_id;
  if (known && !may(core, fetch.token.connection, acl_operation::read, acl_resource::topic, name)) {
    return {nullptr, nullptr, broker_errc::topic_authorization_failed};
  }
  if (of == nullptr) return {nullptr, nullptr, cluster::unknown(by_id)};
  auto* where = of->find(target.wanted.index);
  if (where == nullptr) return {of, nullptr, broker_errc::unknown_topic_or_partition};
  located found{of, where, check_replica(*where, fetch, target.wanted.current_leader_epoch)};
  if (found.error != broker_errc::none) return found;
  const auto offset = target.wanted.fetch_offset;
  found.preferred = preferred_replica(core.state(), *where, fetch, offset);
  if (found.preferred != no_node) return found;
  found.end = where->readable_end(fetch.read_committed);
  const bool leads = where->leader == fetch.node;
  const auto log_end = leads ? where->log.end_offset() : where->high_watermark;
  if (target.wanted.last_fetched_epoch != no_leader_epoch) {
    const auto end = where->epochs.end_of(target.wanted.last_fetched_epoch, log_end);
    if (end.end_offset < 0) found.error = broker_errc::offset_out_of_range;
    if (raw(end.epoch) < raw(target.wanted.last_fetched_epoch) || end.end_offset < offset) {
      found.diverging = end;
      return found;
    }
  }
  if (offset < where->log.start_offset() || offset > log_end) found.error = broker_errc::offset_out_of_range;
  return found;
}

/// Gives old clients what they can read.
broker_errc convert(std::int16_t version, read_outcome& result) {
  bytes joined;
  bool zstd = false;
  for (const auto& slice : result.slices) {
    protocol::record_set set{slice.content};
    for (const auto& batch : set) zstd = zstd || batch.compression == protocol::codec::zstd;
  }
  if (zstd && version < first_with_zstd) return broker_errc::unsupported_compression_type;
  if (version >= first_with_batches) return broker_errc::none;
  for (const auto& slice : result.slices) {
    joined.insert(joined.end(), slice.content.begin(), slice.content.end());
  }
  auto old = down_convert(joined, version < 2 ? std::int8_t{0} : std::int8_t{1});
  if (!old) return broker_errc::corrupt_message;
  const auto kept = std::make_shared<const bytes>(std::move(*old));
  result.bytes = kept->size();
  result.slices.assign(1, {kept, *kept});
  return broker_errc::none;
}

read_outcome read(broker_core& core, const pending_fetch& fetch, fetch_session::targets::iterator target,
                  std::size_t room, bool nothing_yet) {
  const auto at = locate(core, fetch, *target);
  read_outcome result{target, {}, at.where, {}, 0};
  auto& told = result.told;
  told.partition_index = target->wanted.index;
  told.error_code = code(at.error);
  told.aborted_transactions.reset();
  told.records = bytes_view{};
  told.high_watermark = -1;
  if (at.error != broker_errc::none) return result;

  const auto& log = at.where->log;
  told.high_watermark = at.where->high_watermark;
  told.last_stable_offset = at.where->readable_end(true);
  told.log_start_offset = log.start_offset();
  if (at.settled()) {
    told.preferred_read_replica = at.preferred;
    told.diverging_epoch.epoch = at.diverging.epoch;
    told.diverging_epoch.end_offset = at.diverging.end_offset;
    return result;
  }
  if (fetch.read_committed) told.aborted_transactions.emplace();
  const auto wanted = static_cast<std::size_t>(std::max(target->wanted.partition_max_bytes, 0));
  const bool whole_first = nothing_yet && fetch.token.version >= first_with_size_promise;
  auto found = log.read(target->wanted.fetch_offset, std::min(wanted, room), whole_first, at.end);
  result.slices = std::move(found.slices);
  result.bytes = found.bytes;
  if (fetch.read_committed && result.bytes > 0) {
    // What was aborted anywhere in the batches given; more would do no harm, less would show it.
    const auto end = std::min(at.end, found.end);
    for (const auto& one : at.where->producers.aborted_within(target->wanted.fetch_offset, end)) {
      auto& listed = told.aborted_transactions->emplace_back();
      listed.producer = one.producer;
      listed.first_offset = one.first_offset;
    }
  }
  if (fetch.token.version < first_with_zstd && result.bytes > 0) {
    const auto error = convert(fetch.token.version, result);
    told.error_code = code(error);
    if (error != broker_errc::none) {
      result.slices.clear();
      result.bytes = 0;
    }
  }
  return result;
}

/// Whether there is enough to answer now: data, or something that waiting does not mend.
bool is_due(broker_core& core, const pending_fetch& fetch, fetch_session::targets& partitions) {
  if (partitions.empty() || fetch.min_bytes == 0) return true;
  std::size_t sum = 0;
  for (const auto& target : partitions) {
    const auto at = locate(core, fetch, target);
    if (at.settled()) return true;
    sum += at.where->log.available(target.wanted.fetch_offset, fetch.min_bytes - sum, at.end);
    if (sum >= fetch.min_bytes) return true;
  }
  return false;
}

bool is_news(const read_outcome& result) {
  return result.bytes > 0 || result.told.error_code != 0 ||
         result.told.high_watermark != result.target->told_high_watermark ||
         result.told.log_start_offset != result.target->told_start_offset;
}

void add(protocol::fetch_response& answer, std::vector<std::vector<shared_slice>>& records,
         read_outcome result) {
  const auto& key = result.target->topic;
  if (answer.responses.empty() || answer.responses.back().name != key.name ||
      answer.responses.back().topic_id != key.id) {
    auto& topic = answer.responses.emplace_back();
    topic.name = key.name;
    topic.topic_id = key.id;
  }
  // The view gives the size; the bytes, which may lie in several places, go out as slices.
  if (!result.slices.empty()) {
    result.told.records = bytes_view{result.slices.front().content.data(), result.bytes};
  }
  answer.responses.back().partitions.push_back(std::move(result.told));
  records.push_back(std::move(result.slices));
}

void answer_now(broker_core& core, pending_fetch& fetch) {
  protocol::fetch_response answer;
  answer.session_id = fetch.session_id;
  std::vector<std::vector<shared_slice>> records;
  auto* partitions = partitions_of(core, fetch);
  if (partitions == nullptr) {  // evicted meanwhile
    answer.session_id = 0;
    answer.error_code = code(broker_errc::fetch_session_id_not_found);
    return core.respond(fetch.token, answer);
  }
  auto* session = fetch.session_id == 0 ? nullptr : core.fetch_sessions(fetch.node).find(fetch.session_id);
  std::vector<fetch_session::targets::iterator> served;
  leader_hints hints;
  std::size_t used = 0;
  for (auto target = partitions->begin(); target != partitions->end(); ++target) {
    const auto room = fetch.max_bytes - std::min(used, fetch.max_bytes);
    auto result = read(core, fetch, target, room, used == 0);
    used += result.bytes;
    if (session != nullptr) {
      if (!fetch.full && !is_news(result)) continue;
      target->told_high_watermark = result.told.high_watermark;
      target->told_start_offset = result.told.log_start_offset;
      if (result.bytes > 0) served.push_back(target);
    }
    const broker_errc error{result.told.error_code};
    const bool moved =
        error == broker_errc::not_leader_or_follower || error == broker_errc::fenced_leader_epoch;
    if (moved && result.where != nullptr && fetch.token.version >= first_with_leader_hints) {
      hints.add(result.told, *result.where);
    }
    add(answer, records, std::move(result));
  }
  hints.finish(answer, core, fetch.token.connection);
  for (const auto& target : served) session->served(target);
  core.respond(fetch.token, protocol::ref(answer), std::move(records));
}

broker_errc enter_session(broker_core& core, const request& what, const protocol::fetch_request& asked,
                          pending_fetch& fetch) {
  auto& sessions = core.fetch_sessions(what.node);
  const bool by_id = what.token.version >= first_with_topic_ids;
  if (asked.session_epoch == -1 || asked.session_epoch == 0) {
    if (asked.session_id != 0) sessions.remove(asked.session_id);
    if (asked.session_epoch == 0 && !asked.topics.empty()) {
      if (auto* made = sessions.open(by_id, what.now, core.random())) {
        made->update(asked);
        fetch.session_id = made->id();
        return broker_errc::none;
      }
    }
    fetch_session whole{0, by_id};
    whole.update(asked);
    fetch.own = std::move(whole.partitions());
    return broker_errc::none;
  }
  auto* session = sessions.find(asked.session_id);
  if (session == nullptr) return broker_errc::fetch_session_id_not_found;
  if (session->epoch != asked.session_epoch) return broker_errc::invalid_fetch_session_epoch;
  if (session->by_topic_id() != by_id) return broker_errc::fetch_session_topic_id_error;
  session->epoch = session->epoch == INT32_MAX ? 1 : session->epoch + 1;
  session->last_used = what.now;
  session->update(asked);
  fetch.session_id = session->id();
  fetch.full = false;
  return broker_errc::none;
}

void wait_for_data(broker_core& core, const request& what, std::int32_t max_wait_ms,
                   std::shared_ptr<pending_fetch> fetch) {
  std::vector<fetch_waits::watch_key> watched;
  for (const auto& target : *partitions_of(core, *fetch)) {
    watched.emplace_back(locate(core, *fetch, target).of->name, target.wanted.index);
  }
  const auto attempt = [&core, fetch](instant, bool force) {
    auto* partitions = partitions_of(core, *fetch);
    if (!force && partitions != nullptr && !is_due(core, *fetch, *partitions)) return false;
    answer_now(core, *fetch);
    return true;
  };
  core.waiting_fetches().add(what.token.connection, what.now + std::chrono::milliseconds{max_wait_ms},
                             std::move(watched), attempt, core.timers());
}

}  // namespace

void serve_fetch(broker_core& core, const request& what) {
  protocol::fetch_request asked;
  if (!read_body(core, what, asked)) return;
  auto fetch = std::make_shared<pending_fetch>();
  fetch->token = what.token;
  fetch->node = what.node;
  fetch->rack = std::move(asked.rack_id);
  fetch->read_committed = asked.isolation_level == 1;
  fetch->min_bytes = static_cast<std::size_t>(std::max(asked.min_bytes, 0));
  fetch->max_bytes =
      std::min(static_cast<std::size_t>(std::max(asked.max_bytes, 0)), core.options().max_fetch_bytes);
  fetch->min_bytes = std::min(fetch->min_bytes, fetch->max_bytes);

  const bool sessions = what.token.version >= first_with_sessions;
  auto error = sessions ? what.injected : broker_errc::none;
  if (!sessions) {
    fetch->injected = what.injected;
    asked.session_epoch = -1;
  }
  if (error == broker_errc::none) error = enter_session(core, what, asked, *fetch);
  if (error != broker_errc::none) {
    protocol::fetch_response answer;
    answer.error_code = code(error);
    return core.respond(what.token, answer);
  }
  if (asked.max_wait_ms <= 0 || is_due(core, *fetch, *partitions_of(core, *fetch))) {
    return answer_now(core, *fetch);
  }
  wait_for_data(core, what, asked.max_wait_ms, std::move(fetch));
}

}  // namespace kwire::embedded
