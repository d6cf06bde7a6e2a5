#pragma once

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {

/// What OffsetCommit and TxnOffsetCommit have in common: checks each partition's offset, unless the request
/// is refused as a whole, has `put(key, offset)` store it, and tells the outcomes in the request's order.
template <class Request, class Put>
typename Request::response store_offsets(broker_core& core, const request& what, const Request& asked,
                                         broker_errc refused, bool by_id, Put&& put) {
  const auto store = [&](topic* where, const auto& offset) {
    if (where == nullptr) return cluster::unknown(by_id);
    if (where->find(offset.partition_index) == nullptr) return broker_errc::unknown_topic_or_partition;
    const auto& metadata = offset.committed_metadata;
    if (metadata && metadata->size() > core.options().groups.max_metadata_bytes) {
      return broker_errc::offset_metadata_too_large;
    }
    put(group_coordinator::offset_key{where->name, offset.partition_index},
        committed_offset{offset.committed_offset, offset.committed_leader_epoch, metadata.value_or(""),
                         what.now});
    return broker_errc::none;
  };
  typename Request::response answer;
  for (const auto& topic : asked.topics) {
    auto& told = answer.topics.emplace_back();
    told.name = topic.name;
    told.topic_id = topic.topic_id;
    auto* where = core.state().find(topic.name, topic.topic_id, by_id);
    auto denied = refused;
    if (denied == broker_errc::none && (where != nullptr || !by_id)) {
      denied = refused_topic(core, what, acl_operation::read, where == nullptr ? topic.name : where->name);
    }
    for (const auto& partition : topic.partitions) {
      auto& result = told.partitions.emplace_back();
      result.partition_index = partition.partition_index;
      result.error_code = code(denied != broker_errc::none ? denied : store(where, partition));
    }
  }
  return answer;
}

}  // namespace kwire::embedded
