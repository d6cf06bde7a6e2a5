#pragma once

#include <kwire/protocol/records/batch_view.hpp>
#include <optional>
#include <span>

namespace kwire::embedded {

/// What stays of a batch of magic 2 when compaction has taken records out of it: `kept`, under the same
/// header, so that offsets, sequences and the place in a transaction stay what they were. With a horizon
/// (KIP-534) the batch says when its tombstones or its marker may go. Without any record it is the bare
/// header, which keeps the producer's state.
bytes rewrite_batch(const protocol::batch_view& from, std::span<const record_view> kept,
                    std::optional<std::int64_t> horizon_ms, protocol::compressor& packer);

}  // namespace kwire::embedded
