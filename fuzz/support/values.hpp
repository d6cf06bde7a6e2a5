#pragma once

#include <kwire/protocol/wire/message.hpp>

namespace kwire::fuzz {

/// Appends all that a message holds, whatever the version, so that two messages are equal when these octets
/// are. For people there is `test::dump`, which takes ten times as long.
void append_values(protocol::message_ref message, bytes& to);

}  // namespace kwire::fuzz
