#pragma once

#include <vector>

#include "core/admin/metadata_call.hpp"

namespace kwire::core {

/// Settings of brokers are asked of those brokers, all others of any.
void ask_describe_configs(admin_core& core, const std::vector<config_resource>& resources,
                          time_point deadline, told<config_results> done, time_point now);

}  // namespace kwire::core
