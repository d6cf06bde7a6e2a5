#include "core/admin/group_calls.hpp"

#include <algorithm>
#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <memory>
#include <utility>

namespace kwire::core {
namespace {

using protocol::describe_groups_request;
using protocol::describe_groups_response;
using protocol::list_groups_request;
using protocol::list_groups_response;

struct list_job {
  group_listings all;
  std::size_t waiting = 0;
  bool any = false;
  told<group_listings> done;

  void one_less(time_point now) {
    if (--waiting > 0) return;
    if (!any && !all.failures.empty()) return done(all.failures.begin()->second, now);
    std::ranges::sort(all.groups, {}, &group_listing::id);
    done(std::move(all), now);
  }
};

void list_of_broker(admin_core& core, const std::shared_ptr<list_job>& job, node_id node, time_point deadline,
                    time_point now) {
  const auto make = [node] {
    request asked;
    asked.body = std::make_shared<message_body<list_groups_request>>(list_groups_request{});
    asked.to = destination::broker(node);
    return asked;
  };
  const auto take = [job, node](const list_groups_response& message, const response&,
                                time_point at) -> std::optional<error> {
    if (message.error_code != 0)
      return error{static_cast<broker_errc>(message.error_code)}.in(api::list_groups);
    for (const auto& g : message.groups) {
      group_listing listing;
      listing.id = g.group_id;
      listing.protocol_type = g.protocol_type;
      listing.state = g.group_state;
      listing.type = g.group_type;
      listing.coordinator = node;
      job->all.groups.push_back(std::move(listing));
    }
    job->any = true;
    job->one_less(at);
    return std::nullopt;
  };
  const auto give_up = [job, node](const error& why, time_point at) {
    job->all.failures.emplace(node, why);
    job->one_less(at);
  };
  core.ask(ask_for<list_groups_response>(core, make, take, give_up, deadline), now);
}

/// What members of consumer groups exchange. Other kinds of groups have formats of their own, and a member
/// may send anything: what does not parse is left out.
void read_member_state(const describe_groups_response::member& from, group_member& into) {
  protocol::consumer_protocol_subscription subscription;
  if (protocol::decode_stored(protocol::ref(subscription), from.member_metadata))
    into.topics = subscription.topics;
  protocol::consumer_protocol_assignment assignment;
  if (!protocol::decode_stored(protocol::ref(assignment), from.member_assignment)) return;
  for (const auto& topic : assignment.assigned_partitions) {
    for (const auto number : topic.partitions) into.assignment.emplace_back(topic.topic, number);
  }
  std::ranges::sort(into.assignment);
}

group_description describe(const describe_groups_response::group& from) {
  group_description group;
  group.id = from.group_id;
  group.state = from.group_state;
  group.protocol_type = from.protocol_type;
  group.protocol = from.protocol_data;
  for (const auto& m : from.members) {
    auto& member = group.members.emplace_back();
    member.id = m.member_id;
    member.instance_id = m.group_instance_id;
    member.client_id = m.client_id;
    member.host = m.client_host;
    if (from.protocol_type == "consumer") read_member_state(m, member);
  }
  return group;
}

struct describe_job {
  group_descriptions all;
  std::size_t waiting = 0;
  told<group_descriptions> done;

  void settle(const std::string& id, result<group_description> outcome, time_point now) {
    all.emplace(id, std::move(outcome));
    if (--waiting > 0) return;
    done(std::move(all), now);
  }
};

void describe_one(admin_core& core, const std::shared_ptr<describe_job>& job, const std::string& id,
                  time_point deadline, time_point now) {
  const auto make = [id] {
    describe_groups_request message;
    message.groups = {id};
    request asked;
    asked.body = std::make_shared<message_body<describe_groups_request>>(std::move(message));
    asked.to = destination::group(id);
    return asked;
  };
  const auto take = [job, id](const describe_groups_response& message, const response&,
                              time_point at) -> std::optional<error> {
    if (message.groups.size() != 1) {
      return error{errc::unexpected_answer, "one group was asked for"}.in(api::describe_groups);
    }
    const auto& only = message.groups.front();
    const auto code = static_cast<broker_errc>(only.error_code);
    if (code != broker_errc::none) {
      return error{code, only.error_message.value_or("")}.in(api::describe_groups).on(id);
    }
    job->settle(id, describe(only), at);
    return std::nullopt;
  };
  const auto give_up = [job, id](const error& why, time_point at) { job->settle(id, why, at); };
  core.ask(ask_for<describe_groups_response>(core, make, take, give_up, deadline), now);
}

}  // namespace

void ask_list_groups(admin_core& core, time_point deadline, told<group_listings> done, time_point now) {
  auto job = std::make_shared<list_job>();
  job->done = std::move(done);
  ask_metadata(
      core, std::vector<std::string>{}, deadline,
      [&core, job, deadline](const result<cluster_metadata>& all, time_point at) {
        if (!all) return job->done(all.error(), at);
        job->waiting = all->cluster.brokers.size();
        for (const auto& broker : all->cluster.brokers) list_of_broker(core, job, broker.id, deadline, at);
      },
      now);
}

void ask_describe_groups(admin_core& core, const std::vector<std::string>& ids, time_point deadline,
                         told<group_descriptions> done, time_point now) {
  std::vector<std::string> distinct = ids;
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.empty()) return done(group_descriptions{}, now);
  auto job = std::make_shared<describe_job>();
  job->waiting = distinct.size();
  job->done = std::move(done);
  for (const auto& id : distinct) describe_one(core, job, id, deadline, now);
}

}  // namespace kwire::core
