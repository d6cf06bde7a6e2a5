// Tests: simple_assignors.cpp, sticky_assignor.cpp
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <kwire/client/assignor.hpp>
#include <set>

namespace kwire::test {
namespace {

using members = std::vector<group_subscription>;

std::string text(const group_assignment& assignment) {
  std::string out;
  for (const auto& [member, list] : assignment) {
    out += (out.empty() ? "" : " ") + member + "=";
    for (const auto& where : list) out += to_string(where) + ",";
  }
  return out;
}

group_assignment run(const char* name, const members& all,
                     const std::map<std::string, std::int32_t>& counts) {
  return find_assignor(name)->assign(all, counts);
}

/// Everybody keeps what the assignment says.
void settle(members& all, const group_assignment& assignment, std::int32_t generation) {
  for (auto& member : all) {
    member.owned = assignment.at(member.member_id);
    member.generation = generation_id{generation};
  }
}

TEST_CASE("range: as Java's RangeAssignorTest") {
  const members two{{"consumer1", {"t1", "t2"}}, {"consumer2", {"t1", "t2"}}};
  CHECK(text(run("range", two, {{"t1", 3}, {"t2", 3}})) ==
        "consumer1=t1-0,t1-1,t2-0,t2-1, consumer2=t1-2,t2-2,");
  const members three{{"consumer1", {"t1"}}, {"consumer2", {"t1", "t2"}}, {"consumer3", {"t1"}}};
  CHECK(text(run("range", three, {{"t1", 3}, {"t2", 2}})) ==
        "consumer1=t1-0, consumer2=t1-1,t2-0,t2-1, consumer3=t1-2,");
  CHECK(text(run("range", {{"c", {"gone"}}}, {})) == "c=");
}

TEST_CASE("roundrobin: as Java's RoundRobinAssignorTest") {
  const members two{{"consumer1", {"t1", "t2"}}, {"consumer2", {"t1", "t2"}}};
  CHECK(text(run("roundrobin", two, {{"t1", 3}, {"t2", 3}})) ==
        "consumer1=t1-0,t1-2,t2-1, consumer2=t1-1,t2-0,t2-2,");
  const members three{{"consumer1", {"t1"}}, {"consumer2", {"t1", "t2"}}, {"consumer3", {"t1"}}};
  CHECK(text(run("roundrobin", three, {{"t1", 3}, {"t2", 2}})) ==
        "consumer1=t1-0, consumer2=t1-1,t2-0,t2-1, consumer3=t1-2,");
}

TEST_CASE("static members come first, by instance id") {
  members all{{"a", {"t"}}, {"b", {"t"}}};
  all[1].instance_id = "i";
  CHECK(text(run("range", all, {{"t", 2}})) == "a=t-1, b=t-0,");
}

TEST_CASE("sticky: balanced, and nothing moves without need") {
  members all{{"a", {"t"}}, {"b", {"t"}}};
  auto first = run("sticky", all, {{"t", 6}});
  CHECK(first["a"].size() == 3);
  settle(all, first, 1);
  CHECK(run("sticky", all, {{"t", 6}}) == first);
  all.emplace_back("c", std::vector<std::string>{"t"});
  const auto second = run("sticky", all, {{"t", 6}});
  for (const auto* id : {"a", "b", "c"}) {
    CHECK(second.at(id).size() == 2);
    if (*id != 'c') CHECK(std::ranges::includes(first.at(id), second.at(id)));
  }
}

TEST_CASE("cooperative: no partition has two owners at any time, and two rounds are enough") {
  members all{{"a", {"t"}}, {"b", {"t"}}};
  settle(all, run("cooperative-sticky", all, {{"t", 7}}), 1);
  all.emplace_back("c", std::vector<std::string>{"t"});
  std::map<topic_partition, std::string> owner;
  for (const auto& m : all) {
    for (const auto& where : m.owned) owner[where] = m.member_id;
  }
  const auto round = run("cooperative-sticky", all, {{"t", 7}});
  CHECK(round.at("c").empty());
  for (const auto& [id, list] : round) {
    for (const auto& where : list) CHECK(owner.at(where) == id);
  }
  settle(all, round, 2);
  const auto last = run("cooperative-sticky", all, {{"t", 7}});
  std::set<topic_partition> given;
  for (const auto& [id, list] : last) {
    CHECK(list.size() >= 2);
    for (const auto& where : list) CHECK(given.insert(where).second);
  }
  CHECK(given.size() == 7);
}

TEST_CASE("two claims: the later generation is right, of equal ones neither") {
  members all{{"a", {"t"}}, {"b", {"t"}}};
  for (auto& m : all) m.owned = {{"t", partition_id{0}}};
  all[0].generation = generation_id{2};
  all[1].generation = generation_id{1};
  CHECK(run("cooperative-sticky", all, {{"t", 1}}).at("a").size() == 1);
  all[1].generation = generation_id{2};
  const auto fresh = run("cooperative-sticky", all, {{"t", 1}});
  CHECK(fresh.at("a").size() + fresh.at("b").size() == 1);
}

TEST_CASE("different subscriptions: everybody gets only what he reads, every partition is given") {
  const members all{{"a", {"t1"}}, {"b", {"t1", "t2", "t3"}}, {"c", {"t2"}}};
  const std::map<std::string, std::int32_t> counts{{"t1", 5}, {"t2", 5}, {"t3", 5}};
  for (const auto* name : {"range", "roundrobin", "sticky"}) {
    const auto result = run(name, all, counts);
    std::size_t total = 0;
    for (const auto& m : all) {
      total += result.at(m.member_id).size();
      for (const auto& where : result.at(m.member_id)) CHECK(std::ranges::count(m.topics, where.topic) == 1);
    }
    CHECK(total == 15);
  }
}

TEST_CASE("user data: what is written is read, what is broken is ignored") {
  const auto sticky = find_assignor("sticky");
  const std::vector<topic_partition> had{{"t", partition_id{1}}, {"u", partition_id{0}}};
  const auto data = sticky->user_data(had, generation_id{4});
  REQUIRE(data);
  group_subscription back;
  sticky->read_user_data(*data, back);
  CHECK(back.owned == had);
  CHECK(back.generation == generation_id{4});
  for (std::size_t cut = 0; cut < data->size(); ++cut) {
    group_subscription broken;
    sticky->read_user_data(bytes_view{*data}.first(cut), broken);
    CHECK(broken.generation == no_generation);
  }
}

TEST_CASE("hostile: negative and unknown partitions, repeated topics") {
  members all{{"a", {"t", "t", "t"}}, {"b", {}}};
  all[0].owned = {{"t", partition_id{-5}}, {"t", partition_id{99}}, {"x", partition_id{0}}};
  for (const auto* name : {"range", "roundrobin", "sticky", "cooperative-sticky"}) {
    CHECK(run(name, all, {{"t", 2}}).at("a").size() == 2);
  }
}

}  // namespace
}  // namespace kwire::test
