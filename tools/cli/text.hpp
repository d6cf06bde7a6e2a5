#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <string>
#include <string_view>

namespace kwire::cli {

/// Replaces `\n`, `\t`, `\r`, `\\`, `\xNN`, and decimal or octal numbers after a backslash, as kcat does.
std::string unescape(std::string_view text);

void append_number(std::string& into, std::int64_t value);

/// A JSON string with its quotes. Octets that are no UTF-8 become U+FFFD, so that the result always is JSON.
void append_json(std::string& into, std::string_view text);

/// Octets as hexadecimal digits.
std::string hex(bytes_view octets);

}  // namespace kwire::cli
