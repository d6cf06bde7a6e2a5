#include "groups.hpp"

#include <doctest/doctest.h>

#include <boost/json.hpp>

using namespace kwire;
using namespace kwire::cli;

namespace {

group_description group() {
  group_description g;
  g.id = "billing";
  g.state = "Stable";
  auto& member = g.members.emplace_back();
  member.id = "m-1";
  member.client_id = "c";
  member.host = "/10.0.0.1";
  member.assignment = {{"t", partition_id{0}}, {"t", partition_id{1}}};
  return g;
}

std::vector<partition_lag> lags() {
  partition_lag read, untouched, orphan;
  read.where = {"t", partition_id{0}};
  read.committed = 7;
  read.end = 10;
  read.lag = 3;
  untouched.where = {"t", partition_id{1}};
  untouched.end = 5;
  orphan.where = {"t", partition_id{2}};
  orphan.committed = 1;
  orphan.end = 1;
  orphan.lag = 0;
  return {read, untouched, orphan};
}

}  // namespace

TEST_CASE("the table has the columns and dashes of kafka-consumer-groups") {
  const auto described = group();
  CHECK(group_table("billing", group_rows(described, lags())) ==
        "GROUP   TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST      CLIENT-ID\n"
        "billing t     0         7              10             3   m-1         /10.0.0.1 c\n"
        "billing t     1         -              5              -   m-1         /10.0.0.1 c\n"
        "billing t     2         1              1              0   -           -         -\n");
}

TEST_CASE("JSON tells the same, with null for what is not known") {
  const auto described = group();
  const auto parsed = boost::json::parse(group_json(described, group_rows(described, lags())));
  CHECK(parsed.at("group").as_string() == "billing");
  CHECK(parsed.at("partitions").at(0).at("lag").as_int64() == 3);
  CHECK(parsed.at("partitions").at(1).at("current_offset").is_null());
  CHECK(parsed.at("partitions").at(2).at("member").is_null());
  CHECK(parsed.at("members").at(0).at("instance_id").is_null());
}
