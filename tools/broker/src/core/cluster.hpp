#pragma once

#include <kwire/protocol/broker_errc.hpp>
#include <map>
#include <unordered_map>

#include "core/partition_log.hpp"
#include "core/producer_states.hpp"
#include "core/topic_config.hpp"

namespace kwire::embedded {

struct partition {
  partition_log log;
  producer_states producers;
  leader_epoch epoch{0};
};

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

/// How the one broker presents itself.
struct broker_identity {
  node_id id{1};
  std::string host = "127.0.0.1";
  std::int32_t port = 9092;
  std::string cluster_id = "kwire-embedded-broker";
};

/// What the cluster consists of: its broker and its topics.
class cluster {
 public:
  using topic_map = std::map<std::string, topic, std::less<>>;

  explicit cluster(broker_identity self) : self_(std::move(self)) {}

  const broker_identity& self() const noexcept { return self_; }
  broker_identity& self() noexcept { return self_; }
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
  topic& create(const std::string& name, std::size_t partitions, const uuid& id, topic_config config);
  void remove(topic& which);

 private:
  broker_identity self_;
  topic_map topics_;
  std::unordered_map<uuid, topic*> by_id_;
};

/// Kafka's rule: 1 to 249 of [a-zA-Z0-9._-], not "." or "..".
bool is_valid_topic_name(std::string_view name) noexcept;

/// Whether the name is one of Kafka's own topics, to which clients may not write.
bool is_internal_topic(std::string_view name) noexcept;

/// What a current leader epoch in a request says about the requester's metadata; -1 asks for no check.
broker_errc check_leader_epoch(leader_epoch claimed, leader_epoch actual) noexcept;

}  // namespace kwire::embedded
