#pragma once

#include <kwire/protocol/records/batch_view.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <set>

#include "api/ready_records.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/consumer/consumer_sink.hpp"

namespace kwire::api_detail {

/// Hides what transactions took back, while the batches of a partition go by in order.
class aborted_filter {
 public:
  /// The list need not be sorted.
  explicit aborted_filter(core::fetched_chunk::aborted_list list);
  /// True when the batch must not be shown. Control batches end transactions and are never shown.
  bool hides(const protocol::batch_view& batch, bytes_view payload);

 private:
  core::fetched_chunk::aborted_list list_;
  std::size_t next_ = 0;
  std::set<producer_id> aborting_;
};

/// A chunk that waits to be handed over, perhaps in several parts.
struct waiting_chunk {
  core::fetched_chunk chunk;
  aborted_filter filter;

  explicit waiting_chunk(core::fetched_chunk content)
      : chunk(std::move(content)), filter(std::move(chunk.aborted)) {}
  waiting_chunk(waiting_chunk&&) noexcept = default;
  waiting_chunk& operator=(waiting_chunk&&) noexcept = default;
};

/// Turns received bytes into batches that can be read: checks, decompresses, leaves out what is not for
/// applications. Runs on the application's thread, so that the I/O thread only moves bytes.
class chunk_unpacker {
 public:
  explicit chunk_unpacker(const core::consumer_settings& settings) : settings_(&settings) {}

  /// What one call may still hand over.
  struct limits {
    std::size_t octets;
    std::size_t records;
  };

  /// Moves batches of `from` to `into` until a limit is reached or `from` is used up (`records` empty).
  /// On broken data `from.chunk.fault` says what is wrong at `from.chunk.from`.
  void unpack(waiting_chunk& from, ready_records& into, limits& left);

 private:
  std::optional<error> unpack_batch(const protocol::batch_view& batch, waiting_chunk& from,
                                    ready_records& into, limits& left);
  void split(ready_batch& batch, limits& left, ready_records& into);

  const core::consumer_settings* settings_;
  protocol::decompressor decompressor_;
};

}  // namespace kwire::api_detail
