#pragma once

#include <kwire/protocol/wire/error.hpp>

#include "core/types.hpp"

namespace kwire::embedded {

/// A message set of magic 0 or 1 as one batch of magic 2 with base offset 0 and the compression of the first
/// message. Fails as reading does, with `bad_crc`, or with `truncated` when there is no whole message.
protocol::wire_result<frame> up_convert(bytes_view message_set, bool check_crc);

/// Batches of magic 2 as the message set of `magic` 0 or 1 that an old client understands. What it has no
/// room for (headers, producer ids) is left out, as Kafka did it.
protocol::wire_result<bytes> down_convert(bytes_view batches, std::int8_t magic);

}  // namespace kwire::embedded
