#include <algorithm>
#include <kwire/protocol/messages/delete_records.hpp>
#include <kwire/protocol/messages/describe_log_dirs.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

broker_errc remove_before(broker_core& core, topic& of, partition_id index, std::int64_t offset,
                          instant now) {
  constexpr std::int64_t everything = -1;
  auto& where = *of.find(index);
  if (offset == everything) offset = where.high_watermark;
  if (offset < 0 || offset > where.high_watermark) return broker_errc::offset_out_of_range;
  where.log.delete_before(offset);
  core.grown(of, index, now);
  return broker_errc::none;
}

using told_dir = protocol::describe_log_dirs_response::result;

void list(const topic& of, partition_id index, node_id node, told_dir& told) {
  const auto at = static_cast<std::size_t>(raw(index));
  if (at >= of.partitions.size() || !of.partitions[at].has_replica(node)) return;
  const auto& where = of.partitions[at];
  if (told.topics.empty() || told.topics.back().name != of.name) told.topics.emplace_back().name = of.name;
  auto& listed = told.topics.back().partitions.emplace_back();
  listed.partition_index = index;
  listed.partition_size = static_cast<std::int64_t>(where.log.bytes());
  if (where.leader != node) listed.offset_lag = where.log.end_offset() - where.high_watermark;
}

}  // namespace

void serve_delete_records(broker_core& core, const request& what) {
  protocol::delete_records_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::delete_records_response answer;
  for (const auto& topic : asked.topics) {
    auto& listed = answer.topics.emplace_back();
    listed.name = topic.name;
    auto* of = core.state().find(topic.name);
    for (const auto& partition : topic.partitions) {
      const auto* where = of == nullptr ? nullptr : of->find(partition.partition_index);
      auto error = refused_topic(core, what, acl_operation::remove, topic.name);
      if (error == broker_errc::none && where == nullptr) error = broker_errc::unknown_topic_or_partition;
      if (error == broker_errc::none) error = check_leader(*where, what.node, no_leader_epoch);
      if (error == broker_errc::none) {
        error = remove_before(core, *of, partition.partition_index, partition.offset, what.now);
      }
      auto& told = listed.partitions.emplace_back();
      told.partition_index = partition.partition_index;
      told.error_code = code(error);
      told.low_watermark = error == broker_errc::none ? where->log.start_offset() : -1;
    }
  }
  core.respond(what.token, answer);
}

/// Each node has one "directory", in memory.
void serve_describe_log_dirs(broker_core& core, const request& what) {
  protocol::describe_log_dirs_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_log_dirs_response answer;
  constexpr std::int16_t first_with_top_error = 3;
  if (what.token.version >= first_with_top_error) answer.error_code = code(what.injected);
  if (what.injected != broker_errc::none) return core.respond(what.token, answer);
  auto& told = answer.results.emplace_back();
  told.log_dir = "memory";
  if (core.conditions().has_full_disk(what.node)) told.error_code = code(broker_errc::kafka_storage_error);
  if (asked.topics) {
    for (const auto& topic : *asked.topics) {
      const auto* of = core.state().find(topic.name);
      if (of == nullptr) continue;
      for (const auto index : topic.partitions) list(*of, index, what.node, told);
    }
  } else {
    for (const auto& [name, of] : core.state().topics()) {
      for (std::size_t i = 0; i < of.partitions.size(); ++i) {
        list(of, partition_id{static_cast<std::int32_t>(i)}, what.node, told);
      }
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
