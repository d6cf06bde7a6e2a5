#include <kwire/protocol/messages/produce.hpp>
#include <memory>

#include "core/api/leader_hints.hpp"
#include "core/authorizer.hpp"
#include "core/record_intake.hpp"

namespace kwire::embedded {
namespace {

using asked_topic = protocol::produce_request::topic;
using answer_topic = protocol::produce_response::topic;
using answer_partition = protocol::produce_response::partition;

constexpr std::int16_t first_with_leader_hints = 10;
constexpr std::int16_t first_that_adds = 12;
constexpr std::int16_t first_with_topic_ids = 13;

/// A partition that has taken records, and what must be replicated before the producer is told.
struct taken {
  std::string topic;
  uuid topic_id;
  partition_id index;
  std::int64_t end;
  leader_epoch epoch;
  std::size_t topic_at;  ///< where the answer tells of it
  std::size_t partition_at;
};

struct produce_run {
  broker_core& core;
  const request& what;
  intake_rules rules;
  broker_errc refused{};  ///< nothing is appended, for this reason
  bool all_replicas = false;
  bool failed = false;
  std::optional<std::string> transactional_id{};
  std::vector<taken> grown{};
  leader_hints hints{};
  protocol::produce_response answer{};

  void take(const asked_topic& asked);
  broker_errc enlist(const transaction::partition_key& where, const producer_identity& who);
  append_result append(topic* to, partition* where, const protocol::produce_request::partition& data);
  broker_errc denied = broker_errc::none;  ///< the topic at hand, because of who asks
};

/// KIP-890: from version 12 on, writing adds the partition to the transaction; before, the coordinator is
/// asked whether the client has added it.
broker_errc produce_run::enlist(const transaction::partition_key& where, const producer_identity& who) {
  constexpr std::int16_t first_with_abortable = 11;
  const auto version = what.token.version;
  const bool adds = version >= first_that_adds;
  auto& coordinator = core.transactions();
  if (core.coordinator_of(coordinator_kind::transaction, *transactional_id) == no_node) {
    return broker_errc::not_enough_replicas;
  }
  const auto error = adds ? coordinator.add_partition(*transactional_id, who, where, what.now)
                          : coordinator.verify(*transactional_id, who, where, what.now);
  switch (error) {
    case broker_errc::transaction_abortable:
      return version >= first_with_abortable ? error : broker_errc::invalid_txn_state;
    case broker_errc::producer_fenced: return broker_errc::invalid_producer_epoch;
    // Older clients know no such answer to Produce, but retry this one.
    case broker_errc::concurrent_transactions: return adds ? error : broker_errc::not_enough_replicas;
    case broker_errc::coordinator_not_available: return broker_errc::not_enough_replicas;
    default: return error;
  }
}

append_result produce_run::append(topic* to, partition* where,
                                  const protocol::produce_request::partition& data) {
  append_result done;
  done.error = refused != broker_errc::none ? refused : denied;
  if (done.error == broker_errc::none && where == nullptr) {
    const bool by_id = what.token.version >= first_with_topic_ids;
    done.error = to == nullptr ? cluster::unknown(by_id) : broker_errc::unknown_topic_or_partition;
  }
  if (done.error == broker_errc::none) done.error = check_leader(*where, what.node, no_leader_epoch);
  if (done.error == broker_errc::none && all_replicas && where->in_sync.size() < to->config.min_in_sync()) {
    done.error = broker_errc::not_enough_replicas;
  }
  if (done.error != broker_errc::none) return done;
  if (core.options().discard && !transactional_id) return discard_records(*where, data.records);
  if (transactional_id) {
    rules.enlist = [&, key = transaction::partition_key{to->name, data.index}](
                       producer_id id, producer_epoch epoch) { return enlist(key, {id, epoch}); };
  }
  return take_records(*to, *where, what.content, data.records, rules);
}

void produce_run::take(const asked_topic& asked) {
  auto* to = core.state().find(asked.name, asked.topic_id, what.token.version >= first_with_topic_ids);
  const auto& name = to == nullptr ? asked.name : to->name;
  const bool hidden = to == nullptr && what.token.version >= first_with_topic_ids;
  denied = hidden ? broker_errc::none : refused_topic(core, what, acl_operation::write, name);
  auto& listed = answer.responses.emplace_back();
  listed.name = asked.name;
  listed.topic_id = asked.topic_id;
  listed.partition_responses.reserve(asked.partition_data.size());
  for (const auto& data : asked.partition_data) {
    auto& told = listed.partition_responses.emplace_back();
    told.index = data.index;
    auto* where = to == nullptr ? nullptr : to->find(data.index);
    auto done = append(to, where, data);
    told.error_code = code(done.error);
    told.base_offset = done.base_offset;
    told.log_append_time_ms = done.append_time;
    if (done.error == broker_errc::none) {
      told.log_start_offset = where->log.start_offset();
      grown.push_back({to->name, to->id, data.index, where->log.end_offset(), where->epoch,
                       answer.responses.size() - 1, listed.partition_responses.size() - 1});
      continue;
    }
    failed = true;
    if (!done.message.empty()) told.error_message = std::move(done.message);
    if (done.error == broker_errc::not_leader_or_follower && where != nullptr &&
        what.token.version >= first_with_leader_hints) {
      hints.add(told, *where);
    }
  }
}

/// What an acks=all producer is told of the partition now; nothing while it has to wait.
std::optional<broker_errc> replicated(broker_core& core, const taken& what) {
  auto* of = core.state().find(what.topic_id);
  const auto* where = of == nullptr ? nullptr : of->find(what.index);
  if (where == nullptr) return broker_errc::unknown_topic_or_partition;
  // Another leader may have lost the records; the producer has to ask again.
  if (where->epoch != what.epoch) return broker_errc::not_leader_or_follower;
  if (where->high_watermark < what.end) return std::nullopt;
  return where->in_sync.size() < of->config.min_in_sync() ? broker_errc::not_enough_replicas_after_append
                                                          : broker_errc::none;
}

/// Answers when the followers have everything, or time is over.
void answer_when_replicated(produce_run& run, std::int32_t timeout_ms) {
  struct state {
    request_token token;
    protocol::produce_response answer;
    std::vector<taken> waiting;
  };
  auto held = std::make_shared<state>(state{run.what.token, std::move(run.answer), run.grown});
  const auto attempt = [&core = run.core, held](instant, bool force) {
    std::erase_if(held->waiting, [&](const taken& one) {
      const auto outcome = replicated(core, one);
      if (!outcome && !force) return false;
      auto& told = held->answer.responses[one.topic_at].partition_responses[one.partition_at];
      told.error_code = code(outcome.value_or(broker_errc::request_timed_out));
      if (told.error_code != 0) told.base_offset = told.log_append_time_ms = told.log_start_offset = -1;
      return true;
    });
    if (!held->waiting.empty()) return false;
    core.respond(held->token, held->answer);
    return true;
  };
  if (attempt(run.what.now, false)) return;
  std::vector<fetch_waits::watch_key> watched;
  for (const auto& one : held->waiting) watched.emplace_back(one.topic, one.index);
  run.core.waiting_fetches().add(run.what.token.connection,
                                 run.what.now + std::chrono::milliseconds{std::max(timeout_ms, 0)},
                                 std::move(watched), attempt, run.core.timers());
}

}  // namespace

void serve_produce(broker_core& core, const request& what) {
  protocol::produce_request asked;
  if (!read_body(core, what, asked)) return;
  const auto& options = core.options();
  produce_run run{core,
                  what,
                  {what.token.version, options.check_crc, options.check_records, to_ms(what.now)},
                  what.injected,
                  asked.acks == -1};
  run.transactional_id = std::move(asked.transactional_id);
  if (asked.acks < -1 || asked.acks > 1) run.refused = broker_errc::invalid_required_acks;
  run.answer.responses.reserve(asked.topic_data.size());
  for (const auto& topic : asked.topic_data) run.take(topic);
  run.hints.finish(run.answer, core, what.token.connection);

  for (const auto& one : run.grown) core.grown(*core.state().find(one.topic_id), one.index, what.now);
  if (asked.acks == -1) return answer_when_replicated(run, asked.timeout_ms);
  if (asked.acks != 0) {
    core.respond(what.token, run.answer);
  } else if (run.failed) {
    core.close(what.token.connection);  // the only way to tell a producer that wants no answers
  } else {
    core.finish(what.token);
  }
}

}  // namespace kwire::embedded
