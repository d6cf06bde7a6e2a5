#pragma once

#include <kwire/protocol/bytes.hpp>
#include <optional>

#include "core/backoff.hpp"
#include "core/config/producer_settings.hpp"

namespace kwire::core {

/// The partition that a key asks for, or nothing when the record may go anywhere (and then sticks to one
/// partition for a batch, KIP-480). `count` is above zero.
std::optional<std::int32_t> partition_of_key(partitioner_kind kind, std::optional<bytes_view> key,
                                             std::int32_t count, random_source& random) noexcept;

}  // namespace kwire::core
