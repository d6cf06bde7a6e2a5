#pragma once

#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/describe_transactions.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

#include "script.hpp"

namespace kwire::embedded::test {

inline constexpr std::int16_t old_produce = 9;      // the client adds partitions, errors of old
inline constexpr std::int16_t abortable = 11;       // the client adds partitions
inline constexpr std::int16_t adding_produce = 12;  // the broker adds them

/// Topics, a producer with a transactional id, and what it sends.
struct transaction_stage : script {
  explicit transaction_stage(core_options options = {}) : script(std::move(options)) {
    make_topic("t", 2);
    c = connect();
  }

  protocol::init_producer_id_response init(const std::string& id = "tx", std::int32_t timeout = 60'000,
                                           producer_identity expected = {}, std::int16_t version = 5) {
    protocol::init_producer_id_request request;
    request.transactional_id = id;
    request.transaction_timeout_ms = timeout;
    request.producer = expected.id;
    request.epoch = expected.epoch;
    return ask(c, request, version);
  }
  void begin() {
    const auto answer = init();
    REQUIRE(answer.error_code == 0);
    me = {answer.producer, answer.epoch};
    sequence = 0;
  }
  broker_errc write(std::int16_t version = adding_produce, std::int32_t index = 0, int count = 1) {
    auto request =
        produce_of("t",
                   kept = make_batch(std::vector<std::string>(static_cast<std::size_t>(count), "v"),
                                     {.stamp = {me.id, me.epoch, sequence, true}}),
                   index);
    request.transactional_id = "tx";
    const auto told = ask(c, request, version).responses.at(0).partition_responses.at(0);
    if (told.error_code == 0) sequence += count;
    return broker_errc{told.error_code};
  }
  broker_errc add(std::int32_t index = 0, std::int16_t version = 3) {
    protocol::add_partitions_to_txn_request request;
    request.v3_and_below_transactional_id = "tx";
    request.v3_and_below_producer_id = me.id;
    request.v3_and_below_producer_epoch = me.epoch;
    request.v3_and_below_topics.push_back({"t", {partition_id{index}}, {}});
    const auto answer = ask(c, request, version);
    return broker_errc{
        answer.results_by_topic_v3_and_below.at(0).results_by_partition.at(0).partition_error_code};
  }
  protocol::end_txn_response end(bool commit, std::int16_t version = 5) {
    protocol::end_txn_request request;
    request.transactional_id = "tx";
    request.producer = me.id;
    request.epoch = me.epoch;
    request.committed = commit;
    const auto answer = ask(c, request, version);
    if (answer.error_code == 0 && version >= 5) {
      me = {answer.producer, answer.epoch};
      sequence = 0;
    }
    return answer;
  }
  protocol::fetch_response::partition fetch(bool committed, std::int64_t offset = 0, std::int32_t index = 0) {
    auto request = fetch_of("t", offset, 0, index);
    request.isolation_level = committed ? 1 : 0;
    return ask(c, request, 12).responses.at(0).partitions.at(0);
  }
  std::int64_t last_offset(bool committed) {
    protocol::list_offsets_request request;
    request.replica_id = no_node;
    request.isolation_level = committed ? 1 : 0;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.emplace_back().timestamp = -1;
    return ask(c, request, 6).topics.at(0).partitions.at(0).offset;
  }
  protocol::describe_transactions_response::transaction describe(const std::string& id = "tx") {
    protocol::describe_transactions_request request;
    request.transactional_ids = {id};
    return ask(c, request, 0).transaction_states.at(0);
  }
  broker_errc commit_offset(std::int64_t offset, std::int16_t version, const std::string& member = "",
                            std::int32_t generation = -1) {
    protocol::txn_offset_commit_request request;
    request.transactional_id = "tx";
    request.group_id = "g";
    request.producer = me.id;
    request.epoch = me.epoch;
    request.member_id = member;
    request.generation_id_or_member_epoch = generation_id{generation};
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.emplace_back().committed_offset = offset;
    return broker_errc{ask(c, request, version).topics.at(0).partitions.at(0).error_code};
  }
  protocol::offset_fetch_response::group_partition offset(bool stable) {
    protocol::offset_fetch_request request;
    request.require_stable = stable;
    auto& group = request.groups.emplace_back();
    group.group_id = "g";
    auto& topic = group.topics.emplace().emplace_back();
    topic.name = "t";
    topic.partition_indexes = {partition_id{0}};
    return ask(c, request, 8).groups.at(0).topics.at(0).partitions.at(0);
  }

  connection_id c{};
  producer_identity me;
  std::int32_t sequence = 0;
  bytes kept;
};

}  // namespace kwire::embedded::test
