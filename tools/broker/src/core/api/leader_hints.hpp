#pragma once

#include <set>

#include "core/handlers.hpp"

namespace kwire::embedded {

/// KIP-951: an answer to who asked a wrong broker names the leader, and tells where it listens, so that the
/// client need not ask for metadata first.
class leader_hints {
 public:
  template <class Partition>
  void add(Partition& told, const partition& where) {
    told.current_leader.leader_id = where.leader;
    told.current_leader.epoch = where.epoch;
    if (where.leader != no_node) named_.insert(where.leader);
  }

  template <class Response>
  void finish(Response& answer, const broker_core& core, connection_id to) const {
    for (const auto id : named_) {
      const auto* node = core.state().node(id);
      const auto where = core.address(*node, to);
      auto& told = answer.node_endpoints.emplace_back();
      told.id = id;
      told.host = where.host;
      told.port = where.port;
      told.rack = node->rack;
    }
  }

 private:
  std::set<node_id> named_;
};

}  // namespace kwire::embedded
