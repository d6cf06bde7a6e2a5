#pragma once

#include <cstddef>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/records/batch_view.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/json_reader.hpp>
#include <string>
#include <string_view>

namespace kwire::protocol {

/// A record set as a JSON array with one object a batch (of magic 0 and 1: one a message, a wrapper of
/// compressed ones being one batch), with every fact of its header and its records: absolute offsets and
/// timestamps, key and value in base64. Of a control batch each record also says what it means (`control`).
/// A batch that is cut off at the end is left out.
///
/// Fails, with the position in the set, on what a reader must not believe: a wrong checksum, length, magic,
/// codec, count or compressed content; `too_large` when all batches together decompress to more than `cap`.
[[nodiscard]] wire_result<std::string> records_to_json(bytes_view set, std::size_t cap,
                                                       json_options options = {});

/// Reads every batch and appends it to `out`, written anew: octet for octet the same when it is plain and of
/// create time; otherwise the same records under the same codec. Fails as `records_to_json` does.
[[nodiscard]] wire_result<void> rewrite_records(bytes_view set, std::size_t cap, bytes& out);

/// Appends the batches that a text in the layout of `records_to_json` describes. Only `magic` must be there;
/// the other members default to what the records say or to a batch of no producer. What follows from the rest
/// (`crc`, `sizeInBytes`, `count`, `sequence`, `control`) is not looked at. `out` may hold a part after a
/// refusal.
[[nodiscard]] boost::system::result<void, json_error> records_from_json(std::string_view text, bytes& out);

/// Kafka's name of a control record's type, e.g. `COMMIT`; `UNKNOWN` for a type that has no name yet.
std::string_view name(control_type type) noexcept;

}  // namespace kwire::protocol
