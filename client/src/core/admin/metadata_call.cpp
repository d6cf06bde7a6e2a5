#include "core/admin/metadata_call.hpp"

#include <algorithm>
#include <kwire/protocol/messages/metadata.hpp>
#include <utility>

namespace kwire::core {
namespace {

using protocol::metadata_request;
using protocol::metadata_response;

class metadata_body final : public request_body {
 public:
  explicit metadata_body(std::optional<std::vector<std::string>> topics) : topics_(std::move(topics)) {}
  const protocol::message_info& info() const override { return metadata_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    metadata_request message;
    // Version 0 has no null: an empty list means every topic there.
    if (!topics_ && version > 0) message.topics.reset();
    if (topics_) {
      for (const auto& name : *topics_) message.topics->emplace_back().name = name;
    }
    message.allow_auto_topic_creation = version < 4;  // older brokers cannot be told not to
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  std::optional<std::vector<std::string>> topics_;
};

partition_description describe(const metadata_response::partition& from) {
  partition_description part;
  part.id = from.partition_index;
  part.leader = from.leader_id;
  part.epoch = from.epoch;
  part.replicas = from.replica_nodes;
  part.in_sync = from.isr_nodes;
  part.offline = from.offline_replicas;
  if (from.error_code != 0) part.failure = error{static_cast<broker_errc>(from.error_code)};
  return part;
}

result<topic_description> describe(const metadata_response::topic& from) {
  const auto code = static_cast<broker_errc>(from.error_code);
  if (code != broker_errc::none) return error{code}.in(api::metadata).on(from.name.value_or(""));
  topic_description topic;
  topic.name = from.name.value_or("");
  topic.id = from.topic_id;
  topic.internal = from.is_internal;
  for (const auto& part : from.partitions) topic.partitions.push_back(describe(part));
  std::ranges::sort(topic.partitions, {}, &partition_description::id);
  return topic;
}

cluster_metadata describe(const metadata_response& from, node_id answered_by) {
  cluster_metadata all;
  all.cluster.cluster_id = from.cluster_id;
  all.cluster.controller = from.controller_id;
  all.cluster.answered_by = answered_by;
  for (const auto& b : from.brokers) {
    all.cluster.brokers.push_back({b.id, b.host, static_cast<std::uint16_t>(b.port), b.rack});
  }
  std::ranges::sort(all.cluster.brokers, {}, &broker_node::id);
  for (const auto& topic : from.topics) {
    if (topic.name) all.topics.emplace(*topic.name, describe(topic));
  }
  return all;
}

}  // namespace

void ask_metadata(admin_core& core, std::optional<std::vector<std::string>> topics, time_point deadline,
                  told<cluster_metadata> done, time_point now) {
  const auto make = [topics] {
    request asked;
    asked.body = std::make_shared<metadata_body>(topics);
    return asked;
  };
  const auto take = [done](const metadata_response& message, const response& answer,
                           time_point at) -> std::optional<error> {
    const auto code = static_cast<broker_errc>(message.error_code);
    if (code != broker_errc::none) return error{code}.in(api::metadata);
    if (message.brokers.empty())
      return error{errc::not_connected, "the answer names no brokers"}.in(api::metadata);
    done(describe(message, answer.from), at);
    return std::nullopt;
  };
  core.ask(ask_for<metadata_response>(
               core, make, take, [done](const error& why, time_point at) { done(why, at); }, deadline),
           now);
}

void when_reached(admin_core& core, time_point deadline, std::function<void(time_point)> go,
                  std::function<void(const error&, time_point)> give_up, time_point now) {
  if (core.knows_brokers()) return go(now);
  ask_metadata(
      core, std::vector<std::string>{}, deadline,
      [go = std::move(go), give_up = std::move(give_up)](const result<cluster_metadata>& all, time_point at) {
        if (all) return go(at);
        give_up(all.error(), at);
      },
      now);
}

}  // namespace kwire::core
