#pragma once

#include <functional>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/reader.hpp>

#include "decode/lines.hpp"

namespace kwire::cli {

/// Where printing a message ended.
struct printed_fields {
  std::optional<protocol::wire_error> error;  ///< why before its end; what stands in front of it is printed
  std::size_t unknown = 0;                    ///< tagged fields that no description has
};

/// Called for the octets of a record set that stand at this offset, to print them at that depth.
using record_set_printer = std::function<void(bytes_view octets, std::size_t at, unsigned depth)>;

/// Prints the fields of a message as they stand on the wire, one a line with its offset, under Kafka's names.
/// It reads the octets itself, by the description and without a message, so that of a broken one everything
/// in front of the fault is shown. Offsets are those of `in`.
printed_fields print_fields(const protocol::message_ref& message, std::int16_t version, protocol::reader& in,
                            unsigned depth, const decode_view& view, const record_set_printer& on_records,
                            lines& out);

}  // namespace kwire::cli
