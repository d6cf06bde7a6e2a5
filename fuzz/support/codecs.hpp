#pragma once

#include <kwire/protocol/records/compression.hpp>

#include "support/input.hpp"

namespace kwire::fuzz {

/// Decompresses under several caps; then compresses the same octets and reads them back.
void check_codec(protocol::codec type, bytes_view octets,
                 protocol::lz4_flavor lz4 = protocol::lz4_flavor::standard,
                 protocol::snappy_flavor snappy = protocol::snappy_flavor::xerial);

}  // namespace kwire::fuzz
