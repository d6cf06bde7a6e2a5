#pragma once

#include <kwire/protocol/messages/all.hpp>

#include "support/input.hpp"

namespace kwire::fuzz {

/// A message at a version. Two octets choose it: its key (or place in the list, without a key), and the
/// version's distance from the first.
struct selected {
  const protocol::message_entry* entry;
  std::int16_t version;
};
selected select(input& in, protocol::direction way);
/// The two octets that choose `entry` at `version`.
bytes selector(const protocol::message_entry& entry, std::int16_t version);

/// All properties of decoder and encoder for one input: an error within the input, or a value that is
/// written again; sizes as computed; proper prefixes refused (all of short messages, a sample of long
/// ones); memory bound; gathered = copied.
void check_message(const selected& what, bytes_view wire);

}  // namespace kwire::fuzz
