#pragma once

#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <string>
#include <utility>
#include <vector>

namespace kwire::cli {

/// What filters and statistics ask of a message of any kind.
struct frame_facts {
  std::vector<std::string> topics;                         ///< by name
  std::vector<uuid> topic_ids;                             ///< those without a name beside them
  std::vector<std::pair<uuid, std::string>> named_topics;  ///< both, as in Metadata answers
  std::size_t errors = 0;                                  ///< error codes that are not 0
  std::size_t unknown = 0;                                 ///< tagged fields that no description has
};

/// Whether the message has fields that are not shown unless asked for.
bool may_hold_secrets(const protocol::type_info* type, std::int16_t version);

frame_facts facts_of(protocol::message_ref message, std::int16_t version);

}  // namespace kwire::cli
