#include "network.hpp"

#include <kwire/protocol/wire/reader.hpp>
#include <utility>

namespace kwire::sim {
namespace {

bytes flatten(const core::outgoing_frame& frame) {
  bytes out;
  out.reserve(frame.size());
  std::size_t done = 0;
  const auto head = [&](std::size_t to) {
    out.insert(out.end(), frame.head.begin() + static_cast<std::ptrdiff_t>(done),
               frame.head.begin() + static_cast<std::ptrdiff_t>(to));
    done = to;
  };
  for (const auto& slice : frame.slices) {
    head(slice.at);
    out.insert(out.end(), slice.content.begin(), slice.content.end());
  }
  head(frame.head.size());
  return out;
}

}  // namespace

network::wire* network::find(wire_id id) {
  const auto found = wires_.find(id);
  return found == wires_.end() ? nullptr : &found->second;
}

wire_id network::id_of(host_id host, core::link_id link) const {
  const auto found = by_link_.find({host, link});
  return found == by_link_.end() ? 0 : found->second;
}

void network::open(host_id host, core::link_id link, node_id node, std::uint16_t port) {
  const auto id = ++last_wire_;
  by_link_[{host, link}] = id;
  wire made{};
  made.host = host;
  made.link = link;
  made.node = node;
  made.port = port;
  wires_.emplace(id, std::move(made));
  ++opens_[host];
  log_.note("open", host, static_cast<std::int64_t>(link), raw(node));
  clock_.at(clock_.now() + delay(), [this, id] { try_open(id); });
}

void network::try_open(wire_id id) {
  auto* one = find(id);
  if (one == nullptr || one->open || one->orphan) return;
  if (blocked(*one, way::up)) return;  // as a SYN that nobody sees; `release` tries again
  const auto host = one->host;
  const auto link = one->link;
  if (refusing_.contains(one->node) || !ends_.accepts(one->node) || one->port != port_of(one->node)) {
    by_link_.erase({host, link});
    wires_.erase(id);
    log_.note("refused", host, static_cast<std::int64_t>(link));
    return ends_.refused(host, link);
  }
  one->open = true;
  ends_.connected(id, host, one->node);
  ends_.opened(host, link);
}

void network::write(host_id host, core::link_id link, core::outgoing_frame content) {
  const auto id = id_of(host, link);
  auto* one = find(id);
  if (one == nullptr || one->orphan) return;
  one->unsent.push_back(std::move(content));
  if (std::exchange(one->flushing, true)) return;
  // Only later are the octets read: whoever reuses a buffer that is still being sent is found out.
  clock_.at(clock_.now() + static_cast<micros>(random_.below(100)), [this, id] { flush(id); });
}

void network::flush(wire_id id) {
  auto* one = find(id);
  if (one == nullptr) return;
  one->flushing = false;
  for (auto& frame : std::exchange(one->unsent, {})) push(id, way::up, flatten(frame), false);
}

void network::send(wire_id id, bytes content) {
  if (find(id) != nullptr) push(id, way::down, std::move(content), false);
}

void network::hang_up(wire_id id) {
  auto* one = find(id);
  if (one == nullptr) return;
  one->abandoned = true;
  push(id, way::down, {}, true);
}

void network::close(host_id host, core::link_id link) {
  const auto id = id_of(host, link);
  auto* one = find(id);
  if (one == nullptr) return;
  log_.note("close", host, static_cast<std::int64_t>(link));
  by_link_.erase({host, link});
  if (!one->open) {
    wires_.erase(id);
    return;
  }
  one->orphan = true;
  one->unsent.clear();
  push(id, way::up, {}, true);
}

void network::push(wire_id id, way direction, bytes content, bool end) {
  auto& one = *find(id);
  auto& into = direction == way::up ? one.up : one.down;
  if (into.ended) return;
  into.ended = end;
  const bool slow = has(dripping_, one.host, one.node) && !end && content.size() > 8;
  const auto pieces = slow ? 4 + random_.below(12) : 1;
  const auto step = content.size() / pieces + 1;
  std::size_t from = 0;
  do {
    const auto count = std::min(step, content.size() - from);
    const auto first = content.begin() + static_cast<std::ptrdiff_t>(from);
    const auto wait = slow ? micros{50} * millisecond + delay() : delay();
    const auto due =
        slow ? std::max(into.last_due, clock_.now()) + wait : std::max(into.last_due, clock_.now() + wait);
    into.chunks.push_back({bytes(first, first + static_cast<std::ptrdiff_t>(count)), due, end});
    into.last_due = due;
    schedule(id, direction, due);
    from += count;
  } while (from < content.size());
}

void network::schedule(wire_id id, way direction, micros when) {
  clock_.at(when, [this, id, direction] { arrive(id, direction); });
}

bool network::matches(const wire& one, host_id host, node_id node) const {
  return (host == anybody || one.host == host) && (node == no_node || one.node == node);
}

bool network::has(const std::set<pair>& where, host_id host, node_id node) const {
  return where.contains({host, node}) || where.contains({anybody, node});
}

bool network::blocked(const wire& one, way direction) const {
  if (one.dead || paused_nodes_.contains(one.node) || has(silent_, one.host, one.node)) return true;
  return direction == way::down && paused_hosts_.contains(one.host);
}

void network::arrive(wire_id id, way direction) {
  for (auto* one = find(id); one != nullptr; one = find(id)) {
    auto& from = direction == way::up ? one->up : one->down;
    if (from.chunks.empty() || from.chunks.front().due > clock_.now() || blocked(*one, direction)) return;
    auto next = std::move(from.chunks.front());
    from.chunks.pop_front();
    if (!deliver(id, direction, std::move(next))) return;
  }
}

/// False when the connection is gone.
bool network::deliver(wire_id id, way direction, chunk content) {
  auto* one = find(id);
  if (content.end) {
    const auto copy = std::pair{one->host, one->link};
    const bool told = one->orphan;
    by_link_.erase(copy);
    wires_.erase(id);
    if (direction == way::up) {
      ends_.disconnected(id);
    } else if (!told) {
      ends_.hung_up(copy.first, copy.second);
    }
    return false;
  }
  auto& into = direction == way::up ? one->up : one->down;
  into.inbox.insert(into.inbox.end(), content.content.begin(), content.content.end());
  for (;;) {
    one = find(id);
    if (one == nullptr) return false;
    auto& inbox = (direction == way::up ? one->up : one->down).inbox;
    if (inbox.size() < 4) return true;
    const auto length = static_cast<std::size_t>(protocol::reader::load<std::int32_t>(inbox.data()));
    if (inbox.size() < 4 + length) return true;
    const auto begin = inbox.begin() + 4;
    bytes frame(begin, begin + static_cast<std::ptrdiff_t>(length));
    inbox.erase(inbox.begin(), begin + static_cast<std::ptrdiff_t>(length));
    give(id, direction, std::move(frame));
  }
}

void network::give(wire_id id, way direction, bytes frame) {
  const auto& one = *find(id);
  ++frames_;
  log_.note(direction == way::up ? "request" : "answer", one.host, static_cast<std::int64_t>(one.link));
  log_.mix(frame);
  if (direction == way::up) {
    if (!one.abandoned) ends_.request(id, one.host, std::move(frame), one.orphan);
  } else if (!one.orphan) {
    ends_.answer(one.host, one.link, std::move(frame));
  }
}

}  // namespace kwire::sim
