#pragma once

#include <kwire/protocol/wire/message.hpp>

#include "support/input.hpp"

namespace kwire::fuzz {

/// Changes one thing of a message that `version` can express: a number to an edge of its type, a string, the
/// length of an array, null or not, an unknown tagged field. `seed` decides.
void mutate(protocol::message_ref message, std::int16_t version, std::uint64_t seed);

// Bodies of LLVMFuzzerCustomMutator: change `data` in place and give its new size.

/// For inputs that are `before` octets, the choice of a message of `way`, and the message: what decodes is
/// changed as a value as a rule, sometimes moved to another version; else octets are changed.
std::size_t mutate_message(protocol::direction way, std::size_t before, std::uint8_t* data, std::size_t size,
                           std::size_t max_size, unsigned seed);

/// For inputs that are `before` octets and a record set: octets are changed; half of the time the last length
/// is made to fit again, and half of the time the checksums are made right again.
std::size_t mutate_records(std::size_t before, std::uint8_t* data, std::size_t size, std::size_t max_size,
                           unsigned seed);

}  // namespace kwire::fuzz
