#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

#include "peers/transaction_troupe.hpp"

// What brokers or producers could get wrong about transactions.

namespace kwire::sim {
namespace {

using state = embedded::transaction::state;

}  // namespace

bool transaction_troupe::request(host_id, wire_id, const frame_head& head, bytes& frame) {
  switch (on_.wrong) {
    case mutant::marker_before_commit: return head.key != api::end_txn || !lose_commit(frame);
    case mutant::lso_forgotten:
      if (head.key != api::fetch) return true;
      rewrite_request<protocol::fetch_request>(frame,
                                               [](auto& message, auto&) { message.isolation_level = 0; });
      return true;
    case mutant::epoch_fence_ignored: forge_epoch(head, frame); return true;
    case mutant::offsets_lost_on_commit:
      if (head.key == api::end_txn) on_.broker.groups().find_or_create(copiers_group).pending_offsets.clear();
      return true;
    default: return true;
  }
}

void transaction_troupe::served(host_id, const frame_head& head, bytes& frame) {
  if (on_.wrong == mutant::offsets_applied_on_abort && head.key == api::txn_offset_commit) {
    apply_offsets(frame);
  }
}

void transaction_troupe::answer(host_id, wire_id, const frame_head& head, bytes& frame) {
  if (on_.wrong == mutant::aborted_list_forgotten && head.key == api::fetch) {
    rewrite_answer<protocol::fetch_response>(frame, head.version, [](auto& message) {
      for (auto& topic : message.responses) {
        for (auto& part : topic.partitions) part.aborted_transactions.reset();
      }
    });
  }
  if (on_.wrong == mutant::fenced_as_success && head.key == api::end_txn) {
    rewrite_answer<protocol::end_txn_response>(frame, head.version, [](auto& message) {
      if (is_fencing(broker_errc{message.error_code})) message.error_code = 0;
    });
  }
}

/// The coordinator writes the first marker, and only then tries to note that the transaction is committed: it
/// dies between the two, and the transaction times out.
bool transaction_troupe::lose_commit(bytes& frame) {
  bool lost = false;
  rewrite_request<protocol::end_txn_request>(frame, [&](auto& message, auto&) {
    const std::pair key{message.transactional_id, message.epoch};
    const auto* of = on_.broker.transactions().find(message.transactional_id, on_.time());
    // Until it times out.
    lost = lost_.contains(key) && of != nullptr && of->current() == state::ongoing &&
           of->producer().epoch == message.epoch;
    if (lost || !message.committed || of == nullptr || of->current() != state::ongoing) return;
    if (of->partitions.size() < 2 || of->producer().epoch != message.epoch) return;
    const auto where = *of->partitions.begin();
    auto* topic = on_.broker.state().find(where.first);
    if (topic == nullptr || topic->find(where.second)->leader == no_node) return;
    (void)on_.broker.write_marker(*topic, where.second, of->producer(), true,
                                  on_.broker.transactions().epoch(), on_.time());
    lost_.insert(key);
    lost = true;
  });
  return lost;
}

/// The epoch of an instance that was replaced is taken for that of the one that replaced it.
void transaction_troupe::forge_epoch(const frame_head& head, bytes& frame) {
  const auto forge = [&](producer_id id, producer_epoch& epoch) {
    const auto* of = transaction_of(id);
    if (of != nullptr && raw(epoch) < raw(of->producer().epoch)) epoch = of->producer().epoch;
  };
  const auto plain = [&](auto& message, auto&) { forge(message.producer, message.epoch); };
  if (head.key == api::end_txn) rewrite_request<protocol::end_txn_request>(frame, plain);
  if (head.key == api::add_offsets_to_txn)
    rewrite_request<protocol::add_offsets_to_txn_request>(frame, plain);
  if (head.key == api::txn_offset_commit) rewrite_request<protocol::txn_offset_commit_request>(frame, plain);
  if (head.key == api::add_partitions_to_txn) {
    rewrite_request<protocol::add_partitions_to_txn_request>(frame, [&](auto& message, auto&) {
      forge(message.v3_and_below_producer_id, message.v3_and_below_producer_epoch);
    });
  }
}

/// The offsets count at once, whatever becomes of the transaction.
void transaction_troupe::apply_offsets(const bytes& frame) {
  auto copy = frame;
  auto& group = on_.broker.groups().find_or_create(copiers_group);
  rewrite_request<protocol::txn_offset_commit_request>(copy, [&](auto& message, auto&) {
    const auto pending = group.pending_offsets.find(message.producer);
    if (pending == group.pending_offsets.end()) return;
    for (const auto& [where, offset] : pending->second) group.offsets[where] = offset;
  });
}

}  // namespace kwire::sim
