#pragma once

#include <kwire/protocol/bytes.hpp>

#include "core/connection/link.hpp"

namespace kwire::sim {

/// A machine at the clients' end of the network.
class endpoint {
 public:
  virtual ~endpoint() = default;

  virtual void opened(core::link_id link) = 0;
  virtual void refused(core::link_id link) = 0;
  virtual void answer(core::link_id link, bytes content) = 0;
  virtual void hung_up(core::link_id link) = 0;

  /// The process stands still, or goes on with what has come meanwhile.
  virtual void pause(bool on) = 0;
  virtual bool paused() const = 0;
  /// The process is killed: nothing of it happens any more.
  virtual void kill() = 0;
  virtual bool dead() const = 0;
};

}  // namespace kwire::sim
