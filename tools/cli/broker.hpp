#pragma once

#include <cstdint>
#include <kwire/broker/broker_options.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kwire::cli {

/// Reads `topic:partitions,...`; one partition where none are given. Throws `usage_error`.
std::vector<std::pair<std::string, std::int32_t>> parse_topics(std::string_view list);

/// Reads `name:password`; the password may have colons. Throws `usage_error`.
std::pair<std::string, std::string> parse_user(std::string_view text);

/// What happened to a client, in a line.
std::string describe(const broker_client_event& e);

}  // namespace kwire::cli
