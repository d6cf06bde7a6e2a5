#include "core/producer/broker_patience.hpp"

#include <algorithm>

namespace kwire::core {

void broker_patience::sent(node_id node, time_point now) {
  if (limit_.count() == 0) return;
  auto& broker = brokers_[node];
  if (broker.since == never) broker.since = now;
  ++broker.under_way;
  broker.idle = never;
}

void broker_patience::returned(node_id node, bool answered, time_point now) {
  if (limit_.count() == 0) return;
  auto& broker = brokers_[node];
  if (broker.under_way > 0) --broker.under_way;
  if (answered) {
    broker.since = broker.under_way > 0 ? now : never;
    broker.late = false;
  } else if (broker.under_way == 0) {
    broker.idle = now;
  }
}

bool broker_patience::is_late(node_id node) const {
  const auto found = brokers_.find(node);
  return found != brokers_.end() && found->second.late;
}

time_point broker_patience::deadline_of(const state& broker) const {
  if (broker.idle != never) return broker.idle + limit_;
  return broker.late || broker.since == never ? never : broker.since + limit_;
}

std::vector<node_id> broker_patience::poll(time_point now) {
  std::vector<node_id> changed;
  for (auto& [node, broker] : brokers_) {
    if (now >= deadline_of(broker)) {
      broker.late = broker.idle == never;
      if (!broker.late) broker.since = broker.idle = never;
    }
    if (broker.late != broker.told_late) changed.push_back(node);
    broker.told_late = broker.late;
  }
  return changed;
}

time_point broker_patience::next_deadline() const {
  auto next = never;
  for (const auto& [node, broker] : brokers_) next = std::min(next, deadline_of(broker));
  return next;
}

}  // namespace kwire::core
