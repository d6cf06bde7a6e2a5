#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>

namespace kwire::test {

/// Fills every field that `version` has with values drawn from `seed` (edges of the ranges, nulls, empty and
/// long strings, unknown tagged fields) and gives the others their defaults, so that the message encodes.
void generate(protocol::message_ref message, std::int16_t version, std::uint64_t seed);

}  // namespace kwire::test
