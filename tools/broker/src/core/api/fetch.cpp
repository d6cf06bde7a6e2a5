#include <algorithm>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <memory>

#include "core/handlers.hpp"
#include "core/old_records.hpp"

namespace kwire::embedded {
namespace {

using answer_partition = protocol::fetch_response::partition;

constexpr std::int16_t first_with_size_promise = 3;  // the first batch comes whole, whatever the limits
constexpr std::int16_t first_with_batches = 4;
constexpr std::int16_t first_with_sessions = 7;
constexpr std::int16_t first_with_zstd = 10;
constexpr std::int16_t first_with_topic_ids = 13;

/// A fetch from its arrival to its answer, through a long poll if need be.
struct pending_fetch {
  request_token token;
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
  std::vector<shared_slice> slices;
  std::size_t bytes = 0;
};

fetch_session::targets* partitions_of(broker_core& core, pending_fetch& fetch) {
  if (fetch.session_id == 0) return &fetch.own;
  auto* session = core.fetch_sessions().find(fetch.session_id);
  return session == nullptr ? nullptr : &session->partitions();
}

struct located {
  topic* of = nullptr;
  partition* where = nullptr;
  broker_errc error{};
};

located locate(broker_core& core, const pending_fetch& fetch, const fetch_target& target) {
  if (fetch.injected != broker_errc::none) return {nullptr, nullptr, fetch.injected};
  const bool by_id = fetch.token.version >= first_with_topic_ids;
  auto* of = core.state().find(target.topic.name, target.topic.id, by_id);
  if (of == nullptr) return {nullptr, nullptr, cluster::unknown(by_id)};
  auto* where = of->find(target.wanted.index);
  if (where == nullptr) return {of, nullptr, broker_errc::unknown_topic_or_partition};
  const auto stale = check_leader_epoch(target.wanted.current_leader_epoch, where->epoch);
  if (stale != broker_errc::none) return {of, where, stale};
  const auto offset = target.wanted.fetch_offset;
  if (offset < where->log.start_offset() || offset > where->log.end_offset()) {
    return {of, where, broker_errc::offset_out_of_range};
  }
  return {of, where, broker_errc::none};
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
  read_outcome result{target, {}, {}, 0};
  auto& told = result.told;
  const auto at = locate(core, fetch, *target);
  told.partition_index = target->wanted.index;
  told.error_code = code(at.error);
  told.aborted_transactions.reset();
  told.records = bytes_view{};
  told.high_watermark = -1;
  if (at.error != broker_errc::none) return result;

  const auto& log = at.where->log;
  told.high_watermark = log.high_watermark();
  told.last_stable_offset = log.high_watermark();
  told.log_start_offset = log.start_offset();
  if (fetch.read_committed) told.aborted_transactions.emplace();
  const auto wanted = static_cast<std::size_t>(std::max(target->wanted.partition_max_bytes, 0));
  const bool whole_first = nothing_yet && fetch.token.version >= first_with_size_promise;
  auto found = log.read(target->wanted.fetch_offset, std::min(wanted, room), whole_first);
  result.slices = std::move(found.slices);
  result.bytes = found.bytes;
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
    if (at.error != broker_errc::none) return true;
    sum += at.where->log.available(target.wanted.fetch_offset, fetch.min_bytes - sum);
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
  auto* session = fetch.session_id == 0 ? nullptr : core.fetch_sessions().find(fetch.session_id);
  std::vector<fetch_session::targets::iterator> served;
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
    add(answer, records, std::move(result));
  }
  for (const auto& target : served) session->served(target);
  core.respond(fetch.token, protocol::ref(answer), std::move(records));
}

broker_errc enter_session(broker_core& core, const request& what, const protocol::fetch_request& asked,
                          pending_fetch& fetch) {
  auto& sessions = core.fetch_sessions();
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
