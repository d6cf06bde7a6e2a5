#pragma once

#include <kwire/protocol/broker_errc.hpp>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/partition.hpp"
#include "core/topic_config.hpp"

namespace kwire::embedded {

struct topic {
  std::string name;
  uuid id;
  topic_config config;
  std::vector<partition> partitions;

  partition* find(partition_id index) noexcept {
    const auto at = static_cast<std::size_t>(raw(index));  // a negative index becomes a large one
    return at < partitions.size() ? &partitions[at] : nullptr;
  }
};

struct node_address {
  std::string host;
  std::int32_t port = -1;
};

/// One of the brokers that the core plays.
struct broker_node {
  node_id id{1};
  std::string host = "127.0.0.1";
  std::int32_t port = 9092;
  std::optional<std::string> rack{};
  bool alive = true;
  std::vector<node_address> more{};  ///< of its other listeners; `host` and `port` are the first one's

  node_address address(std::size_t listener) const {
    return listener == 0 || listener > more.size() ? node_address{host, port} : more[listener - 1];
  }
};

/// The replicas of each partition of a topic, the preferred leader first.
using placement = std::vector<std::vector<node_id>>;

/// What the cluster consists of: its brokers and its topics.
class cluster {
 public:
  using topic_map = std::map<std::string, topic, std::less<>>;

  /// `nodes` are at least one, with different ids.
  cluster(std::string id, std::vector<broker_node> nodes);

  const std::string& id() const noexcept { return id_; }
  /// In the order of their ids.
  const std::vector<broker_node>& nodes() const noexcept { return nodes_; }
  broker_node* node(node_id id) noexcept;
  const broker_node* node(node_id id) const noexcept;
  bool is_alive(node_id id) const noexcept;
  std::size_t live_nodes() const noexcept;
  /// The living node with the lowest id; -1 when there is none.
  node_id controller() const noexcept;
  /// Partition i has its replicas on node i and those that follow it in a circle, living ones first.
  placement default_placement(std::size_t partitions, std::size_t replicas) const;

  topic_map& topics() noexcept { return topics_; }
  topic* find(std::string_view name) noexcept;
  topic* find(const uuid& id) noexcept;
  /// By name or, where the request's version has ids, by id.
  topic* find(std::string_view name, const uuid& id, bool by_id) noexcept {
    return by_id ? find(id) : find(name);
  }
  static broker_errc unknown(bool by_id) noexcept {
    return by_id ? broker_errc::unknown_topic_id : broker_errc::unknown_topic_or_partition;
  }

  /// `name` is valid and not taken.
  topic& create(const std::string& name, const placement& where, const uuid& id, topic_config config);
  void add_partitions(topic& to, const placement& where);
  void remove(topic& which);
  /// Takes a topic out of sight with all it holds; `show` brings it back. False when there is none, or when
  /// the name has been taken meanwhile.
  bool hide(std::string_view name);
  bool show(std::string_view name);
  bool is_hidden(std::string_view name) const { return hidden_.contains(name); }

 private:
  std::string id_;
  std::vector<broker_node> nodes_;
  topic_map topics_;
  topic_map hidden_;
  std::unordered_map<uuid, topic*> by_id_;
};

/// Kafka's rule: 1 to 249 of [a-zA-Z0-9._-], not "." or "..".
bool is_valid_topic_name(std::string_view name) noexcept;

/// Whether the name is one of Kafka's own topics, to which clients may not write.
bool is_internal_topic(std::string_view name) noexcept;

/// What a current leader epoch in a request says about the requester's metadata; -1 asks for no check.
broker_errc check_leader_epoch(leader_epoch claimed, leader_epoch actual) noexcept;

/// Whether `node` may serve a request that only the leader serves.
broker_errc check_leader(const partition& where, node_id node, leader_epoch claimed) noexcept;

}  // namespace kwire::embedded
