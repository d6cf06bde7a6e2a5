#pragma once

#include <kwire/client/admin_types.hpp>
#include <string_view>
#include <utility>

namespace kwire::cli {

/// Reads `topic:partition:timestamp`; the topic may hold colons. Throws `usage_error`.
std::pair<topic_partition, offset_query> parse_query(std::string_view text);

}  // namespace kwire::cli
