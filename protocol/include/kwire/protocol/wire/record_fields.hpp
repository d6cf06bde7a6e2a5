#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <optional>
#include <vector>

namespace kwire::protocol {

/// The record sets in a message that has been decoded, in the order of the fields, depth first; nothing
/// stands for a null field. Views into what the message was decoded from.
std::vector<std::optional<bytes_view>> record_fields(message_ref message, std::int16_t version);

}  // namespace kwire::protocol
