#include "core/cluster/metadata_snapshot.hpp"

namespace kwire::core {

const topic_info* metadata_snapshot::find(std::string_view topic) const {
  const auto found = topics.find(topic);
  return found == topics.end() ? nullptr : found->second.get();
}

const partition_info* metadata_snapshot::find(std::string_view topic, partition_id partition) const {
  const auto* info = find(topic);
  const auto index = static_cast<std::size_t>(raw(partition));
  if (info == nullptr || raw(partition) < 0 || index >= info->partitions.size()) return nullptr;
  return &info->partitions[index];
}

const broker_info* metadata_snapshot::find(node_id id) const {
  const auto found = brokers.find(id);
  return found == brokers.end() ? nullptr : &found->second;
}

}  // namespace kwire::core
