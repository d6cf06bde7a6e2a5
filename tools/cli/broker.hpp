#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kwire::cli {

/// Reads `topic:partitions,...`; one partition where none are given. Throws `usage_error`.
std::vector<std::pair<std::string, std::int32_t>> parse_topics(std::string_view list);

}  // namespace kwire::cli
