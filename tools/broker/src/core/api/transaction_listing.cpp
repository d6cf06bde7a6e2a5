#include <algorithm>
#include <array>
#include <kwire/protocol/messages/describe_producers.hpp>
#include <kwire/protocol/messages/describe_transactions.hpp>
#include <kwire/protocol/messages/list_transactions.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using told_transaction = protocol::describe_transactions_response::transaction;

void describe(const transaction& known, told_transaction& told) {
  told.transaction_state = to_string(known.current());
  told.transaction_timeout_ms = known.timeout_ms();
  const bool runs = known.current() == transaction::state::ongoing || known.ends();
  told.transaction_start_time_ms = runs ? to_ms(known.started()) : -1;
  told.producer = known.producer().id;
  told.epoch = known.producer().epoch;
  for (const auto& [topic, index] : known.partitions) {
    if (told.topics.empty() || told.topics.back().name != topic) told.topics.emplace_back().name = topic;
    told.topics.back().partitions.push_back(index);
  }
  if (known.groups.empty()) return;
  std::set<std::int32_t> offsets;
  for (const auto& group : known.groups) offsets.insert(transaction_coordinator::offsets_partition(group));
  auto& listed = told.topics.emplace_back();
  listed.name = "__consumer_offsets";
  for (const auto index : offsets) listed.partitions.push_back(partition_id{index});
}

bool passes(const protocol::list_transactions_request& asked, const transaction& one, instant now) {
  const auto& states = asked.state_filters;
  const auto& producers = asked.producer_id_filters;
  if (!states.empty() && std::ranges::find(states, to_string(one.current())) == states.end()) return false;
  if (!producers.empty() && std::ranges::find(producers, one.producer().id) == producers.end()) return false;
  if (asked.duration_filter < 0) return true;
  const bool runs = one.current() == transaction::state::ongoing || one.ends();
  return runs && to_ms(now) - to_ms(one.started()) > asked.duration_filter;
}

bool is_state(std::string_view name) {
  using enum transaction::state;
  constexpr std::array all = {empty, ongoing, prepare_commit, prepare_abort, complete_commit, complete_abort};
  return name == "Dead" || name == "PrepareEpochFence" ||
         std::ranges::any_of(all, [=](auto state) { return to_string(state) == name; });
}

}  // namespace

void serve_describe_transactions(broker_core& core, const request& what) {
  protocol::describe_transactions_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_transactions_response answer;
  for (const auto& id : asked.transactional_ids) {
    auto& told = answer.transaction_states.emplace_back();
    told.transactional_id = id;
    auto error = refused(core, what, acl_operation::describe, acl_resource::transactional_id, id);
    if (error == broker_errc::none) {
      error = refused_by_coordinator(core, what, coordinator_kind::transaction, id);
    }
    if (error == broker_errc::none && id.empty()) error = broker_errc::invalid_request;
    const auto* known = error == broker_errc::none ? core.transactions().find(id, what.now) : nullptr;
    if (error == broker_errc::none && known == nullptr) error = broker_errc::transactional_id_not_found;
    told.error_code = code(error);
    if (known != nullptr) describe(*known, told);
  }
  core.respond(what.token, answer);
}

void serve_list_transactions(broker_core& core, const request& what) {
  protocol::list_transactions_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::list_transactions_response answer;
  answer.error_code = code(what.injected);
  if (what.injected != broker_errc::none) return core.respond(what.token, answer);
  std::ranges::copy_if(asked.state_filters, std::back_inserter(answer.unknown_state_filters),
                       [](const auto& name) { return !is_state(name); });
  for (const auto& [id, one] : core.transactions().all()) {
    if (core.coordinator_of(coordinator_kind::transaction, id) != what.node) continue;
    if (!passes(asked, one, what.now)) continue;
    if (!may(core, what.token.connection, acl_operation::describe, acl_resource::transactional_id, id)) {
      continue;
    }
    auto& told = answer.transaction_states.emplace_back();
    told.transactional_id = id;
    told.producer = one.producer().id;
    told.transaction_state = to_string(one.current());
  }
  core.respond(what.token, answer);
}

void serve_describe_producers(broker_core& core, const request& what) {
  protocol::describe_producers_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_producers_response answer;
  for (const auto& topic : asked.topics) {
    auto& listed = answer.topics.emplace_back();
    listed.name = topic.name;
    auto* of = core.state().find(topic.name);
    for (const auto index : topic.partition_indexes) {
      auto& told = listed.partitions.emplace_back();
      told.partition_index = index;
      const auto* where = of == nullptr ? nullptr : of->find(index);
      auto error = refused_topic(core, what, acl_operation::read, topic.name);
      if (error == broker_errc::none && where == nullptr) error = broker_errc::unknown_topic_or_partition;
      if (error == broker_errc::none) error = check_leader(*where, what.node, no_leader_epoch);
      told.error_code = code(error);
      told.error_message.reset();
      if (error != broker_errc::none) continue;
      for (const auto& [id, known] : where->producers.all()) {
        auto& state = told.active_producers.emplace_back();
        state.producer = id;
        state.epoch = raw(known.epoch);
        state.last_sequence = known.last_sequence();
        state.last_timestamp = known.last_used;
        state.coordinator_epoch = known.coordinator_epoch;
        state.current_txn_start_offset = known.transaction.value_or(-1);
      }
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
