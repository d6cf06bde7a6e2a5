#pragma once

#include <kwire/protocol/records/batch_reader.hpp>

#include "support/input.hpp"

namespace kwire::fuzz {

/// Decompressed octets that the targets allow a batch: small, so that hostile claims stand out.
inline constexpr std::size_t record_cap = 1 << 20;

/// Sets the checksums of all batches and old messages whose length fits, as a mutator that wants to get
/// past them does.
void repair_checksums(std::span<std::byte> set);

/// Makes the first batch or old message whose length leaves the set end where the set ends.
void repair_lengths(std::span<std::byte> set);

/// Walks over a record set as a consumer does and checks what the reader promises on the way.
void check_record_set(bytes_view set);

}  // namespace kwire::fuzz
