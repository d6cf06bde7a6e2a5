#pragma once

#include <string>
#include <vector>

namespace kwire {

/// Handles that take properties. Each takes the client's keys too unless it is made on a shared client.
enum class config_role : unsigned char { client, producer, consumer, admin };

/// What is to be known of a property, for help texts and for programs that sort properties by handle.
struct config_key {
  std::string name;
  std::string aliases;  ///< other accepted names, separated by blanks
  std::string type;
  std::string fallback;  ///< the default
  std::string range;
  std::string doc;
};

/// The keys that belong to a role itself.
std::vector<config_key> config_keys(config_role role);

}  // namespace kwire
