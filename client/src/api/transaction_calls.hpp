#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>

#include "core/producer/producer_core.hpp"
#include "runtime/engine.hpp"

namespace kwire::api_detail {

/// The transactional calls of a producer: carries them to the core and waits, and knows between calls whether
/// records may be produced.
class transaction_calls {
 public:
  using done = core::transaction::done;
  using call = std::function<void(core::transaction&, done)>;

  transaction_calls(runtime::engine& engine, core::producer_core& core, bool used)
      : engine_(&engine), core_(&core), used_(used) {}

  /// Why no record can be produced now; nothing without a transactional.id.
  std::optional<error> refusal() const {
    if (!used_ || state_.load(std::memory_order_acquire) == core::transaction_state::open) [[likely]]
      return std::nullopt;
    return explain();
  }
  core::transaction_state state() const noexcept { return state_.load(std::memory_order_acquire); }
  bool used() const noexcept { return used_; }

  /// Makes the call on the I/O thread, which tells the outcome, by the deadline it was given.
  void start(const call& what, done told);
  /// The same as a blocking call.
  result<void> make(const call& what);
  /// The core's state is another one; on the I/O thread.
  void changed();

 private:
  error explain() const;

  runtime::engine* engine_;
  core::producer_core* core_;
  bool used_;
  std::atomic<core::transaction_state> state_{core::transaction_state::unregistered};
  mutable std::mutex guard_;
  error cause_;
};

}  // namespace kwire::api_detail
