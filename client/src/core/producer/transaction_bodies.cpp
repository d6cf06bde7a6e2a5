#include "core/producer/transaction_bodies.hpp"

#include <algorithm>
#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>

namespace kwire::core {
namespace {

constexpr std::int16_t first_with_members = 3;  // of TxnOffsetCommit (KIP-447)

class txn_offset_commit_body final : public request_body {
 public:
  explicit txn_offset_commit_body(protocol::txn_offset_commit_request message)
      : message_(std::move(message)) {}
  const protocol::message_info& info() const override { return protocol::txn_offset_commit_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    if (version < first_with_members && !message_.member_id.empty()) {
      return error{
          errc::unsupported_by_broker,
          "offsets of a group's member in a transaction need Kafka 2.5 (KIP-447); pass a group_metadata with "
          "the group's name alone to go without the check"};
    }
    return encode_message(protocol::ref(message_), version, out);
  }

 private:
  protocol::txn_offset_commit_request message_;
};

template <class Topics>
auto& topic_in(Topics& topics, const std::string& name) {
  const auto found = std::ranges::find(topics, name, [](const auto& t) { return t.name; });
  if (found != topics.end()) return *found;
  auto& fresh = topics.emplace_back();
  fresh.name = name;
  return fresh;
}

/// Partitions that were spared because of another are told last.
void keep_worse(transaction_answer& so_far, broker_errc code, const std::string& topic,
                partition_id partition) {
  if (code == broker_errc::none) return;
  const bool better_known =
      so_far.code != broker_errc::none && so_far.code != broker_errc::operation_not_attempted;
  if (better_known) return;
  so_far.code = code;
  so_far.where = topic_partition{topic, partition};
}

result<transaction_answer> read_init(const response& answer) {
  protocol::init_producer_id_response message;
  if (auto read = read_response(message, answer); !read) return read.error();
  return transaction_answer{
      broker_errc{message.error_code}, {}, message.producer, message.epoch, message.throttle_time_ms};
}

result<transaction_answer> read_add_partitions(const response& answer) {
  protocol::add_partitions_to_txn_response message;
  if (auto read = read_response(message, answer); !read) return read.error();
  transaction_answer told;
  told.throttle_ms = message.throttle_time_ms;
  for (const auto& topic : message.results_by_topic_v3_and_below) {
    for (const auto& partition : topic.results_by_partition) {
      keep_worse(told, broker_errc{partition.partition_error_code}, topic.name, partition.partition_index);
    }
  }
  return told;
}

result<transaction_answer> read_offset_commit(const response& answer) {
  protocol::txn_offset_commit_response message;
  if (auto read = read_response(message, answer); !read) return read.error();
  transaction_answer told;
  told.throttle_ms = message.throttle_time_ms;
  for (const auto& topic : message.topics) {
    for (const auto& partition : topic.partitions) {
      keep_worse(told, broker_errc{partition.error_code}, topic.name, partition.partition_index);
    }
  }
  return told;
}

result<transaction_answer> read_end(const response& answer) {
  protocol::end_txn_response message;
  if (auto read = read_response(message, answer); !read) return read.error();
  return transaction_answer{
      broker_errc{message.error_code}, {}, message.producer, message.epoch, message.throttle_time_ms};
}

}  // namespace

std::shared_ptr<request_body> make_init_producer_id(const transaction_owner& who, std::int32_t timeout_ms) {
  protocol::init_producer_id_request message;
  message.transactional_id = who.transactional_id;
  message.transaction_timeout_ms = timeout_ms;
  message.producer = who.id;
  message.epoch = who.epoch;
  return std::make_shared<message_body<protocol::init_producer_id_request>>(std::move(message));
}

std::shared_ptr<request_body> make_add_partitions(const transaction_owner& who,
                                                  const std::vector<partition_slot*>& which) {
  protocol::add_partitions_to_txn_request message;
  message.v3_and_below_transactional_id = who.transactional_id;
  message.v3_and_below_producer_id = who.id;
  message.v3_and_below_producer_epoch = who.epoch;
  for (const auto* slot : which) {
    topic_in(message.v3_and_below_topics, slot->topic->name).partitions.push_back(slot->id);
  }
  return std::make_shared<message_body<protocol::add_partitions_to_txn_request>>(std::move(message));
}

std::shared_ptr<request_body> make_add_offsets(const transaction_owner& who, const std::string& group) {
  protocol::add_offsets_to_txn_request message;
  message.transactional_id = who.transactional_id;
  message.producer = who.id;
  message.epoch = who.epoch;
  message.group_id = group;
  return std::make_shared<message_body<protocol::add_offsets_to_txn_request>>(std::move(message));
}

std::shared_ptr<request_body> make_txn_offset_commit(const transaction_owner& who, const commit_identity& of,
                                                     const std::vector<commit_entry>& entries) {
  protocol::txn_offset_commit_request message;
  message.transactional_id = who.transactional_id;
  message.producer = who.id;
  message.epoch = who.epoch;
  message.group_id = of.group;
  message.member_id = of.member;
  message.group_instance_id = of.instance;
  message.generation_id_or_member_epoch = of.generation;
  for (const auto& entry : entries) {
    auto& partition = topic_in(message.topics, entry.where.topic).partitions.emplace_back();
    partition.partition_index = entry.where.partition;
    partition.committed_offset = entry.offset;
    partition.committed_leader_epoch = entry.epoch;
    partition.committed_metadata = entry.metadata;
  }
  return std::make_shared<txn_offset_commit_body>(std::move(message));
}

std::shared_ptr<request_body> make_end_txn(const transaction_owner& who, bool commit) {
  protocol::end_txn_request message;
  message.transactional_id = who.transactional_id;
  message.producer = who.id;
  message.epoch = who.epoch;
  message.committed = commit;
  return std::make_shared<message_body<protocol::end_txn_request>>(std::move(message));
}

result<transaction_answer> read_transaction_answer(api key, const response& answer) {
  switch (key) {
    case api::init_producer_id: return read_init(answer);
    case api::add_partitions_to_txn: return read_add_partitions(answer);
    case api::txn_offset_commit: return read_offset_commit(answer);
    case api::end_txn: return read_end(answer);
    default: break;
  }
  protocol::add_offsets_to_txn_response message;
  if (auto read = read_response(message, answer); !read) return read.error();
  return transaction_answer{
      broker_errc{message.error_code}, {}, no_producer_id, no_producer_epoch, message.throttle_time_ms};
}

}  // namespace kwire::core
