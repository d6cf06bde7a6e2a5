// Tests: transaction.cpp, api/transactions.cpp, api/transactional_offsets.cpp
#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

#include "transaction_stage.hpp"

namespace kwire::embedded {
namespace {

using namespace test;
using stage = transaction_stage;

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
  CHECK(s.end(true).error_code == code_of(broker_errc::invalid_txn_state));  // as Kafka 4.3.1 says
  CHECK(s.end(false).error_code == code_of(broker_errc::none));
  CHECK(s.core.next_deadline().value_or(s.now + 1h) > s.now + 1min);  // the upkeep's
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

}  // namespace
}  // namespace kwire::embedded
