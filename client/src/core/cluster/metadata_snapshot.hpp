#pragma once

#include <cstdint>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/ids.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kwire::core {

struct broker_info {
  node_id id = no_node;
  std::string host;
  std::uint16_t port = 0;
  std::optional<std::string> rack;
};

struct partition_info {
  node_id leader = no_node;  ///< `no_node` while there is none
  leader_epoch epoch = no_leader_epoch;
  std::vector<node_id> replicas;
  std::vector<node_id> in_sync;
  std::vector<node_id> offline;
  broker_errc error{};
  std::uint8_t rewinds = 0;  ///< answers in a row that claimed an older epoch
};

struct topic_info {
  std::string name;
  uuid id;  ///< zero with brokers that have no topic ids
  bool internal = false;
  broker_errc error{};
  std::vector<partition_info> partitions;  ///< by partition number
};

/// What the cluster looked like at the last refresh. Immutable, shared between threads.
class metadata_snapshot {
 public:
  std::optional<std::string> cluster_id;
  node_id controller = no_node;
  std::map<node_id, broker_info> brokers;
  std::map<std::string, std::shared_ptr<const topic_info>, std::less<>> topics;
  std::unordered_map<uuid, std::string> names;  ///< topic id to name
  std::uint64_t revision = 0;                   ///< grows with every refresh

  const topic_info* find(std::string_view topic) const;
  const partition_info* find(std::string_view topic, partition_id partition) const;
  const broker_info* find(node_id id) const;
};

}  // namespace kwire::core
