#include <kwire/protocol/messages/delete_groups.hpp>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/offset_delete.hpp>

#include "../consumer_stage.hpp"

namespace kwire::embedded {
namespace {

using namespace test;
using stage = consumer_stage;

TEST_CASE("offsets need the member's epoch") {
  stage s;
  CHECK(s.commit("m1", 1, 9) == code_of(broker_errc::group_id_not_found));
  CHECK(s.commit("m1", 1, 8) == code_of(broker_errc::illegal_generation));
  s.join("m1");
  CHECK(s.commit("m1", 1, 9) == 0);
  CHECK(s.commit("m1", 1, 10) == 0);
  CHECK(s.commit("m1", 0, 9) == code_of(broker_errc::stale_member_epoch));
  CHECK(s.commit("m2", 1, 9) == code_of(broker_errc::unknown_member_id));
  CHECK(s.commit("m1", 1, 8) == code_of(broker_errc::unsupported_version));
  CHECK(s.fetch("m1", 1) == 0);
  CHECK(s.fetch("m1", 2) == code_of(broker_errc::stale_member_epoch));
  CHECK(s.fetch("m2", 1) == code_of(broker_errc::unknown_member_id));
  CHECK(s.fetch(std::nullopt, -1) == 0);
}

TEST_CASE("groups are listed with their types and states, and deleted when nobody is left") {
  stage s;
  s.join("m1");
  protocol::list_groups_request list;
  list.types_filter = {"Consumer"};
  const auto listed = s.ask(s.c, list, 5).groups;
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].group_type == "consumer");
  CHECK(listed[0].group_state == "Stable");
  CHECK(listed[0].protocol_type == "consumer");
  list.types_filter = {"classic"};
  CHECK(s.ask(s.c, list, 5).groups.empty());
  CHECK(s.describe("none").error_code == code_of(broker_errc::group_id_not_found));
  protocol::describe_groups_request classic;
  classic.groups = {"g"};
  CHECK(s.ask(s.c, classic, 6).groups.at(0).error_code == code_of(broker_errc::group_id_not_found));

  protocol::delete_groups_request request;
  request.groups_names = {"g", "none", ""};
  auto results = s.ask(s.c, request, 2).results;
  CHECK(results.at(0).error_code == code_of(broker_errc::non_empty_group));
  CHECK(results.at(1).error_code == code_of(broker_errc::group_id_not_found));
  CHECK(results.at(2).error_code == code_of(broker_errc::invalid_group_id));
  s.beat("m1", -1);
  CHECK(s.ask(s.c, request, 2).results.at(0).error_code == 0);
  CHECK(s.core.groups().find("g") == nullptr);
  s.pass(60s);
}

TEST_CASE("offsets are deleted unless a member reads the topic") {
  stage s;
  s.make_topic("u", 1);
  s.join("m1");
  s.commit("m1", 1, 9);
  protocol::offset_delete_request request;
  request.group_id = "g";
  for (const auto* name : {"t", "u", "none"}) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.partitions.emplace_back();
  }
  const auto answer = s.ask(s.c, request, 0);
  CHECK(answer.topics.at(0).partitions.at(0).error_code == code_of(broker_errc::group_subscribed_to_topic));
  CHECK(answer.topics.at(1).partitions.at(0).error_code == 0);
  CHECK(answer.topics.at(2).partitions.at(0).error_code == code_of(broker_errc::unknown_topic_or_partition));
  s.beat("m1", -1);
  CHECK(s.ask(s.c, request, 0).topics.at(0).partitions.at(0).error_code == 0);
  CHECK(s.core.groups().find("g")->offsets.empty());
  request.group_id = "none";
  CHECK(s.ask(s.c, request, 0).error_code == code_of(broker_errc::group_id_not_found));
}

}  // namespace
}  // namespace kwire::embedded
