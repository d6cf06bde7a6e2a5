#include <kwire/protocol/messages/describe_quorum.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using told_partition = protocol::describe_quorum_response::partition;

/// The cluster as a quorum in KRaft: every node is a voter, the controller leads, and those that run have all
/// there is. Brokers pass the request on to the controller, so all answer alike.
void tell(const cluster& state, instant now, told_partition& told) {
  told.leader_id = state.controller();
  told.epoch = leader_epoch{state.controller_epoch()};
  told.error_message.reset();
  std::vector<std::int64_t> ends;
  for (const auto& node : state.nodes()) {
    auto& voter = told.current_voters.emplace_back();
    voter.replica_id = node.id;
    voter.log_end_offset = node.alive ? state.metadata_end() : node.metadata_end;
    voter.last_fetch_timestamp = node.alive ? to_ms(now) : node.stopped_ms;
    voter.last_caught_up_timestamp = voter.last_fetch_timestamp;
    ends.push_back(voter.log_end_offset);
  }
  // What a majority has.
  std::ranges::sort(ends, std::greater<>{});
  told.high_watermark = ends[ends.size() / 2];
}

}  // namespace

void serve_describe_quorum(broker_core& core, const request& what) {
  protocol::describe_quorum_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_quorum_response answer;
  answer.error_code = code(what.injected);
  answer.error_message.reset();
  if (what.injected != broker_errc::none) {
    answer.error_message = std::string{meaning(what.injected)};
    return core.respond(what.token, answer);
  }
  const auto& state = core.state();
  for (const auto& topic : asked.topics) {
    auto& listed = answer.topics.emplace_back();
    listed.topic_name = topic.topic_name;
    for (const auto& partition : topic.partitions) {
      auto& told = listed.partitions.emplace_back();
      told.partition_index = partition.partition_index;
      if (topic.topic_name == "__cluster_metadata" && raw(partition.partition_index) == 0) {
        tell(state, what.now, told);
        continue;
      }
      told.error_code = code(broker_errc::unknown_topic_or_partition);
      told.error_message = std::string{meaning(broker_errc::unknown_topic_or_partition)};
    }
  }
  constexpr std::int16_t first_with_nodes = 2;
  for (const auto& node : state.nodes()) {
    if (what.token.version < first_with_nodes) break;
    auto& told = answer.nodes.emplace_back();
    told.id = node.id;
    auto& listener = told.listeners.emplace_back();
    listener.name = "CONTROLLER";
    listener.host = node.host;
    listener.port = static_cast<std::uint16_t>(node.port);
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
