#include <kwire/protocol/messages/delete_records.hpp>
#include <kwire/protocol/messages/write_txn_markers.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

#include "transaction_stage.hpp"

namespace kwire::embedded {
namespace {

using namespace test;
using stage = transaction_stage;

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

}  // namespace
}  // namespace kwire::embedded
