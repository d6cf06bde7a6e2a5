#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/producer/accumulator.hpp"

namespace kwire::core {

/// The records of a sealed batch in two batches that are still to be sealed, with their reports, in order;
/// sequence numbers follow each other. For batches that a broker finds too large, which only it can know: its
/// limit counts compressed octets. `whole` holds two records at least and is empty afterwards. Memory is
/// taken beyond the budget if need be: what waits for room could be waiting for this batch.
std::array<batch_ptr, 2> split_batch(batch& whole, accumulator_pool& pool);

/// A batch without the records that a broker refused by name, still to be sealed and numbered, and each of
/// those alone, in order and without its content, for its report.
struct sifted_batch {
  batch_ptr rest;  ///< null when every record was refused
  std::vector<batch_ptr> refused;
};

/// `refused` holds the indices of records of `whole`, which is sealed, in order. As with `split_batch`,
/// `whole` is empty afterwards.
sifted_batch sift_batch(batch& whole, std::span<const std::int32_t> refused, accumulator_pool& pool);

}  // namespace kwire::core
