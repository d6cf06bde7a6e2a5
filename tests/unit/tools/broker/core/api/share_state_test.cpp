// Tests: ../share_state.cpp
#include <kwire/protocol/messages/delete_share_group_state.hpp>
#include <kwire/protocol/messages/initialize_share_group_state.hpp>
#include <kwire/protocol/messages/read_share_group_state.hpp>
#include <kwire/protocol/messages/read_share_group_state_summary.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>
#include <kwire/protocol/messages/write_share_group_state.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

struct stage : script {
  stage() { make_topic("t", 2); }

  template <class Request>
  auto one(const Request& request, std::int16_t version = 0) {
    return ask(c, request, version).results.at(0).partitions.at(0);
  }
  template <class Request>
  Request about(std::int32_t index = 0) {
    Request request;
    request.group_id = "g";
    auto& topic = request.topics.emplace_back();
    topic.topic_id = core.state().find("t")->id;
    topic.partitions.emplace_back().index = partition_id{index};
    return request;
  }
  std::int16_t initialize(std::int32_t epoch, std::int64_t start) {
    auto request = about<protocol::initialize_share_group_state_request>();
    request.topics[0].partitions[0].state_epoch = epoch;
    request.topics[0].partitions[0].start_offset = start;
    return one(request).error_code;
  }
  std::int16_t write(std::int32_t epoch, std::int32_t leader, std::int64_t start,
                     std::vector<protocol::write_share_group_state_request::state_batch> batches) {
    auto request = about<protocol::write_share_group_state_request>();
    auto& wanted = request.topics[0].partitions[0];
    wanted.state_epoch = epoch;
    wanted.epoch = leader_epoch{leader};
    wanted.start_offset = start;
    wanted.state_batches = std::move(batches);
    return one(request).error_code;
  }
  /// "start: first-last state*deliveries ..."
  std::string read(std::int32_t leader = -1) {
    auto request = about<protocol::read_share_group_state_request>();
    request.topics[0].partitions[0].epoch = leader_epoch{leader};
    const auto told = one(request);
    if (told.error_code != 0) return "error " + std::to_string(told.error_code);
    auto line = std::to_string(told.start_offset) + ":";
    for (const auto& b : told.state_batches) {
      line += " " + std::to_string(b.first_offset) + "-" + std::to_string(b.last_offset) + " " +
              std::to_string(b.delivery_state) + "*" + std::to_string(b.delivery_count);
    }
    return line;
  }

  connection_id c = connect();
};

TEST_CASE("state is initialized, written, read, summed up and deleted") {
  stage s;
  CHECK(s.read() == "-1:");
  CHECK(s.write(0, 0, 5, {}) == code_of(broker_errc::invalid_request));
  CHECK(s.initialize(1, 10) == 0);
  CHECK(s.read() == "10:");
  CHECK(s.write(1, 2, -1, {{12, 14, 2, 1, {}}, {10, 10, 0, 3, {}}}) == 0);
  CHECK(s.read() == "10: 10-10 0*3 11-11 0*0 12-14 2*1");
  CHECK(s.write(1, 2, -1, {{10, 11, 4, 3, {}}}) == 0);
  CHECK(s.read() == "15:");
  CHECK(s.write(1, 2, 20, {{22, 23, 2, 1, {}}}) == 0);
  auto summary = s.about<protocol::read_share_group_state_summary_request>();
  summary.topics[0].partitions[0].epoch = leader_epoch{2};
  const auto sum = s.one(summary, 1);
  CHECK(sum.start_offset == 20);
  CHECK(sum.state_epoch == 1);
  CHECK(raw(sum.epoch) == 2);
  CHECK(sum.delivery_complete_count == 2);
  CHECK(s.one(s.about<protocol::delete_share_group_state_request>()).error_code == 0);
  CHECK(s.read() == "-1:");
  CHECK(s.one(s.about<protocol::delete_share_group_state_request>()).error_code == 0);
}

TEST_CASE("older epochs are fenced off, nonsense is refused") {
  stage s;
  CHECK(s.initialize(3, 0) == 0);
  CHECK(s.initialize(2, 0) == code_of(broker_errc::fenced_state_epoch));
  CHECK(s.write(2, 1, -1, {}) == code_of(broker_errc::fenced_state_epoch));
  CHECK(s.write(3, 5, -1, {}) == 0);
  CHECK(s.write(3, 4, -1, {}) == code_of(broker_errc::fenced_leader_epoch));
  CHECK(s.read(4) == "error " + std::to_string(code_of(broker_errc::fenced_leader_epoch)));
  CHECK(s.read(6) == "0:");
  CHECK(s.write(3, 6, -1, {{4, 3, 0, 1, {}}}) == code_of(broker_errc::invalid_request));
  CHECK(s.write(3, 6, -1, {{1, 3, 1, 1, {}}}) == code_of(broker_errc::invalid_request));
  const auto none = s.about<protocol::read_share_group_state_request>(7);
  CHECK(s.one(none).error_code == code_of(broker_errc::unknown_topic_or_partition));
}

TEST_CASE("a group that comes to life goes on from there, and its members' work shows") {
  stage s;
  produce(s, s.c, "t", make_batch({"a", "b", "c", "d"}));
  CHECK(s.initialize(1, 1) == 0);
  protocol::share_group_heartbeat_request join;
  join.group_id = "g";
  join.member_id = "m";
  join.subscribed_topic_names = {"t"};
  CHECK(s.ask(s.c, join, 1).error_code == 0);
  protocol::share_fetch_request fetch;
  fetch.group_id = "g";
  fetch.member_id = "m";
  fetch.max_records = 100;
  fetch.max_bytes = 1 << 20;
  fetch.batch_size = 100;
  auto& topic = fetch.topics.emplace_back();
  topic.topic_id = s.core.state().find("t")->id;
  topic.partitions.emplace_back();
  const auto got = s.ask(s.c, fetch, 1).responses.at(0).partitions.at(0);
  REQUIRE(got.acquired_records.size() == 1);
  CHECK(got.acquired_records[0].first_offset == 1);
  CHECK(s.read() == "1: 1-3 0*1");
  CHECK(s.write(1, 0, 3, {}) == 0);
  CHECK(s.core.groups().find_share("g")->places().begin()->second.start() == 3);
}

}  // namespace
}  // namespace kwire::embedded
