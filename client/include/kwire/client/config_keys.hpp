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

/// A key of the Java client or librdkafka that kwire has no setting for.
struct foreign_config_key {
  std::string name;  ///< with a star at its end: everything that begins so
  std::string peer;
  bool accepted = false;  ///< without effect, as a notice tells; otherwise it is a fault
  std::string harmless;   ///< values, separated by blanks, of which nothing is said
  std::string why;
};
std::vector<foreign_config_key> foreign_config_keys();

/// The keys that belong to a role itself.
std::vector<config_key> config_keys(config_role role);

}  // namespace kwire
