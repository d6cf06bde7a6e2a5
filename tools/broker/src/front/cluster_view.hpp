#pragma once

#include <boost/json/object.hpp>

#include "core/broker_core.hpp"

namespace kwire::embedded {

/// Brokers, topics with their leaders, groups, transactions and the faults that wait; `protocols` names the
/// listeners.
boost::json::object view_cluster(broker_core& core, const std::vector<std::string>& protocols);

}  // namespace kwire::embedded
