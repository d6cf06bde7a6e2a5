#include "core/cluster.hpp"

#include <algorithm>

namespace kwire::embedded {

topic* cluster::find(std::string_view name) noexcept {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

topic* cluster::find(const uuid& id) noexcept {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

topic& cluster::create(const std::string& name, std::size_t partitions, const uuid& id, topic_config config) {
  auto& made = topics_[name];
  made.name = name;
  made.id = id;
  made.config = std::move(config);
  made.partitions.resize(partitions);
  by_id_[id] = &made;
  return made;
}

void cluster::remove(topic& which) {
  by_id_.erase(which.id);
  topics_.erase(topics_.find(which.name));
}

bool is_valid_topic_name(std::string_view name) noexcept {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 249 && name != "." && name != ".." &&
         std::ranges::all_of(name, legal);
}

bool is_internal_topic(std::string_view name) noexcept {
  return name == "__consumer_offsets" || name == "__transaction_state" || name == "__share_group_state";
}

broker_errc check_leader_epoch(leader_epoch claimed, leader_epoch actual) noexcept {
  if (claimed == no_leader_epoch || claimed == actual) return broker_errc::none;
  return raw(claimed) < raw(actual) ? broker_errc::fenced_leader_epoch : broker_errc::unknown_leader_epoch;
}

}  // namespace kwire::embedded
