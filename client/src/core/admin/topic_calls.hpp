#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/admin/metadata_call.hpp"

namespace kwire::core {

using created_topics = std::map<std::string, result<created_topic>>;
using deleted_topics = std::map<std::string, result<void>>;

// Asked of the controller; topics that it refuses for the moment are asked for again, the others are not.

void ask_create_topics(admin_core& core, std::vector<new_topic> topics, bool validate_only,
                       time_point deadline, told<created_topics> done, time_point now);

void ask_delete_topics(admin_core& core, std::vector<std::string> names, time_point deadline,
                       told<deleted_topics> done, time_point now);

}  // namespace kwire::core
