#pragma once

#include <kwire/protocol/wire/error.hpp>

#include "core/types.hpp"

namespace kwire::embedded {

/// A message set of magic 0 or 1 as one batch of magic 2 with base offset 0 and the compression of the first
/// message. Fails as reading does, with `bad_crc`, with `too_large` when all together decompresses to more
/// than `cap` octets, or with `truncated` when there is no whole message.
protocol::wire_result<frame> up_convert(bytes_view message_set, bool check_crc,
                                        std::size_t cap = decompressed_cap);

/// Batches of magic 2 as the message set of `magic` 0 or 1 that an old client understands. What it has no
/// room for (headers, producer ids) is left out, as Kafka did it. Ends before the batch with which more than
/// `cap` octets would be decompressed; fails with `too_large` when that is the first.
protocol::wire_result<bytes> down_convert(bytes_view batches, std::int8_t magic,
                                          std::size_t cap = decompressed_cap);

}  // namespace kwire::embedded
