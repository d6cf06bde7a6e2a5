#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>

#include "core/api/offset_storing.hpp"
#include "core/later.hpp"

namespace kwire::embedded {
namespace {

constexpr std::int16_t first_with_topic_ids = 10;
constexpr std::int16_t first_with_many_groups = 8;

broker_errc check_commit(broker_core& core, const request& what,
                         const protocol::offset_commit_request& asked) {
  if (what.injected != broker_errc::none) return what.injected;
  if (asked.group_id.empty()) return broker_errc::invalid_group_id;
  const auto elsewhere = core.check_coordinator(what, coordinator_kind::group, asked.group_id);
  if (elsewhere != broker_errc::none) return elsewhere;
  return core.groups().may_commit(asked.group_id, asked.member_id, asked.group_instance_id,
                                  asked.generation_id_or_member_epoch, what.token.version, what.now);
}

/// The offset of one partition; the two forms of the answer have the same fields.
template <class Partition>
Partition committed(broker_core& core, const group* of, const std::string& name, partition_id index,
                    broker_errc error, bool require_stable) {
  if (of != nullptr && error == broker_errc::none && require_stable &&
      core.groups().is_unstable(*of, name, index)) {
    error = broker_errc::unstable_offset_commit;
  }
  Partition told;
  told.partition_index = index;
  told.committed_offset = -1;
  told.metadata = "";
  told.error_code = code(error);
  if (of == nullptr || error != broker_errc::none) return told;
  if (const auto found = of->offsets.find({name, index}); found != of->offsets.end()) {
    told.committed_offset = found->second.offset;
    told.committed_leader_epoch = found->second.epoch;
    told.metadata = found->second.metadata;
  }
  return told;
}

/// All offsets of the group, when the request names no topics.
template <class Topic, class Partition>
void list_all(broker_core& core, const request& what, const group* of, std::vector<Topic>& into,
              bool require_stable) {
  if (of == nullptr) return;
  for (const auto& [key, offset] : of->offsets) {
    if (refused_topic(core, what, acl_operation::describe, key.first) != broker_errc::none) continue;
    if (into.empty() || into.back().name != key.first) {
      into.emplace_back().name = key.first;
      if constexpr (requires { into.back().topic_id; }) {
        if (const auto* known = core.state().find(key.first)) into.back().topic_id = known->id;
      }
    }
    into.back().partitions.push_back(
        committed<Partition>(core, of, key.first, key.second, broker_errc::none, require_stable));
  }
}

void answer_one(broker_core& core, const request& what, const protocol::offset_fetch_request& asked,
                protocol::offset_fetch_response& answer) {
  using told_topic = protocol::offset_fetch_response::topic;
  using told_partition = protocol::offset_fetch_response::partition;
  const auto* of = core.groups().find(asked.group_id);
  auto refused = refused_group(core, what, acl_operation::describe, asked.group_id);
  if (refused == broker_errc::none) {
    refused = refused_by_coordinator(core, what, coordinator_kind::group, asked.group_id);
  }
  const bool has_top_error = what.token.version >= 2;
  if (has_top_error && refused != broker_errc::none) {
    answer.error_code = code(refused);
    return;
  }
  if (!asked.topics)
    return list_all<told_topic, told_partition>(core, what, of, answer.topics, asked.require_stable);
  for (const auto& topic : *asked.topics) {
    auto& told = answer.topics.emplace_back();
    told.name = topic.name;
    const auto denied = refused_topic(core, what, acl_operation::describe, topic.name);
    const auto error = refused != broker_errc::none ? refused : denied;
    for (const auto index : topic.partition_indexes) {
      told.partitions.push_back(
          committed<told_partition>(core, of, topic.name, index, error, asked.require_stable));
    }
  }
}

void answer_group(broker_core& core, const request& what, const protocol::offset_fetch_request::group& asked,
                  bool require_stable, protocol::offset_fetch_response::group& answer) {
  using told_topic = protocol::offset_fetch_response::group_topic;
  using told_partition = protocol::offset_fetch_response::group_partition;
  const bool by_id = what.token.version >= first_with_topic_ids;
  answer.group_id = asked.group_id;
  auto refused = refused_group(core, what, acl_operation::describe, asked.group_id);
  if (refused == broker_errc::none) {
    refused = refused_by_coordinator(core, what, coordinator_kind::group, asked.group_id);
  }
  const auto* modern = core.groups().find_consumer(asked.group_id);
  if (refused == broker_errc::none && modern != nullptr) {
    refused = modern->may_fetch(asked.member_id, asked.member_epoch);
  }
  answer.error_code = code(refused);
  if (refused != broker_errc::none) return;
  const auto* of = core.groups().find(asked.group_id);
  if (!asked.topics)
    return list_all<told_topic, told_partition>(core, what, of, answer.topics, require_stable);
  for (const auto& topic : *asked.topics) {
    auto& told = answer.topics.emplace_back();
    told.name = topic.name;
    told.topic_id = topic.topic_id;
    const auto* known = by_id ? core.state().find(topic.topic_id) : nullptr;
    const auto& name = known != nullptr ? known->name : topic.name;
    const auto error = by_id && known == nullptr ? broker_errc::unknown_topic_id
                                                 : refused_topic(core, what, acl_operation::describe, name);
    for (const auto index : topic.partition_indexes) {
      told.partitions.push_back(committed<told_partition>(core, of, name, index, error, require_stable));
    }
  }
}

}  // namespace

void serve_offset_commit(broker_core& core, const request& what) {
  protocol::offset_commit_request asked;
  if (!read_body(core, what, asked)) return;
  const bool by_id = what.token.version >= first_with_topic_ids;
  auto* of = core.groups().find(asked.group_id);
  const auto refused = check_commit(core, what, asked);
  if (refused == broker_errc::none && of == nullptr) of = &core.groups().find_or_create(asked.group_id);
  std::optional<instant> expires;
  if (asked.retention_time_ms >= 0) expires = later(what.now, asked.retention_time_ms);
  const auto answer = store_offsets(core, what, asked, refused, by_id, [&](const auto& where, auto offset) {
    offset.expires = expires;
    core.groups().commit_offset(*of, where, std::move(offset));
  });
  core.respond(what.token, answer);
  if (of != nullptr) core.groups().settle(*of);
}

void serve_offset_fetch(broker_core& core, const request& what) {
  protocol::offset_fetch_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::offset_fetch_response answer;
  if (what.token.version < first_with_many_groups) {
    answer_one(core, what, asked, answer);
  } else {
    for (const auto& group : asked.groups) {
      answer_group(core, what, group, asked.require_stable, answer.groups.emplace_back());
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
