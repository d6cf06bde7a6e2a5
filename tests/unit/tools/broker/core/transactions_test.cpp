// Tests: transaction.cpp, transaction_coordinator.cpp
// Tests: api/transactions.cpp, api/transactional_offsets.cpp, api/transaction_listing.cpp
#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/delete_records.hpp>
#include <kwire/protocol/messages/describe_producers.hpp>
#include <kwire/protocol/messages/describe_transactions.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/list_transactions.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>
#include <kwire/protocol/messages/write_txn_markers.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

constexpr std::int16_t old_produce = 9;      // the client adds partitions, errors of old
constexpr std::int16_t abortable = 11;       // the client adds partitions
constexpr std::int16_t adding_produce = 12;  // the broker adds them

struct stage : script {
  explicit stage(core_options options = {}) : script(std::move(options)) {
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

TEST_CASE("a transaction of version 2, from its first record to the next epoch") {
  stage s;
  s.begin();
  CHECK(s.me.epoch == producer_epoch{0});
  CHECK(s.write() == broker_errc::none);
  CHECK(s.write() == broker_errc::none);
  CHECK(s.describe().transaction_state == "Ongoing");
  CHECK(s.describe().topics.at(0).partitions.size() == 1);
  auto seen = s.fetch(true);
  CHECK(seen.last_stable_offset == 0);
  CHECK(seen.high_watermark == 2);
  CHECK(seen.records->empty());
  CHECK(s.fetch(false).records->size() > 0);
  CHECK(s.last_offset(true) == 0);
  CHECK(s.last_offset(false) == 2);

  const auto before = s.me;
  const auto ended = s.end(true);
  CHECK(ended.error_code == 0);
  CHECK(ended.producer == before.id);
  CHECK(ended.epoch == producer_epoch{1});
  seen = s.fetch(true);
  CHECK(seen.last_stable_offset == 3);
  CHECK(seen.aborted_transactions->empty());
  protocol::record_set set{*seen.records};
  int control = 0;
  for (const auto& batch : set) control += batch.control() ? 1 : 0;
  CHECK(control == 1);
  CHECK(s.describe().transaction_state == "CompleteCommit");

  // A record or an end of the transaction before comes late, on another connection.
  const auto after = s.me;
  s.me = before;
  s.sequence = 2;
  CHECK(s.write() == broker_errc::invalid_producer_epoch);
  CHECK(s.end(false).error_code == code_of(broker_errc::invalid_txn_state));
  const auto repeated = s.end(true);  // its answer was lost
  CHECK(repeated.error_code == 0);
  CHECK(repeated.epoch == producer_epoch{1});
  CHECK(s.me == after);
  CHECK(s.write() == broker_errc::none);
  s.me = before;
  CHECK(s.end(true).error_code == code_of(broker_errc::producer_fenced));
  CHECK(s.core.state().find("t")->partitions[0].log.end_offset() == 4);
}

TEST_CASE("what was aborted is told to those who read committed") {
  stage s;
  s.begin();
  s.write();
  s.end(false);
  s.write();
  s.end(true);
  const auto seen = s.fetch(true);
  REQUIRE(seen.aborted_transactions->size() == 1);
  CHECK(seen.aborted_transactions->at(0).first_offset == 0);
  CHECK(seen.aborted_transactions->at(0).producer == s.me.id);
  CHECK_FALSE(s.fetch(false).aborted_transactions);
  CHECK(s.fetch(true, 2).aborted_transactions->empty());
  CHECK(s.end(true).error_code == code_of(broker_errc::invalid_txn_state));  // nothing was added
  const auto epoch = s.me.epoch;
  CHECK(s.end(false).error_code == 0);  // but an abort gives the next epoch
  CHECK(raw(s.me.epoch) == raw(epoch) + 1);
}

TEST_CASE("an old client adds partitions itself, and is asked whether it has (KIP-890)") {
  stage s;
  s.begin();
  CHECK(s.write(old_produce) == broker_errc::invalid_txn_state);
  CHECK(s.write(abortable) == broker_errc::transaction_abortable);
  CHECK(s.add() == broker_errc::none);
  CHECK(s.write(old_produce) == broker_errc::none);
  CHECK(s.write(old_produce, 1) == broker_errc::invalid_txn_state);
  CHECK(s.end(true, 4).error_code == 0);
  CHECK(s.end(true, 4).error_code == 0);
  CHECK(s.end(false, 4).error_code == code_of(broker_errc::invalid_txn_state));
  CHECK(s.write(old_produce) == broker_errc::invalid_txn_state);  // not added again
  CHECK(s.add() == broker_errc::none);
  CHECK(s.write(old_produce) == broker_errc::none);
  CHECK(s.end(false, 4).error_code == 0);
  CHECK(s.me.epoch == producer_epoch{0});
  CHECK(s.fetch(true).aborted_transactions->size() == 1);
}

TEST_CASE("partitions are verified and added for many producers at once") {
  stage s;
  s.begin();
  s.add();
  protocol::add_partitions_to_txn_request request;
  auto& one = request.transactions.emplace_back();
  one.transactional_id = "tx";
  one.producer = s.me.id;
  one.epoch = s.me.epoch;
  one.verify_only = true;
  one.topics.push_back({"t", {partition_id{0}, partition_id{1}}, {}});
  auto& other = request.transactions.emplace_back();
  other.transactional_id = "none";
  other.topics.push_back({"t", {partition_id{0}}, {}});
  auto answer = s.ask(s.c, request, 5);
  const auto error = [&](std::size_t transaction, std::size_t partition) {
    return broker_errc{answer.results_by_transaction.at(transaction)
                           .topic_results.at(0)
                           .results_by_partition.at(partition)
                           .partition_error_code};
  };
  CHECK(error(0, 0) == broker_errc::none);
  CHECK(error(0, 1) == broker_errc::transaction_abortable);
  CHECK(error(1, 0) == broker_errc::invalid_producer_id_mapping);
  request.transactions[0].verify_only = false;
  request.transactions[0].topics[0].partitions.push_back(partition_id{9});
  answer = s.ask(s.c, request, 5);
  CHECK(error(0, 0) == broker_errc::operation_not_attempted);
  CHECK(error(0, 2) == broker_errc::unknown_topic_or_partition);
}

TEST_CASE("another producer of the same id fences the first, whose transaction is aborted") {
  stage s;
  s.begin();
  s.write();
  const auto first = s.me;
  CHECK(s.init().error_code == code_of(broker_errc::concurrent_transactions));
  s.begin();
  CHECK(s.me.id == first.id);
  CHECK(s.me.epoch == producer_epoch{2});
  CHECK(s.fetch(true).aborted_transactions->size() == 1);
  const auto second = s.me;
  s.me = first;
  s.sequence = 1;
  CHECK(s.write() == broker_errc::invalid_producer_epoch);
  CHECK(s.add() == broker_errc::producer_fenced);
  CHECK(s.add(0, 1) == broker_errc::invalid_producer_epoch);
  CHECK(s.end(true).error_code == code_of(broker_errc::producer_fenced));
  CHECK(s.end(true, 1).error_code == code_of(broker_errc::invalid_producer_epoch));
  CHECK(s.init("tx", 60'000, first).error_code == code_of(broker_errc::producer_fenced));
  CHECK(s.init("tx", 60'000, first, 3).error_code == code_of(broker_errc::invalid_producer_epoch));
  CHECK(s.init("tx", 60'000, {producer_id{99}, producer_epoch{0}}).error_code ==
        code_of(broker_errc::producer_fenced));
  s.me = second;
  s.sequence = 0;
  CHECK(s.write() == broker_errc::none);
}

TEST_CASE("a producer recovers by asking for the next epoch (KIP-360)") {
  stage s;
  s.begin();
  const auto before = s.me;
  const auto after = s.init("tx", 60'000, before);
  CHECK(after.producer == before.id);
  CHECK(after.epoch == producer_epoch{1});
  CHECK(s.init("tx", 60'000, before).epoch == producer_epoch{1});  // the answer was lost
  protocol::init_producer_id_request half;
  half.transactional_id = "tx";
  half.transaction_timeout_ms = 1;
  half.producer = before.id;
  CHECK(s.ask(s.c, half, 5).error_code == code_of(broker_errc::invalid_request));
  CHECK(s.init("").error_code == code_of(broker_errc::invalid_request));
  CHECK(s.init("tx", 0).error_code == code_of(broker_errc::invalid_transaction_timeout));
  CHECK(s.init("tx", 900'001).error_code == code_of(broker_errc::invalid_transaction_timeout));
}

TEST_CASE("a transaction that takes too long is aborted, and its producer fenced") {
  stage s;
  s.begin();
  s.write();
  s.pass(59'999ms);
  CHECK(s.describe().transaction_state == "Ongoing");
  s.pass(1ms);
  CHECK(s.describe().transaction_state == "CompleteAbort");
  CHECK(s.fetch(true).last_stable_offset == 2);
  CHECK(s.write() == broker_errc::invalid_producer_epoch);
  CHECK(s.end(true).error_code == code_of(broker_errc::producer_fenced));
  CHECK_FALSE(s.core.next_deadline());
}

TEST_CASE("while markers are written, others have to wait") {
  core_options options;
  options.transactions.marker_delay = 50ms;
  stage s{options};
  s.begin();
  s.write();
  const auto before = s.me;
  CHECK(s.end(true).error_code == 0);
  CHECK(s.describe().transaction_state == "PrepareCommit");
  CHECK(s.write() == broker_errc::concurrent_transactions);
  CHECK(s.write(adding_produce, 1) == broker_errc::concurrent_transactions);
  CHECK(s.init().error_code == code_of(broker_errc::concurrent_transactions));
  const auto after = s.me;
  s.me = before;
  CHECK(s.end(true).error_code == code_of(broker_errc::concurrent_transactions));
  s.me = after;
  s.sequence = 0;
  CHECK(s.fetch(true).last_stable_offset == 0);
  s.pass(50ms);
  CHECK(s.fetch(true).last_stable_offset == 2);
  CHECK(s.write() == broker_errc::none);
  // The batch behind one that had to wait does not overtake it.
  CHECK(s.write(adding_produce, 1) == broker_errc::out_of_order_sequence_number);
  s.sequence = 0;
  CHECK(s.write(adding_produce, 1) == broker_errc::none);
}

TEST_CASE("a marker waits for a leader") {
  stage s{cluster_of(1)};
  s.begin();
  s.write();
  auto& where = s.core.state().find("t")->partitions[0];
  where.leader = no_node;
  CHECK(s.end(true).error_code == 0);
  CHECK(s.describe().transaction_state == "PrepareCommit");
  where.leader = node_id{1};
  s.pass(20ms);
  CHECK(s.describe().transaction_state == "CompleteCommit");
  CHECK(s.fetch(true).last_stable_offset == 2);
}

TEST_CASE("markers that followers lack hold back the last stable offset, and may be lost") {
  stage s{cluster_of(3)};
  s.me = {s.init().producer, producer_epoch{0}};
  const auto coordinator = s.connect(raw(s.core.coordinator_of(coordinator_kind::transaction, "tx")));
  const auto leader = s.c;
  s.c = coordinator;
  s.begin();
  s.c = leader;
  CHECK(s.write() == broker_errc::none);
  s.core.hold_replication("t", partition_id{0}, true, s.now);
  s.c = coordinator;
  CHECK(s.end(true).error_code == 0);
  s.c = leader;
  CHECK(s.fetch(true).last_stable_offset == 0);
  s.core.hold_replication("t", partition_id{0}, false, s.now);
  CHECK(s.fetch(true).last_stable_offset == 2);
  s.core.lose_tail("t", partition_id{0}, 1, s.now);
  CHECK(s.fetch(true).last_stable_offset == 0);  // open again: the marker is gone
}

TEST_CASE("a marker that is lost with its leader is written again, and only then the transaction is over") {
  stage s{cluster_of(3)};
  s.me = {s.init().producer, producer_epoch{0}};
  const auto coordinator = s.connect(raw(s.core.coordinator_of(coordinator_kind::transaction, "tx")));
  const auto leader = s.c;
  s.c = coordinator;
  s.begin();
  s.c = leader;
  CHECK(s.write() == broker_errc::none);
  s.core.hold_replication("t", partition_id{0}, true, s.now);
  s.c = coordinator;
  CHECK(s.end(true).error_code == 0);
  CHECK(s.describe().transaction_state == "PrepareCommit");
  const auto before = s.core.state().find("t")->partitions[0].leader;
  const node_id next{raw(before) % 3 + 1};
  REQUIRE(s.core.move_leader("t", partition_id{0}, next, s.now));
  CHECK(s.core.state().find("t")->partitions[0].log.end_offset() == 1);
  s.core.hold_replication("t", partition_id{0}, false, s.now);
  s.pass(100ms);
  CHECK(s.describe().transaction_state == "CompleteCommit");
  s.c = s.connect(raw(next));
  const auto seen = s.fetch(true);
  CHECK(seen.last_stable_offset == 2);
  CHECK(seen.aborted_transactions->empty());
}

TEST_CASE("when epochs are used up, the producer gets another id") {
  stage s;
  s.begin();
  const auto first = s.me;
  while (raw(s.me.epoch) < INT16_MAX - 1) {
    REQUIRE(s.end(false).error_code == 0);
    REQUIRE(s.me.id == first.id);
  }
  CHECK(s.write() == broker_errc::none);
  const auto last = s.me;
  CHECK(s.end(true).error_code == 0);
  CHECK(s.me.id != first.id);
  CHECK(s.me.epoch == producer_epoch{0});
  const auto fresh = s.me;
  s.me = last;
  CHECK(s.end(true).error_code == 0);  // the answer was lost
  CHECK(s.me == fresh);
  CHECK(s.write() == broker_errc::none);
  CHECK(s.end(true).error_code == 0);
  CHECK(s.fetch(true).last_stable_offset == 4);
}

TEST_CASE("offsets count when their transaction commits") {
  stage s;
  s.begin();
  std::int16_t version = 5;
  SUBCASE("added by the commit") {}
  SUBCASE("added by the client") {
    version = 3;
    CHECK(s.commit_offset(7, 3) == broker_errc::invalid_txn_state);
    CHECK(s.commit_offset(7, 4) == broker_errc::transaction_abortable);
    protocol::add_offsets_to_txn_request add;
    add.transactional_id = "tx";
    add.producer = s.me.id;
    add.epoch = s.me.epoch;
    add.group_id = "g";
    CHECK(s.ask(s.c, add, 3).error_code == 0);
  }
  CHECK(s.commit_offset(7, version) == broker_errc::none);
  CHECK(s.offset(false).committed_offset == -1);
  CHECK(s.offset(true).error_code == code_of(broker_errc::unstable_offset_commit));
  CHECK(s.describe().topics.at(0).name == "__consumer_offsets");
  CHECK(s.end(true).error_code == 0);
  CHECK(s.offset(true).committed_offset == 7);
  CHECK(s.commit_offset(9, 5) == broker_errc::none);
  CHECK(s.end(false).error_code == 0);
  CHECK(s.offset(true).committed_offset == 7);
  CHECK(s.offset(true).error_code == 0);
  CHECK(s.commit_offset(9, 5, "nobody", 3) == broker_errc::unknown_member_id);
}

TEST_CASE("one who is not in a transaction may not write into one") {
  stage s;
  s.begin();
  CHECK(s.write() == broker_errc::none);
  auto plain = make_batch({"p"}, {.stamp = {s.me.id, s.me.epoch, 1}});
  CHECK(produce(s, s.c, "t", plain).error_code == code_of(broker_errc::invalid_txn_state));
  const auto open = make_batch({"p"}, {.stamp = {producer_id{50}, producer_epoch{0}, 0, true}});
  CHECK(produce(s, s.c, "t", open).error_code == code_of(broker_errc::transactional_id_authorization_failed));
}

TEST_CASE("transactions and producers are described and listed") {
  stage s;
  s.begin();
  s.write();
  protocol::list_transactions_request list;
  CHECK(s.ask(s.c, list, 1).transaction_states.size() == 1);
  list.state_filters = {"CompleteCommit", "Odd"};
  const auto filtered = s.ask(s.c, list, 1);
  CHECK(filtered.transaction_states.empty());
  CHECK(filtered.unknown_state_filters == std::vector<std::string>{"Odd"});
  list.state_filters.clear();
  list.duration_filter = 1000;
  CHECK(s.ask(s.c, list, 1).transaction_states.empty());
  s.pass(2s);
  CHECK(s.ask(s.c, list, 1).transaction_states.size() == 1);
  list.producer_id_filters = {producer_id{77}};
  CHECK(s.ask(s.c, list, 1).transaction_states.empty());
  CHECK(s.describe("none").error_code == code_of(broker_errc::transactional_id_not_found));

  protocol::describe_producers_request describe;
  describe.topics.push_back({"t", {partition_id{0}, partition_id{5}}, {}});
  const auto told = s.ask(s.c, describe, 0).topics.at(0);
  REQUIRE(told.partitions.at(0).active_producers.size() == 1);
  CHECK(told.partitions[0].active_producers[0].current_txn_start_offset == 0);
  CHECK(told.partitions[0].active_producers[0].last_sequence == 0);
  CHECK(told.partitions[1].error_code == code_of(broker_errc::unknown_topic_or_partition));
}

TEST_CASE("a tool ends a transaction that hangs") {
  stage s;
  s.begin();
  s.write();
  s.core.state().find("t")->partitions[0].producers.rebuild(s.core.state().find("t")->partitions[0].log);
  protocol::write_txn_markers_request request;
  auto& marker = request.markers.emplace_back();
  marker.producer = s.me.id;
  marker.epoch = s.me.epoch;
  marker.topics.push_back({"t", {partition_id{0}, partition_id{7}}, {}});
  auto answer = s.ask(s.c, request, 1);
  CHECK(answer.markers.at(0).topics.at(0).partitions.at(0).error_code == 0);
  CHECK(answer.markers[0].topics[0].partitions.at(1).error_code ==
        code_of(broker_errc::unknown_topic_or_partition));
  CHECK(s.fetch(true).last_stable_offset == 2);
  request.markers[0].coordinator_epoch = -1;
  CHECK(s.ask(s.c, request, 1).markers[0].topics[0].partitions[0].error_code ==
        code_of(broker_errc::transaction_coordinator_fenced));
}

TEST_CASE("the last stable offset is never before the first there is") {
  stage s;
  s.begin();
  for (int i = 0; i < 3; ++i) s.write();
  protocol::delete_records_request request;
  request.topics.emplace_back().name = "t";
  request.topics[0].partitions.emplace_back().offset = 2;
  CHECK(s.ask(s.c, request, 2).topics[0].partitions[0].low_watermark == 2);
  CHECK(s.last_offset(true) == 2);
  CHECK(s.fetch(true, 2).last_stable_offset == 2);
  s.end(true);
  CHECK(s.last_offset(true) == 4);
}

TEST_CASE("ids that are not used are forgotten") {
  stage s;
  s.begin();
  CHECK(s.core.transactions().expire("tx"));
  CHECK_FALSE(s.core.transactions().expire("tx"));
  CHECK(s.end(true).error_code == code_of(broker_errc::invalid_producer_id_mapping));
  s.begin();
  s.write();
  CHECK_FALSE(s.core.transactions().expire("tx"));
  s.end(true);
  s.pass(std::chrono::hours{24 * 7});
  CHECK(s.describe().error_code == 0);
  s.pass(1ms);
  CHECK(s.describe().error_code == code_of(broker_errc::transactional_id_not_found));
}

TEST_CASE("the coordinator is on one node, wherever that is now") {
  stage s{cluster_of(3)};
  const auto home = raw(s.core.coordinator_of(coordinator_kind::transaction, "tx"));
  s.c = s.connect(home % 3 + 1);
  CHECK(s.init().error_code == code_of(broker_errc::not_coordinator));
  s.core.stop_node(node_id{home}, true, s.now);
  s.c = s.connect(raw(s.core.coordinator_of(coordinator_kind::transaction, "tx")));
  CHECK(s.init().error_code == 0);
}

TEST_CASE("the feature is told where versions have a place for it") {
  const auto finalized = [](core_options options, std::int16_t version) {
    stage s{std::move(options)};
    protocol::api_versions_request hello;
    hello.client_software_name = hello.client_software_version = "x";
    auto all = s.ask(s.c, hello, version).finalized_features;
    std::erase_if(all, [](const auto& one) { return one.name != "transaction.version"; });
    return all;
  };
  CHECK(finalized({}, 2).empty());
  REQUIRE(finalized({}, 4).size() == 1);
  CHECK(finalized({}, 3)[0].max_version_level == 2);
  core_options old;
  old.features.transaction.level = 0;
  CHECK(finalized(old, 4).empty());
}

}  // namespace
}  // namespace kwire::embedded
