// Tests: group_offset_calls.cpp
#include "core/admin/group_calls.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>

#include "admin_script.hpp"

using namespace kwire;
using namespace kwire::test;
using namespace kwire::protocol;

namespace {

const topic_partition t0{"t", partition_id{0}};
const topic_partition t1{"t", partition_id{1}};

struct group_script : admin_script {
  group_script() { know_brokers(); }
  time_point deadline() const { return now + std::chrono::seconds{30}; }

  list_groups_response groups(const std::string& id, broker_errc code = broker_errc::none) const {
    list_groups_response message;
    message.error_code = static_cast<std::int16_t>(code);
    if (code == broker_errc::none) message.groups.emplace_back().group_id = id;
    return message;
  }
};

bytes stored(const auto& message) {
  writer out;
  (void)encode_stored(ref(message), 1, out);
  return std::move(out.buffer());
}

offset_fetch_response offsets(std::int64_t of_t0) {
  offset_fetch_response message;
  auto& group = message.groups.emplace_back();
  group.group_id = "g";
  auto& topic = group.topics.emplace_back();
  topic.name = "t";
  auto& part = topic.partitions.emplace_back();
  part.committed_offset = of_t0;
  auto& none = topic.partitions.emplace_back();
  none.partition_index = partition_id{1};
  none.committed_offset = -1;
  return message;
}

}  // namespace

TEST_CASE("groups of all brokers, in order, and why one broker did not answer") {
  group_script script;
  told_outcome<group_listings> told;
  core::ask_list_groups(script.core, script.deadline(), told.receiver(), script.now);
  script.step();
  script.answer(*script.take(api::metadata), admin_script::metadata({1}), 9);
  const auto first = *script.take(api::list_groups);
  const auto second = *script.take(api::list_groups);
  CHECK(first.to.node == node_id{1});
  script.answer(first, script.groups("z"), 3);
  script.answer(second, script.groups("", broker_errc::coordinator_load_in_progress), 3);
  REQUIRE(script.pass_to_deadline());
  script.answer(*script.take(api::list_groups), script.groups("a"), 3);
  REQUIRE(told.told());
  REQUIRE(told.value().groups.size() == 2);
  CHECK(told.value().groups[0].id == "a");
  CHECK(told.value().groups[0].coordinator == node_id{2});

  told_outcome<group_listings> partial;
  core::ask_list_groups(script.core, script.deadline(), partial.receiver(), script.now);
  script.step();
  script.answer(*script.take(api::metadata), admin_script::metadata({1}), 9);
  script.answer(*script.take(api::list_groups), script.groups("a"), 3);
  script.answer(*script.take(api::list_groups), script.groups("", broker_errc::cluster_authorization_failed),
                3);
  REQUIRE(partial.told());
  CHECK(partial.value().groups.size() == 1);
  CHECK(partial.value().failures.at(node_id{2}) == broker_errc::cluster_authorization_failed);
}

TEST_CASE("members with what they are assigned; a moved coordinator is looked for") {
  group_script script;
  told_outcome<core::group_descriptions> told;
  core::ask_describe_groups(script.core, {"g", "g"}, script.deadline(), told.receiver(), script.now);
  script.step();
  describe_groups_response message;
  auto& group = message.groups.emplace_back();
  group.group_id = "g";
  group.error_code = static_cast<std::int16_t>(broker_errc::not_coordinator);
  script.answer(*script.take(api::describe_groups), message, 4);
  CHECK(script.lost == std::vector<std::string>{"g"});
  REQUIRE(script.pass_to_deadline());
  group.error_code = 0;
  group.group_state = "Stable";
  group.protocol_type = "consumer";
  consumer_protocol_subscription subscription;
  subscription.topics = {"t"};
  consumer_protocol_assignment assignment;
  assignment.assigned_partitions.emplace_back().topic = "t";
  assignment.assigned_partitions[0].partitions = {partition_id{1}, partition_id{0}};
  auto& member = group.members.emplace_back();
  member.member_id = "m";
  member.member_metadata = stored(subscription);
  member.member_assignment = stored(assignment);
  auto& broken = group.members.emplace_back();
  broken.member_assignment = bytes(3, std::byte{0xff});
  script.answer(*script.take(api::describe_groups), message, 4);
  REQUIRE(told.told());
  const auto& found = *told.value().at("g");
  CHECK(found.members.at(0).assignment == std::vector<topic_partition>{t0, t1});
  CHECK(found.members.at(0).topics == std::vector<std::string>{"t"});
  CHECK(found.members.at(1).assignment.empty());
}

TEST_CASE("a group's offsets in all forms of the request") {
  group_script script;
  told_outcome<group_offsets> told;
  core::ask_group_offsets(script.core, "g", {}, script.deadline(), told.receiver(), script.now);
  script.step();
  const auto all = *script.take(api::offset_fetch);
  CHECK(all.usable.max == 9);
  CHECK(admin_script::refusal(all, 1).value() == errc::unsupported_by_broker);
  CHECK_FALSE(admin_script::read<offset_fetch_request>(all, 7).topics.has_value());
  CHECK_FALSE(admin_script::read<offset_fetch_request>(all, 8).groups.at(0).topics.has_value());
  script.answer(all, offsets(7), 8);
  REQUIRE(told.told());
  CHECK(told.value().at(t0)->offset == 7);
  CHECK_FALSE(told.value().contains(t1));

  told_outcome<group_offsets> some;
  core::ask_group_offsets(script.core, "g", std::vector{t0, t1}, script.deadline(), some.receiver(),
                          script.now);
  script.step();
  const auto named = *script.take(api::offset_fetch);
  for (std::int16_t version = 1; version <= 9; ++version) {
    CAPTURE(version);
    const auto request = admin_script::read<offset_fetch_request>(named, version);
    if (version >= 8) {
      CHECK(request.groups.at(0).topics->at(0).partition_indexes.size() == 2);
    } else {
      CHECK(request.topics->at(0).partition_indexes.size() == 2);
    }
  }
}

TEST_CASE("lag is counted where both offsets are known") {
  group_script script;
  told_outcome<std::vector<partition_lag>> told;
  core::ask_lag(script.core, "g", {t1}, script.deadline(), told.receiver(), script.now);
  script.step();
  script.answer(*script.take(api::offset_fetch), offsets(7), 8);
  script.answer(*script.take(api::metadata), admin_script::metadata({1, 1}), 9);
  list_offsets_response ends;
  auto& topic = ends.topics.emplace_back();
  topic.name = "t";
  for (const int number : {0, 1}) {
    auto& part = topic.partitions.emplace_back();
    part.partition_index = partition_id{number};
    part.offset = 10;
  }
  script.answer(*script.take(api::list_offsets), ends, 5);
  REQUIRE(told.told());
  REQUIRE(told.value().size() == 2);
  CHECK(told.value()[0].committed == 7);
  CHECK(told.value()[0].lag == 3);
  CHECK(told.value()[1].end == 10);
  CHECK_FALSE(told.value()[1].committed);
  CHECK_FALSE(told.value()[1].lag);
}
