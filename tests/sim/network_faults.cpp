#include <utility>

#include "network.hpp"

// What goes wrong with the network, and how it is put right.

namespace kwire::sim {
namespace {

template <class Set, class Key>
void turn(Set& which, const Key& key, bool on) {
  if (on) {
    which.insert(key);
  } else {
    which.erase(key);
  }
}

}  // namespace

std::vector<wire_id> network::select(host_id host, node_id node) const {
  std::vector<wire_id> chosen;
  for (const auto& [id, one] : wires_) {
    if (matches(one, host, node)) chosen.push_back(id);
  }
  return chosen;
}

void network::silence(host_id host, node_id node, bool on) {
  turn(silent_, pair{host, node}, on);
  if (!on) release();
}

void network::drip(host_id host, node_id node, bool on) { turn(dripping_, pair{host, node}, on); }

void network::refuse(node_id node, bool on) { turn(refusing_, node, on); }

void network::pause_node(node_id node, bool on) {
  turn(paused_nodes_, node, on);
  if (!on) release();
}

void network::pause_host(host_id host, bool on) {
  turn(paused_hosts_, host, on);
  if (!on) release();
}

void network::cut(host_id host, node_id node, unsigned percent) {
  for (const auto id : select(host, node)) {
    if (random_.below(100) < percent) break_wire(id);
  }
}

void network::kill(host_id host, node_id node) {
  for (const auto id : select(host, node)) find(id)->dead = true;
}

void network::heal() {
  silent_.clear();
  dripping_.clear();
  refusing_.clear();
  paused_nodes_.clear();
  paused_hosts_.clear();
  std::vector<wire_id> dead;
  for (const auto& [id, one] : wires_) {
    if (one.dead) dead.push_back(id);
  }
  for (const auto id : dead) break_wire(id);
  release();
}

/// Each end gets what happened to have arrived: any number of octets of what was under way.
void network::break_wire(wire_id id) {
  for (const auto direction : {way::up, way::down}) {
    auto* one = find(id);
    if (one == nullptr) return;
    auto& from = direction == way::up ? one->up : one->down;
    bytes under_way;
    for (const auto& next : from.chunks)
      under_way.insert(under_way.end(), next.content.begin(), next.content.end());
    from.chunks.clear();
    if (one->dead || !one->open) continue;
    under_way.resize(static_cast<std::size_t>(random_.below(under_way.size() + 1)));
    if (!deliver(id, direction, {std::move(under_way), 0, false})) return;
  }
  const auto* one = find(id);
  if (one == nullptr) return;
  const auto host = one->host;
  const auto link = one->link;
  const bool open = one->open;
  const bool orphan = one->orphan;
  log_.note("broken", host, static_cast<std::int64_t>(link));
  by_link_.erase({host, link});
  wires_.erase(id);
  if (open) ends_.disconnected(id);
  if (!orphan) ends_.hung_up(host, link);
}

void network::release() {
  for (const auto id : select(anybody, no_node)) {
    const auto* one = find(id);
    if (one == nullptr) continue;
    if (!one->open) {
      clock_.at(clock_.now() + delay(), [this, id] { try_open(id); });
    } else {
      schedule(id, way::up, clock_.now());
      schedule(id, way::down, clock_.now());
    }
  }
}

void network::drop_host(host_id host) {
  for (const auto id : select(host, no_node)) {
    by_link_.erase({host, find(id)->link});
    const bool open = find(id)->open;
    wires_.erase(id);
    if (open) ends_.disconnected(id);
  }
}

}  // namespace kwire::sim
