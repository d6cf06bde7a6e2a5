#pragma once

#include <kwire/protocol/records/batch_view.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/wire/writer.hpp>

namespace kwire::protocol {

/// Writes one batch of any magic with exactly the header it is given: for tools that read a batch, or its
/// description, and write it again. Producers use `batch_builder`.
class batch_encoder {
 public:
  /// Of the header counts everything but sizes, checksum, number of records, `raw` and `body`.
  explicit batch_encoder(const batch_view& header) : header_(header) {}

  /// Offset and timestamp are absolute. An uncompressed message of magic 0 or 1 has exactly one record.
  void add(const record_view& record);

  /// Appends the batch. Fails with `not_representable` (path `compression`) when the magic has no such codec.
  [[nodiscard]] wire_result<void> finish(compressor& with, bytes& out);

 private:
  void add_legacy(const record_view& record);
  void finish_batch(bytes_view body, bytes& out) const;
  void finish_wrapper(bytes_view body, bytes& out) const;

  batch_view header_;
  writer body_;
  writer record_;  // storage for one
  std::int32_t count_ = 0;
};

}  // namespace kwire::protocol
