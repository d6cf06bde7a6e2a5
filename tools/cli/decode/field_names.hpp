#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kwire::cli {

/// What a number in a field means, e.g. `NOT_LEADER_OR_FOLLOWER`; empty when it means just itself. `message`
/// is Kafka's name of the message, `field` the description's.
std::string meaning_of(std::string_view message, std::string_view field, std::int64_t value);

}  // namespace kwire::cli
