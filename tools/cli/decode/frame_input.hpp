#pragma once

#include <functional>
#include <kwire/protocol/bytes.hpp>
#include <string_view>
#include <vector>

namespace kwire::cli {

/// How octets are written in the input.
enum class octet_form { automatic, hex, base64, raw };

/// Throws `usage_error`.
octet_form parse_octet_form(std::string_view name);

/// The octets that a text means. Hex may have blanks, colons and `0x` in it; base64 line breaks. In
/// `automatic` form what is neither is taken as it is. Throws `failure` telling the place that is wrong.
bytes read_octets(std::string_view text, octet_form form);

/// Cuts octets into frames: those with their length in front, if that is so for all of them; else one frame.
/// `reads` says whether octets are a whole frame, which settles what could be both.
std::vector<bytes_view> split_frames(bytes_view octets, const std::function<bool(bytes_view)>& reads);

/// The frames of a whole input: its octets taken together, or else, when only that gives frames, line by
/// line. Every frame is a copy. Throws as `read_octets`.
std::vector<bytes> read_frames(std::string_view text, octet_form form,
                               const std::function<bool(bytes_view)>& reads);

}  // namespace kwire::cli
