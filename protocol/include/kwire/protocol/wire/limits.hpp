#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <string>

namespace kwire::protocol {

/// Octets of memory that an octet of input can cost at most when a message is decoded into a fresh object,
/// the object itself aside, and the field where that is.
struct memory_limit {
  double ratio = 1;
  std::string path;  ///< empty where unknown tagged fields cost most
};

/// Computed from the description: the size of each array's elements against the fewest octets they take.
memory_limit memory_limit_of(message_ref message, std::int16_t version);

}  // namespace kwire::protocol
