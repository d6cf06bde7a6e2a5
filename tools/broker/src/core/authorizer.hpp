#pragma once

#include "core/broker_core.hpp"

namespace kwire::embedded {

/// What the request is refused with as a whole because its sender may not do something of it; none when it
/// may. Kafka refuses topic by topic.
broker_errc authorize(broker_core& core, const request& what);

}  // namespace kwire::embedded
