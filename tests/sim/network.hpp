#pragma once

#include <deque>
#include <functional>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <map>
#include <set>
#include <vector>

#include "agenda.hpp"
#include "core/backoff.hpp"
#include "core/connection/link.hpp"
#include "trace.hpp"

namespace kwire::sim {

using host_id = std::uint32_t;
using wire_id = std::uint64_t;  ///< of a connection; also its number at the broker

/// What the network tells the machines at its ends.
class network_ends {
 public:
  virtual void opened(host_id host, core::link_id link) = 0;
  virtual void refused(host_id host, core::link_id link) = 0;
  virtual void answer(host_id host, core::link_id link, bytes content) = 0;
  virtual void hung_up(host_id host, core::link_id link) = 0;
  virtual bool accepts(node_id node) = 0;
  virtual void connected(wire_id wire, host_id host, node_id node) = 0;
  /// `orphan`: the client has closed the connection since, what it sent is still on its way.
  virtual void request(wire_id wire, host_id host, bytes content, bool orphan) = 0;
  virtual void disconnected(wire_id wire) = 0;

 protected:
  ~network_ends() = default;
};

/// TCP between hosts and nodes, as bad as it may be: octets of one connection come in order and whole or not
/// at all; everything else is up to chance and faults.
class network {
 public:
  network(agenda& clock, trace& log, std::uint64_t seed, network_ends& ends)
      : clock_(clock), log_(log), random_(seed), ends_(ends) {}

  // From the hosts.
  /// `port`: nobody is there any more when the node has moved to another one.
  void open(host_id host, core::link_id link, node_id node, std::uint16_t port);
  void open(host_id host, core::link_id link, node_id node) { open(host, link, node, port_of(node)); }
  void write(host_id host, core::link_id link, core::outgoing_frame content);
  void close(host_id host, core::link_id link);
  // From the brokers.
  void send(wire_id wire, bytes content);
  void hang_up(wire_id wire);

  // Faults. A host of `anybody` means all hosts.
  static constexpr host_id anybody = 0xffffffff;
  using pair = std::pair<host_id, node_id>;
  void silence(host_id host, node_id node, bool on);
  void drip(host_id host, node_id node, bool on);
  void refuse(node_id node, bool on);
  void pause_node(node_id node, bool on);
  void pause_host(host_id host, bool on);
  /// Breaks a share (percent) of the connections at any octet.
  void cut(host_id host, node_id node, unsigned percent);
  /// The connections fall silent for good; new ones work.
  void kill(host_id host, node_id node);
  void latency(micros base, micros spread) { base_ = base, spread_ = spread; }
  void heal();
  /// The node comes back on another port.
  void move(node_id node) { ports_[node] = static_cast<std::uint16_t>(port_of(node) + 10); }
  std::uint16_t port_of(node_id node) const {
    const auto found = ports_.find(node);
    return found == ports_.end() ? static_cast<std::uint16_t>(9000 + raw(node)) : found->second;
  }
  static node_id node_at(std::uint16_t port) { return node_id{(port - 9000) % 10}; }
  /// The host is gone: its machine answers nothing any more.
  void drop_host(host_id host);

  std::size_t wires() const noexcept { return wires_.size(); }
  std::uint64_t opens(host_id host) { return opens_[host]; }
  std::uint64_t frames() const noexcept { return frames_; }

 private:
  struct chunk {
    bytes content;
    micros due = 0;
    bool end = false;
  };
  struct pipe {
    std::deque<chunk> chunks;
    micros last_due = 0;
    bytes inbox;
    bool ended = false;
  };
  struct wire {
    host_id host;
    core::link_id link;
    node_id node;
    std::uint16_t port = 0;
    bool open = false;
    bool dead = false;       ///< silent for good
    bool orphan = false;     ///< closed by the client
    bool abandoned = false;  ///< closed by the broker
    bool flushing = false;
    std::vector<core::outgoing_frame> unsent;  ///< buffers the socket still reads from
    pipe up, down;
  };
  enum class way : std::uint8_t { up, down };

  micros delay() {
    return base_ + static_cast<micros>(random_.below(static_cast<std::uint64_t>(spread_) + 1));
  }
  wire* find(wire_id id);
  wire_id id_of(host_id host, core::link_id link) const;
  bool matches(const wire& one, host_id host, node_id node) const;
  bool has(const std::set<pair>& where, host_id host, node_id node) const;
  bool blocked(const wire& one, way direction) const;
  void flush(wire_id id);
  void push(wire_id id, way direction, bytes content, bool end);
  void schedule(wire_id id, way direction, micros when);
  void arrive(wire_id id, way direction);
  bool deliver(wire_id id, way direction, chunk content);
  void give(wire_id id, way direction, bytes frame);
  void try_open(wire_id id);
  void break_wire(wire_id id);
  void release();
  std::vector<wire_id> select(host_id host, node_id node) const;

  agenda& clock_;
  trace& log_;
  core::random_source random_;
  network_ends& ends_;
  micros base_ = 200;
  micros spread_ = 800;
  wire_id last_wire_ = 0;
  std::map<wire_id, wire> wires_;
  std::map<std::pair<host_id, core::link_id>, wire_id> by_link_;
  std::set<pair> silent_, dripping_;
  std::set<node_id> refusing_, paused_nodes_;
  std::set<host_id> paused_hosts_;
  std::map<node_id, std::uint16_t> ports_;
  std::map<host_id, std::uint64_t> opens_;
  std::uint64_t frames_ = 0;
};

}  // namespace kwire::sim
