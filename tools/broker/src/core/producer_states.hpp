#pragma once

#include <array>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/records/batch_view.hpp>
#include <unordered_map>

#include "core/partition_log.hpp"

namespace kwire::embedded {

/// What a partition remembers of the idempotent producers that write to it: the epoch and the last five
/// batches of each, which is how many a producer may have in flight.
class producer_states {
 public:
  struct verdict {
    broker_errc error = broker_errc::none;
    bool duplicate = false;  ///< appended before, at `base_offset`; answer as then
    std::int64_t base_offset = -1;
    std::int64_t timestamp = -1;  ///< ms, under log-append time
  };

  /// Whether `batch` may be appended now.
  verdict check(const protocol::batch_view& batch) const;
  /// Remembers a batch that `check` let pass and that got `base_offset`.
  void appended(const protocol::batch_view& batch, std::int64_t base_offset, std::int64_t timestamp);

  /// Remembers what the log holds, and nothing else: after records were lost.
  void rebuild(const partition_log& log);

  std::size_t size() const noexcept { return producers_.size(); }

 private:
  struct remembered {
    std::int32_t first_sequence;
    std::int32_t last_sequence;
    std::int64_t base_offset;
    std::int64_t timestamp;
  };
  struct producer {
    producer_epoch epoch = no_producer_epoch;
    std::array<remembered, 5> batches{};
    std::size_t count = 0;  ///< of those remembered; the last is the newest
  };

  std::unordered_map<std::int64_t, producer> producers_;
};

/// The sequence `count` after `sequence`: after the greatest 32-bit number comes zero.
constexpr std::int32_t advance_sequence(std::int32_t sequence, std::int32_t count) noexcept {
  const auto sum = static_cast<std::int64_t>(sequence) + count;
  return static_cast<std::int32_t>(sum & 0x7fffffff);
}

}  // namespace kwire::embedded
