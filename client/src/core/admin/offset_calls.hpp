#pragma once

#include <map>

#include "core/admin/metadata_call.hpp"

namespace kwire::core {

/// Asks the leaders of these partitions. What is refused because a leader has moved or is being elected is
/// asked for again where metadata says that it is now.
void ask_list_offsets(admin_core& core, const std::map<topic_partition, offset_query>& queries,
                      bool committed_only, time_point deadline, told<found_offsets> done, time_point now);

}  // namespace kwire::core
