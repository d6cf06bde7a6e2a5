#include "core/consumer/group_bodies.hpp"

#include <algorithm>
#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/sync_group.hpp>
#include <map>
#include <set>
#include <utility>

namespace kwire::core {
namespace {

constexpr std::string_view protocol_type = "consumer";
constexpr std::int16_t stored_version = 3;

template <class Topic>
std::vector<Topic> by_topic(const std::vector<topic_partition>& list) {
  std::map<std::string, std::vector<partition_id>> grouped;
  for (const auto& where : list) grouped[where.topic].push_back(where.partition);
  std::vector<Topic> topics;
  for (auto& [name, numbers] : grouped) {
    auto& topic = topics.emplace_back();
    topic.topic = name;
    std::ranges::sort(numbers);
    topic.partitions = std::move(numbers);
  }
  return topics;
}

/// A member by itself up to version 2, a list of members from version 3 on (KIP-345).
class leave_group_body final : public request_body {
 public:
  leave_group_body(commit_identity who, std::string reason)
      : who_(std::move(who)), reason_(std::move(reason)) {}
  const protocol::message_info& info() const override { return protocol::leave_group_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    protocol::leave_group_request message;
    message.group_id = who_.group;
    if (version >= 3) {
      auto& member = message.members.emplace_back();
      member.member_id = who_.member;
      member.group_instance_id = who_.instance;
      member.reason = reason_;
    } else {
      message.member_id = who_.member;
    }
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  commit_identity who_;
  std::string reason_;
};

bytes store(const protocol::message_ref& message) {
  protocol::writer out;
  // Cannot fail: every field exists in the version or may be left out.
  (void)protocol::encode_stored(message, stored_version, out);
  return std::move(out.buffer());
}

}  // namespace

std::shared_ptr<request_body> make_join_group(const join_details& details, const assignor_list& assignors) {
  protocol::join_group_request message;
  message.group_id = details.who.group;
  message.member_id = details.who.member;
  message.group_instance_id = details.who.instance;
  message.session_timeout_ms = details.session_timeout_ms;
  message.rebalance_timeout_ms = details.rebalance_timeout_ms;
  message.protocol_type = protocol_type;
  message.reason = details.reason;
  for (const auto& how : assignors) {
    protocol::consumer_protocol_subscription subscription;
    subscription.topics = details.topics;
    subscription.user_data = how->user_data(details.had, details.generation_of_owned);
    subscription.owned_partitions =
        by_topic<protocol::consumer_protocol_subscription::topic_partitions>(details.owned);
    subscription.generation = details.generation_of_owned;
    if (!details.rack.empty()) subscription.rack_id = details.rack;
    auto& offered = message.protocols.emplace_back();
    offered.name = how->name();
    offered.metadata = store(protocol::ref(subscription));
  }
  return std::make_shared<message_body<protocol::join_group_request>>(std::move(message));
}

std::shared_ptr<request_body> make_sync_group(const commit_identity& who, const std::string& protocol,
                                              const group_assignment& assignment) {
  protocol::sync_group_request message;
  message.group_id = who.group;
  message.generation = who.generation;
  message.member_id = who.member;
  message.group_instance_id = who.instance;
  message.protocol_type = protocol_type;
  message.protocol_name = protocol;
  for (const auto& [member, partitions] : assignment) {
    protocol::consumer_protocol_assignment content;
    content.assigned_partitions =
        by_topic<protocol::consumer_protocol_assignment::topic_partitions>(partitions);
    auto& entry = message.assignments.emplace_back();
    entry.member_id = member;
    entry.assignment = store(protocol::ref(content));
  }
  return std::make_shared<message_body<protocol::sync_group_request>>(std::move(message));
}

std::shared_ptr<request_body> make_heartbeat(const commit_identity& who) {
  protocol::heartbeat_request message;
  message.group_id = who.group;
  message.generation = who.generation;
  message.member_id = who.member;
  message.group_instance_id = who.instance;
  return std::make_shared<message_body<protocol::heartbeat_request>>(std::move(message));
}

std::shared_ptr<request_body> make_leave_group(const commit_identity& who, std::string reason) {
  return std::make_shared<leave_group_body>(who, std::move(reason));
}

std::vector<group_subscription> read_members(const protocol::join_group_response& answer,
                                             const assignor& how) {
  std::vector<group_subscription> members;
  std::set<std::string_view> seen;
  for (const auto& from : answer.members) {
    if (!seen.insert(from.member_id).second) continue;
    auto& member = members.emplace_back();
    member.member_id = from.member_id;
    member.instance_id = from.group_instance_id;
    protocol::consumer_protocol_subscription told;
    if (!protocol::decode_stored(protocol::ref(told), from.metadata)) continue;
    member.topics = std::move(told.topics);
    member.generation = told.generation;
    member.rack = std::move(told.rack_id);
    for (const auto& topic : told.owned_partitions) {
      for (const auto number : topic.partitions) member.owned.emplace_back(topic.topic, number);
    }
    if (told.user_data) how.read_user_data(*told.user_data, member);
  }
  return members;
}

result<std::vector<topic_partition>> read_assignment(bytes_view data) {
  std::vector<topic_partition> list;
  if (data.empty()) return list;  // the leader left us out
  protocol::consumer_protocol_assignment content;
  if (const auto read = protocol::decode_stored(protocol::ref(content), data); !read) {
    return error{errc::unexpected_answer, "malformed assignment: " + read.error().message()}.in(
        api::sync_group);
  }
  for (const auto& topic : content.assigned_partitions) {
    for (const auto number : topic.partitions) {
      if (raw(number) >= 0) list.emplace_back(topic.topic, number);
    }
  }
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
  return list;
}

}  // namespace kwire::core
