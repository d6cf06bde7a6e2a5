#pragma once

#include <kwire/protocol/bytes.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace kwire {

/// Appends `octets` in base64 (RFC 4648 section 4).
void append_base64(std::string& into, bytes_view octets);

/// Reads base64 with its padding; nothing when `text` is none.
std::optional<bytes> from_base64(std::string_view text);

}  // namespace kwire
