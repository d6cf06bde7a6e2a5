#pragma once

#include <cstddef>
#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/wire/error.hpp>

namespace kwire::protocol {

/// Appends to `out` what brokers before 0.11 understand: the records of one magic 2 batch as a message set
/// of `magic` 0 or 1, plain, or inside one wrapper message when `how` names a codec. Offsets are those of
/// the batch. Timestamps are lost in magic 0. Old formats are read back through `record_set`.
///
/// Fails with `not_representable` (path `headers`, `producer_id`, `control`, `compression` or `magic`) when
/// the old format has no room for what the batch holds, with `too_large` when a compressed `batch` has more
/// than `cap` octets inside, else as reading does; `out` is unchanged then.
[[nodiscard]] wire_result<void> down_convert(bytes_view batch, std::int8_t magic, compression how,
                                             compressor& packer, decompressor& unpacker, std::size_t cap,
                                             bytes& out);

}  // namespace kwire::protocol
