#pragma once

#include <cstddef>
#include <cstdint>
#include <kwire/client/delivery.hpp>
#include <memory>
#include <vector>

#include "core/producer/accumulator_pool.hpp"

namespace kwire::core {

/// A report that was asked for, with the number of its record in the batch.
struct wanted_report {
  delivery_callback call;
  std::uint64_t opaque;
  std::int32_t index;
};
static_assert(sizeof(wanted_report) <= 56);  // it is paid for each record that wants a report

/// The reports wanted of one batch, in order. They lie in buffers of the producer's pool, so that
/// `buffer.memory` bounds them too and they cost no page fault a batch.
class report_list {
 public:
  static constexpr std::size_t first_block = 4 * 1024;  // a batch of a few records should not hold much
  static constexpr std::size_t later_block = 64 * 1024;

  report_list() = default;
  report_list(const report_list&) = delete;
  report_list& operator=(const report_list&) = delete;
  ~report_list();

  /// Makes room for one more; false when the pool has none. `held` is as in `accumulator_pool::take`.
  bool make_room(accumulator_pool& pool, std::size_t held = 0) {
    return next_ != limit_ || add_block(pool, held);
  }
  /// There must be room.
  void push(delivery_callback& call, std::uint64_t opaque, std::int32_t index) noexcept {
    ::new (static_cast<void*>(next_++)) wanted_report{std::move(call), opaque, index};
  }
  bool empty() const noexcept { return blocks_.empty(); }
  std::size_t size() const noexcept;

  template <class Body>
  void for_each(Body body) {
    for (const auto& part : blocks_) {
      auto* const end = end_of(part);
      for (auto* at = first_of(part); at != end; ++at) body(*at);
    }
  }

 private:
  using block = std::shared_ptr<batch_memory>;

  bool add_block(accumulator_pool& pool, std::size_t held);
  static wanted_report* first_of(const block& of) noexcept;
  wanted_report* end_of(const block& of) const noexcept;

  std::vector<block> blocks_;
  wanted_report* next_ = nullptr;   // in the last block
  wanted_report* limit_ = nullptr;  // of the last block
};

}  // namespace kwire::core
