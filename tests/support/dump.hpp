#pragma once

#include <kwire/protocol/wire/message.hpp>
#include <string>

namespace kwire::test {

/// All that a message holds, whatever the version: two messages are equal when their dumps are.
std::string dump(protocol::message_ref message);

/// Octets as text, and back; blanks between octets are skipped.
std::string to_hex(bytes_view octets);
bytes from_hex(std::string_view text);

}  // namespace kwire::test
