#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/write_txn_markers.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using add_request = protocol::add_partitions_to_txn_request;
using add_response = protocol::add_partitions_to_txn_response;

/// Old clients know one error for both.
broker_errc for_version(broker_errc error, std::int16_t version) {
  constexpr std::int16_t first_with_fenced = 2;
  return error == broker_errc::producer_fenced && version < first_with_fenced
             ? broker_errc::invalid_producer_epoch
             : error;
}

struct addition {
  const std::string& id;
  producer_identity who;
  bool verify_only = false;
};

/// All partitions are added or none.
std::vector<add_response::topic> add(broker_core& core, const request& what, const addition& asked,
                                     const std::vector<add_request::topic>& topics) {
  auto refused =
      embedded::refused(core, what, acl_operation::write, acl_resource::transactional_id, asked.id);
  if (refused == broker_errc::none) {
    refused = refused_by_coordinator(core, what, coordinator_kind::transaction, asked.id);
  }
  bool all_known = true;
  for (const auto& topic : topics) {
    auto* of = core.state().find(topic.name);
    all_known = all_known && refused_topic(core, what, acl_operation::write, topic.name) == broker_errc::none;
    for (const auto index : topic.partitions) {
      all_known = all_known && of != nullptr && of->find(index) != nullptr;
    }
  }
  std::vector<add_response::topic> told;
  for (const auto& topic : topics) {
    auto& listed = told.emplace_back();
    listed.name = topic.name;
    auto* of = core.state().find(topic.name);
    for (const auto index : topic.partitions) {
      auto error = refused;
      if (error == broker_errc::none) error = refused_topic(core, what, acl_operation::write, topic.name);
      if (error == broker_errc::none && (of == nullptr || of->find(index) == nullptr)) {
        error = broker_errc::unknown_topic_or_partition;
      } else if (error == broker_errc::none && !all_known) {
        error = broker_errc::operation_not_attempted;
      } else if (error == broker_errc::none) {
        const transaction::partition_key where{topic.name, index};
        error = asked.verify_only ? core.transactions().verify(asked.id, asked.who, where, what.now)
                                  : core.transactions().add_partition(asked.id, asked.who, where, what.now);
      }
      auto& result = listed.results_by_partition.emplace_back();
      result.partition_index = index;
      result.partition_error_code = code(for_version(error, what.token.version));
    }
  }
  return told;
}

}  // namespace

void serve_add_partitions_to_txn(broker_core& core, const request& what) {
  add_request asked;
  if (!read_body(core, what, asked)) return;
  constexpr std::int16_t first_with_many = 4;
  add_response answer;
  if (what.token.version < first_with_many) {
    const addition one{asked.v3_and_below_transactional_id,
                       {asked.v3_and_below_producer_id, asked.v3_and_below_producer_epoch}};
    answer.results_by_topic_v3_and_below = add(core, what, one, asked.v3_and_below_topics);
  }
  for (const auto& wanted : asked.transactions) {
    auto& told = answer.results_by_transaction.emplace_back();
    told.transactional_id = wanted.transactional_id;
    const addition one{wanted.transactional_id, {wanted.producer, wanted.epoch}, wanted.verify_only};
    told.topic_results = add(core, what, one, wanted.topics);
  }
  core.respond(what.token, answer);
}

void serve_add_offsets_to_txn(broker_core& core, const request& what) {
  protocol::add_offsets_to_txn_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::add_offsets_to_txn_response answer;
  auto error = refused_by_coordinator(core, what, coordinator_kind::transaction, asked.transactional_id);
  if (error == broker_errc::none && asked.group_id.empty()) error = broker_errc::invalid_group_id;
  if (error == broker_errc::none) {
    error = core.transactions().add_group(asked.transactional_id, {asked.producer, asked.epoch},
                                          asked.group_id, what.now);
  }
  answer.error_code = code(for_version(error, what.token.version));
  core.respond(what.token, answer);
}

void serve_end_txn(broker_core& core, const request& what) {
  protocol::end_txn_request asked;
  if (!read_body(core, what, asked)) return;
  constexpr std::int16_t first_that_bumps = 5;
  protocol::end_txn_response answer;
  transaction::end_answer done{
      refused_by_coordinator(core, what, coordinator_kind::transaction, asked.transactional_id)};
  if (done.error == broker_errc::none) {
    done = core.transactions().end(asked.transactional_id, {asked.producer, asked.epoch}, asked.committed,
                                   what.token.version >= first_that_bumps, what.now);
  }
  answer.error_code = code(for_version(done.error, what.token.version));
  if (done.error == broker_errc::none && what.token.version >= first_that_bumps) {
    answer.producer = done.producer.id;
    answer.epoch = done.producer.epoch;
  }
  core.respond(what.token, answer);
}

/// What a tool sends to end a transaction that hangs without a coordinator.
void serve_write_txn_markers(broker_core& core, const request& what) {
  protocol::write_txn_markers_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::write_txn_markers_response answer;
  for (const auto& marker : asked.markers) {
    auto& told = answer.markers.emplace_back();
    told.producer = marker.producer;
    for (const auto& topic : marker.topics) {
      auto& listed = told.topics.emplace_back();
      listed.name = topic.name;
      auto* of = core.state().find(topic.name);
      for (const auto index : topic.partition_indexes) {
        const auto* where = of == nullptr ? nullptr : of->find(index);
        auto error = what.injected;
        if (error == broker_errc::none && where == nullptr) error = broker_errc::unknown_topic_or_partition;
        if (error == broker_errc::none) error = check_leader(*where, what.node, no_leader_epoch);
        if (error == broker_errc::none && (raw(marker.producer) < 0 || raw(marker.epoch) < 0)) {
          error = broker_errc::invalid_request;
        }
        if (error == broker_errc::none) {
          error = core.write_marker(*of, index, {marker.producer, marker.epoch}, marker.transaction_result,
                                    marker.coordinator_epoch, what.now);
        }
        auto& result = listed.partitions.emplace_back();
        result.partition_index = index;
        result.error_code = code(error);
      }
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
