#include "core/admin/offset_calls.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/messages/list_offsets.hpp>

#include "admin_script.hpp"

using namespace kwire;
using namespace kwire::test;
using protocol::list_offsets_request;
using protocol::list_offsets_response;

namespace {

const topic_partition t0{"t", partition_id{0}};
const topic_partition t1{"t", partition_id{1}};
const topic_partition t7{"t", partition_id{7}};

struct listing {
  explicit listing(std::map<topic_partition, offset_query> queries) {
    script.know_brokers();
    core::ask_list_offsets(script.core, queries, true, script.now + seconds{30}, told.receiver(), script.now);
    script.step();
  }
  void metadata(const std::vector<std::int32_t>& leaders) {
    const auto asked = script.take(api::metadata);
    REQUIRE(asked);
    script.answer(*asked, admin_script::metadata(leaders), 9);
  }
  void answer(const core::request& asked, partition_id part, broker_errc code, std::int64_t offset = -1) {
    list_offsets_response message;
    auto& topic = message.topics.emplace_back();
    topic.name = "t";
    auto& entry = topic.partitions.emplace_back();
    entry.partition_index = part;
    entry.error_code = static_cast<std::int16_t>(code);
    entry.offset = offset;
    script.answer(asked, message, 5);
  }

  admin_script script;
  told_outcome<found_offsets> told;
};

}  // namespace

TEST_CASE("each leader is asked for its partitions; what does not exist is told without asking") {
  listing run{{{t0, offset_query::latest()}, {t1, offset_query::earliest()}, {t7, offset_query::latest()}}};
  run.metadata({1, 2});
  const auto first = *run.script.take(api::list_offsets);
  const auto second = *run.script.take(api::list_offsets);
  CHECK(first.to.node == node_id{1});
  CHECK(second.to.node == node_id{2});
  const auto request = admin_script::read<list_offsets_request>(second, 5);
  CHECK(request.replica_id == no_node);
  CHECK(request.isolation_level == 1);
  CHECK(request.topics.at(0).partitions.at(0).timestamp == -2);
  CHECK(request.topics.at(0).partitions.at(0).current_leader_epoch == leader_epoch{5});
  run.answer(first, partition_id{0}, broker_errc::none, 10);
  CHECK_FALSE(run.told.told());
  run.answer(second, partition_id{1}, broker_errc::none, 20);
  REQUIRE(run.told.told());
  CHECK(run.told.value().at(t0)->offset == 10);
  CHECK(run.told.value().at(t1)->offset == 20);
  CHECK(run.told.value().at(t7).error() == errc::unknown_partition);
}

TEST_CASE("a leader that has moved is looked up again, and only its partitions are asked for") {
  listing run{{{t0, offset_query::latest()}, {t1, offset_query::latest()}}};
  run.metadata({1, 2});
  const auto first = *run.script.take(api::list_offsets);
  const auto second = *run.script.take(api::list_offsets);
  run.answer(first, partition_id{0}, broker_errc::not_leader_or_follower);
  run.answer(second, partition_id{1}, broker_errc::none, 20);
  CHECK_FALSE(run.told.told());
  REQUIRE(run.script.pass_to_deadline());
  run.metadata({2, 2});
  const auto again = *run.script.take(api::list_offsets);
  CHECK(again.to.node == node_id{2});
  CHECK(admin_script::read<list_offsets_request>(again, 5).topics.at(0).partitions.size() == 1);
  run.answer(again, partition_id{0}, broker_errc::none, 10);
  REQUIRE(run.told.told());
  CHECK(run.told.value().at(t0)->offset == 10);
}

TEST_CASE("a lost connection leads back to metadata") {
  listing run{{{t0, offset_query::latest()}}};
  run.metadata({1});
  run.script.lose(*run.script.take(api::list_offsets), error{errc::connection_lost});
  REQUIRE(run.script.pass_to_deadline());
  run.metadata({2});
  run.answer(*run.script.take(api::list_offsets), partition_id{0}, broker_errc::none, 3);
  REQUIRE(run.told.told());
  CHECK(run.told.value().at(t0)->offset == 3);
}

TEST_CASE("a partition without a leader is waited for until the deadline, the others are told") {
  listing run{{{t0, offset_query::latest()}, {t1, offset_query::latest()}}};
  const auto deadline = run.script.now + seconds{30};
  run.metadata({1, -1});
  run.answer(*run.script.take(api::list_offsets), partition_id{0}, broker_errc::none, 10);
  while (run.script.now < deadline && !run.told.told()) {
    REQUIRE(run.script.pass_to_deadline());
    if (!run.told.told()) run.metadata({1, -1});
  }
  REQUIRE(run.told.told());
  CHECK(run.script.now == deadline);
  CHECK(run.told.value().at(t0)->offset == 10);
  CHECK(run.told.value().at(t1).error() == broker_errc::leader_not_available);
}

TEST_CASE("version 0 tells the latest of a list; the largest timestamp needs version 7") {
  listing run{{{t0, offset_query::latest()}}};
  run.metadata({1});
  const auto asked = *run.script.take(api::list_offsets);
  list_offsets_response old;
  auto& topic = old.topics.emplace_back();
  topic.name = "t";
  topic.partitions.emplace_back().old_style_offsets = {42, 0};
  run.script.answer(asked, old, 0);
  REQUIRE(run.told.told());
  CHECK(run.told.value().at(t0)->offset == 42);

  listing largest{{{t0, offset_query::max_timestamp()}}};
  largest.metadata({1});
  CHECK(admin_script::refusal(*largest.script.take(api::list_offsets), 6).value() ==
        errc::unsupported_by_broker);
}

TEST_CASE("an unknown topic is an answer, not a reason to wait") {
  listing run{{{topic_partition{"u", partition_id{0}}, offset_query::latest()}}};
  run.metadata({1});
  REQUIRE(run.told.told());
  CHECK(run.told.value().begin()->second.error() == broker_errc::unknown_topic_or_partition);
}
