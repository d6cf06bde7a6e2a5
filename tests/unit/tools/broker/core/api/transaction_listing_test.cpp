#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/describe_producers.hpp>
#include <kwire/protocol/messages/list_transactions.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

#include "../transaction_stage.hpp"

namespace kwire::embedded {
namespace {

using namespace test;
using stage = transaction_stage;

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
  protocol::list_transactions_request like;
  for (const auto& [pattern, count] :
       std::map<std::string, std::size_t>{{"", 1}, {"t", 0}, {"t.*", 1}, {"(tx|ty)", 1}, {"x", 0}}) {
    like.transactional_id_pattern = pattern;
    CHECK(s.ask(s.c, like, 2).transaction_states.size() == count);
  }
  like.transactional_id_pattern = "(";
  CHECK(s.ask(s.c, like, 2).error_code == code_of(broker_errc::invalid_regular_expression));
  CHECK(s.describe("none").error_code == code_of(broker_errc::transactional_id_not_found));

  protocol::describe_producers_request describe;
  describe.topics.push_back({"t", {partition_id{0}, partition_id{5}}, {}});
  const auto told = s.ask(s.c, describe, 0).topics.at(0);
  REQUIRE(told.partitions.at(0).active_producers.size() == 1);
  CHECK(told.partitions[0].active_producers[0].current_txn_start_offset == 0);
  CHECK(told.partitions[0].active_producers[0].last_sequence == 0);
  CHECK(told.partitions[1].error_code == code_of(broker_errc::unknown_topic_or_partition));
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
