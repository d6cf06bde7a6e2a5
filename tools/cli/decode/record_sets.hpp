#pragma once

#include <kwire/protocol/frame.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <optional>
#include <vector>

#include "decode/lines.hpp"

namespace kwire::cli {

/// Prints record sets: batches, and in them records with what they hold. Decompression is capped.
class record_sets_printer {
 public:
  explicit record_sets_printer(const decode_view& view) : view_(view) {}

  /// Lines of text; `at` is the set's offset in its frame. False when something in it is broken.
  bool print(bytes_view set, std::size_t at, unsigned depth, lines& out);
  /// A JSON array with an object a batch. Octets are base64, cut at `max_bytes`; `keySize` and `valueSize`
  /// tell how many there are. What is broken is a member `error`, and false is returned.
  bool append(std::string& json, bytes_view set);

 private:
  decode_view view_;
  protocol::decompressor unpacker_;
  bytes storage_;
};

/// The record sets of a message in the order of its fields, depth first; nothing for a null field.
std::vector<std::optional<bytes_view>> record_sets_of(protocol::message_ref message, std::int16_t version);

}  // namespace kwire::cli
