#include <kwire/protocol/messages/offset_for_leader_epoch.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using asked_partition = protocol::offset_for_leader_epoch_request::partition;
using answer_partition = protocol::offset_for_leader_epoch_response::partition;

answer_partition answer(broker_core& core, const request& what, const std::string& name,
                        const asked_partition& asked) {
  answer_partition told;
  told.index = asked.index;
  auto* of = core.state().find(name);
  const auto* where = of == nullptr ? nullptr : of->find(asked.index);
  auto error = refused_topic(core, what, acl_operation::describe, name);
  if (error == broker_errc::none && where == nullptr) error = broker_errc::unknown_topic_or_partition;
  if (error == broker_errc::none) error = check_leader(*where, what.node, asked.current_leader_epoch);
  told.error_code = code(error);
  if (error != broker_errc::none) return told;
  const auto end = where->epochs.end_of(asked.epoch, where->log.end_offset());
  if (what.token.version >= 1) told.epoch = end.epoch;
  told.end_offset = end.end_offset;
  return told;
}

}  // namespace

void serve_offset_for_leader_epoch(broker_core& core, const request& what) {
  protocol::offset_for_leader_epoch_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::offset_for_leader_epoch_response told;
  for (const auto& topic : asked.topics) {
    auto& listed = told.topics.emplace_back();
    listed.name = topic.name;
    for (const auto& partition : topic.partitions) {
      listed.partitions.push_back(answer(core, what, topic.name, partition));
    }
  }
  core.respond(what.token, told);
}

}  // namespace kwire::embedded
