#pragma once

#include <vector>

#include "core/assignors.hpp"

namespace kwire::embedded {

/// Who of the subscribers of one topic gives a partition and who takes it. Both sides are ranges of members
/// with the same load in a list ordered by load: takers grow from its front, givers from its back.
///
///     load |            ##|#     back: gives
///          |     ########|##
///          | ####|#########
///            front: takes
///
/// The loads themselves are the caller's; each answer is counted as if acted upon.
class load_balance {
 public:
  explicit load_balance(const std::vector<std::size_t>& loads) : loads_(loads) {}

  /// Starts on these members, of which there is at least one; returns the greatest difference of loads.
  std::size_t start(const std::vector<std::size_t>& members);
  std::size_t next_taker();
  /// Nothing when nobody can give any more.
  std::optional<std::size_t> next_giver();
  /// The last giver has nothing of this topic to give.
  void exclude_giver();
  bool balanced() const noexcept { return giver_level_ - taker_level_ <= 1; }

 private:
  std::int64_t load(std::size_t at) const { return static_cast<std::int64_t>(loads_[order_[at]]); }

  const std::vector<std::size_t>& loads_;
  std::vector<std::size_t> order_;
  std::size_t takers_end_ = 0;
  std::size_t taker_ = 0;
  std::int64_t taker_level_ = 0;
  std::size_t givers_begin_ = 0;
  std::size_t givers_end_ = 0;
  std::size_t givers_left_ = 0;  ///< one behind the next giver; at `givers_begin_` the range is used up
  std::int64_t giver_level_ = 0;
};

/// The uniform assignor where members differ in what they subscribe to.
assignor_result assign_uniform_heterogeneous(const assignor_input& input);

}  // namespace kwire::embedded
