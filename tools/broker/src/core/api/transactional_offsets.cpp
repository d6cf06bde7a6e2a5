#include <kwire/protocol/messages/txn_offset_commit.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

constexpr std::int16_t first_with_abortable = 4;
constexpr std::int16_t first_that_adds = 5;
constexpr std::int16_t first_with_topic_ids = 6;

/// KIP-890: from version 5 on, committing adds the group to the transaction; before, the client has done it.
broker_errc enlist(broker_core& core, const request& what, const protocol::txn_offset_commit_request& asked) {
  if (core.coordinator_of(coordinator_kind::transaction, asked.transactional_id) == no_node) {
    return broker_errc::coordinator_not_available;
  }
  const producer_identity who{asked.producer, asked.epoch};
  auto& coordinator = core.transactions();
  const auto version = what.token.version;
  const auto error = version >= first_that_adds
                         ? coordinator.add_group(asked.transactional_id, who, asked.group_id, what.now)
                         : coordinator.verify(asked.transactional_id, who, asked.group_id, what.now);
  switch (error) {
    case broker_errc::transaction_abortable:
      return version >= first_with_abortable ? error : broker_errc::invalid_txn_state;
    case broker_errc::producer_fenced: return broker_errc::invalid_producer_epoch;
    // Older clients know no such answer here, but retry this one.
    case broker_errc::concurrent_transactions:
      return version >= first_that_adds ? error : broker_errc::coordinator_load_in_progress;
    default: return error;
  }
}

broker_errc check(broker_core& core, const request& what, const protocol::txn_offset_commit_request& asked) {
  if (what.injected != broker_errc::none) return what.injected;
  if (asked.group_id.empty()) return broker_errc::invalid_group_id;
  const auto elsewhere = core.check_coordinator(what, coordinator_kind::group, asked.group_id);
  if (elsewhere != broker_errc::none) return elsewhere;
  if (const auto* modern = core.groups().find_consumer(asked.group_id)) {
    const bool tells_member = !asked.member_id.empty() || raw(asked.generation_id_or_member_epoch) >= 0;
    const auto refused =
        tells_member ? modern->may_commit(asked.member_id, raw(asked.generation_id_or_member_epoch), true)
                     : broker_errc::none;
    // This API has no answer for a stale epoch.
    if (refused == broker_errc::stale_member_epoch) return broker_errc::illegal_generation;
    if (refused != broker_errc::none) return refused;
  } else if (const auto* of = core.groups().find(asked.group_id)) {
    const auto refused = of->may_commit_in_transaction(asked.member_id, asked.group_instance_id,
                                                       asked.generation_id_or_member_epoch);
    if (refused != broker_errc::none) return refused;
  } else if (raw(asked.generation_id_or_member_epoch) >= 0) {
    return broker_errc::illegal_generation;
  }
  return enlist(core, what, asked);
}

broker_errc stage(broker_core& core, const protocol::txn_offset_commit_request& asked, topic* where,
                  const protocol::txn_offset_commit_request::partition& offset, bool by_id) {
  if (where == nullptr) return cluster::unknown(by_id);
  if (where->find(offset.partition_index) == nullptr) return broker_errc::unknown_topic_or_partition;
  const auto& metadata = offset.committed_metadata;
  if (metadata && metadata->size() > core.options().groups.max_metadata_bytes) {
    return broker_errc::offset_metadata_too_large;
  }
  core.groups().stage_offset(core.groups().find_or_create(asked.group_id), asked.producer, where->name,
                             offset.partition_index,
                             {offset.committed_offset, offset.committed_leader_epoch, metadata.value_or("")});
  return broker_errc::none;
}

}  // namespace

void serve_txn_offset_commit(broker_core& core, const request& what) {
  protocol::txn_offset_commit_request asked;
  if (!read_body(core, what, asked)) return;
  const bool by_id = what.token.version >= first_with_topic_ids;
  const auto whole = check(core, what, asked);
  protocol::txn_offset_commit_response answer;
  for (const auto& topic : asked.topics) {
    auto& told = answer.topics.emplace_back();
    told.name = topic.name;
    told.topic_id = topic.topic_id;
    auto* where = core.state().find(topic.name, topic.topic_id, by_id);
    auto refused = whole;
    if (refused == broker_errc::none && (where != nullptr || !by_id)) {
      refused = refused_topic(core, what, acl_operation::read, where == nullptr ? topic.name : where->name);
    }
    for (const auto& partition : topic.partitions) {
      auto& result = told.partitions.emplace_back();
      result.partition_index = partition.partition_index;
      const auto error = refused != broker_errc::none ? refused : stage(core, asked, where, partition, by_id);
      result.error_code = code(error);
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
