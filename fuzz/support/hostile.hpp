#pragma once

#include <kwire/protocol/messages/all.hpp>

#include "support/input.hpp"

namespace kwire::fuzz {

/// Octets of a request or response of `key`: a message filled with what the input chooses, the same with
/// damage, or any octets. Names that the targets use, small numbers, error codes, edges of ranges, record
/// sets sound and broken: much of it is plausible, so that reactors believe it.
bytes hostile_body(api key, protocol::direction way, std::int16_t version, input& in);

/// A version of the message that the input chooses.
std::int16_t pick_version(const protocol::message_info& info, input& in);

}  // namespace kwire::fuzz
