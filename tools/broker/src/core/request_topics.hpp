#pragma once

#include "core/broker_core.hpp"

namespace kwire::embedded {

/// Whether the request is about the topic: names it, by name or id, or continues a fetch session that has
/// it. A request that does not parse names nothing.
bool names_topic(broker_core& core, const request& what, const std::string& topic);

}  // namespace kwire::embedded
