#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/admin/metadata_call.hpp"

namespace kwire::core {

using group_descriptions = std::map<std::string, result<group_description>>;

/// Asks all brokers; each knows the groups it coordinates.
void ask_list_groups(admin_core& core, time_point deadline, told<group_listings> done, time_point now);

/// Asks each group's coordinator.
void ask_describe_groups(admin_core& core, const std::vector<std::string>& ids, time_point deadline,
                         told<group_descriptions> done, time_point now);

/// All that the group has committed, or these partitions alone.
void ask_group_offsets(admin_core& core, const std::string& group,
                       const std::optional<std::vector<topic_partition>>& partitions, time_point deadline,
                       told<group_offsets> done, time_point now);

/// Committed offsets and log ends of what the group has committed and of `others`.
void ask_lag(admin_core& core, const std::string& group, std::vector<topic_partition> others,
             time_point deadline, told<std::vector<partition_lag>> done, time_point now);

}  // namespace kwire::core
