#pragma once

#include <kwire/protocol/messages/consumer_group_describe.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>

#include "script.hpp"

namespace kwire::embedded::test {

using asked_heartbeat = protocol::consumer_group_heartbeat_request;
using told_heartbeat = protocol::consumer_group_heartbeat_response;
using indexes = std::set<std::int32_t>;

/// A topic, groups, and what members of the consumer protocol send.
struct consumer_stage : script {
  consumer_stage() {
    make_topic("t", 4);
    c = connect();
  }
  uuid id(const std::string& topic = "t") { return core.state().find(topic)->id; }

  asked_heartbeat joining(const std::string& member, std::vector<std::string> topics = {"t"}) {
    asked_heartbeat request;
    request.group_id = "g";
    request.member_id = member;
    request.rebalance_timeout_ms = 30'000;
    request.subscribed_topic_names = std::move(topics);
    request.topic_partitions.emplace();
    return request;
  }
  told_heartbeat join(const std::string& member) { return ask(c, joining(member), 1); }

  asked_heartbeat beating(const std::string& member, std::int32_t epoch) {
    asked_heartbeat request;
    request.group_id = "g";
    request.member_id = member;
    request.member_epoch = epoch;
    return request;
  }
  told_heartbeat beat(const std::string& member, std::int32_t epoch) {
    return ask(c, beating(member, epoch), 1);
  }

  asked_heartbeat owning(const std::string& member, std::int32_t epoch, const indexes& owned,
                         const std::string& topic = "t") {
    auto request = beating(member, epoch);
    request.topic_partitions.emplace();
    if (owned.empty()) return request;
    auto& listed = request.topic_partitions->emplace_back();
    listed.topic_id = id(topic);
    for (const auto index : owned) listed.partitions.push_back(partition_id{index});
    return request;
  }
  told_heartbeat own(const std::string& member, std::int32_t epoch, const indexes& owned) {
    return ask(c, owning(member, epoch, owned), 1);
  }

  indexes given(const told_heartbeat& answer, const std::string& topic = "t") {
    REQUIRE(answer.assignment.has_value());
    indexes all;
    for (const auto& listed : answer.assignment->topic_partitions) {
      if (listed.topic_id != id(topic)) continue;
      for (const auto index : listed.partitions) all.insert(raw(index));
    }
    return all;
  }
  protocol::consumer_group_describe_response::group describe(const std::string& group = "g") {
    protocol::consumer_group_describe_request request;
    request.group_ids = {group};
    return ask(c, request, 1).groups.at(0);
  }
  std::string state() { return describe().group_state; }

  std::int16_t commit(const std::string& member, std::int32_t epoch, std::int16_t version) {
    protocol::offset_commit_request request;
    request.group_id = "g";
    request.member_id = member;
    request.generation_id_or_member_epoch = generation_id{epoch};
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.topic_id = id();
    topic.partitions.emplace_back().committed_offset = 7;
    return ask(c, request, version).topics.at(0).partitions.at(0).error_code;
  }
  std::int16_t fetch(const std::optional<std::string>& member, std::int32_t epoch) {
    protocol::offset_fetch_request request;
    auto& group = request.groups.emplace_back();
    group.group_id = "g";
    group.member_id = member;
    group.member_epoch = epoch;
    return ask(c, request, 9).groups.at(0).error_code;
  }
  connection_id c{};
};

}  // namespace kwire::embedded::test
