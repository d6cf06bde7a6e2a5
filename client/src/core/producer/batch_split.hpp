#pragma once

#include <array>

#include "core/producer/accumulator.hpp"

namespace kwire::core {

/// The records of a sealed batch in two batches that are still to be sealed, with their reports, in order;
/// sequence numbers follow each other. For batches that a broker finds too large, which only it can know: its
/// limit counts compressed octets. `whole` holds two records at least and is empty afterwards. Memory is
/// taken beyond the budget if need be: what waits for room could be waiting for this batch.
std::array<batch_ptr, 2> split_batch(batch& whole, accumulator_pool& pool);

}  // namespace kwire::core
